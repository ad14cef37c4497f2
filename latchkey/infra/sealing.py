"""Seals small values that leave the process: only the program itself can read or make them."""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# A window of 4096 bytes and 32 KB of memory in all, which is enough for a cookie. By default zlib
# takes 256 KB each time, and all of it is overwritten twice (``freed_memory``): 136 us, not 13.
_WINDOW, _MEMORY = 12, 5


class SealBroken(Exception):
    """The value was not sealed here, for this purpose, or it is too old."""


class Sealer:
    """Encrypts and authenticates JSON values for one purpose (Fernet: AES-128-CBC, HMAC-SHA256).

    A value sealed for one purpose cannot be opened for another. The newest secret key seals, all
    of them open, so keys can be changed while people are signing in.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    :param purpose: what the values are for; part of the key derivation (HKDF, RFC 5869).
    """

    def __init__(self, keys: Sequence[str], *, purpose: str) -> None:
        self._fernet = MultiFernet([_derive(key, purpose) for key in keys])

    def seal(self, value: Any) -> str:
        """Return ``value``, anything that JSON can carry, as an opaque text for cookies or URLs."""
        return self._fernet.encrypt(pack(value)).decode()

    def open(self, sealed: str, *, max_age: int | None) -> Any:
        """Return what was sealed at most ``max_age`` seconds ago; None sets no limit.

        :raises SealBroken: when it is forged, damaged, too old, or for another purpose.
        """
        try:
            return json.loads(zlib.decompress(self._fernet.decrypt(sealed.encode(), ttl=max_age)))
        except (InvalidToken, ValueError, zlib.error) as error:
            raise SealBroken from error


def pack(value: Any) -> bytes:
    """Return ``value``, anything that JSON can carry, in few bytes, as it is sealed.

    Browsers keep 4096 bytes of a cookie, and servers read about 8000 of all cookies together.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    deflate = zlib.compressobj(wbits=_WINDOW, memLevel=_MEMORY)
    # What JSON from elsewhere may hold, too: halves of characters (RFC 8259, 8.2).
    return deflate.compress(text.encode("utf-8", "surrogatepass")) + deflate.flush()


def _derive(key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))

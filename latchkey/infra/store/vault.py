"""Vault: names and seals of everything in Redis, which is not trusted.

Other programs, other installations and people with a Redis client may read, copy and change what
lies there. So names tell nothing (HMAC), values are sealed and bound to their name, and all names
begin with a hash of the Nylas application, so that several installations can share one Redis.

Changing ``SECRET_KEY``: names and seals are made with the newest key. Values under a former key
are misses, which costs a question to Nylas at most. What must not be forgotten is looked for under
every key that is still known, like the outbox, or does without the key, like marks
(``RemoteMarks``).
"""

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from latchkey.infra.sealing import SealBroken, Sealer

# Values by key, each with the seconds that it is kept.
Values = Mapping[str, tuple[Any, float]]
NOTHING: Values = MappingProxyType({})
# Larger than any value of ours: callback URIs of a large application take a tenth of it.
MAX_BYTES = 64 * 1024
# How far apart the clocks of two machines may be.
_CLOCK_SECONDS = 60.0
_NAME_BYTES = 16


class Unusable(Exception):
    """What lies in Redis was not put there by us, or what should be put there is too large."""


class Vault:
    """Names, seals and opens for one installation.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    :param application: what tells the Nylas application from others.
    :ivar prefix: of every name in Redis. What is named by it alone is shared by all installations
        of the Nylas application, like the rates that Nylas allows it.
    """

    def __init__(self, keys: Sequence[str], *, application: str) -> None:
        self.prefix = f"latchkey:{self.public_name(application)}:"
        self._sealer = Sealer(keys, purpose="store")
        self._keys = [_derive(key) for key in keys]

    def name(self, key: str) -> str:
        """Return the name of ``key`` under the newest secret key."""
        return self._name(self._keys[0], key)

    def names(self, key: str) -> list[str]:
        """Return the names of ``key`` under every secret key, the newest first."""
        return [self._name(name_key, key) for name_key in self._keys]

    @staticmethod
    def public_name(value: str) -> str:
        """Return a name for what is no secret, the same under every secret key."""
        return hashlib.sha256(value.encode()).hexdigest()[:16]

    def seal(self, key: str, value: Any, *, seconds: float) -> str:
        """Return ``value``, anything that JSON can carry, sealed for ``key`` and so many seconds.

        :raises Unusable: it is too large.
        """
        sealed = self._sealer.seal([key, time.time() + seconds, value])
        if len(sealed) > MAX_BYTES:
            raise Unusable("a value is too large to be shared")
        return sealed

    def open(self, key: str, sealed: bytes) -> Any:
        """Return what was sealed for ``key``.

        :raises Unusable: it was sealed for another key, elsewhere, not at all, or is too old.
        """
        bound_to, value = self.unseal(sealed)
        if bound_to != key:
            raise Unusable("a value lies in the place of another")
        return value

    def unseal(self, sealed: bytes) -> tuple[str, Any]:
        """Return the key that it was sealed for, and the value.

        :raises Unusable: it was sealed elsewhere, not at all, or is too old.
        """
        try:
            key, until, value = self._sealer.open(sealed.decode("ascii"), max_age=None)
        except (SealBroken, UnicodeDecodeError) as error:
            raise Unusable("a value was not sealed by this installation") from error
        if until + _CLOCK_SECONDS < time.time():
            raise Unusable("a value is too old")
        return key, value

    def _name(self, name_key: bytes, key: str) -> str:
        digest = hmac.digest(name_key, key.encode("utf-8", "surrogatepass"), "sha256")
        return f"{self.prefix}{digest[:_NAME_BYTES].hex()}"


def _derive(key: str) -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"store names")
    return hkdf.derive(key.encode())

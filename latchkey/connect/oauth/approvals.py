"""Approvals by administrators: what they bring back shows that a page of ours sent them.

An administrator comes with a browser that we know nothing of, by a link in a message. So the state
of that link (Microsoft identity platform, "admin consent") is the same for all users and lasts: it
proves no approval, only that the address was not made up elsewhere.
"""

import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LETTERS = 24


class Approvals:
    """Makes and knows the states of links to a provider's approval page.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [_derive(key) for key in keys]

    def state(self, provider: str) -> str:
        """Return the state for links to the approval page of the provider with this key."""
        return _state(self._keys[0], provider)

    def is_ours(self, state: str, provider: str) -> bool:
        """Tell whether a page of ours made this state for this provider."""
        given = state.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(given, _state(key, provider).encode()) for key in self._keys)


def _state(key: bytes, provider: str) -> str:
    return hmac.digest(key, provider.encode(), "sha256").hex()[:_LETTERS]


def _derive(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"approval").derive(secret.encode())

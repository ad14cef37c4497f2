"""The ``state`` of a ``connect/custom`` call: what its grant is recognised by afterwards.

Nylas keeps it with the grant and returns it (Nylas API reference, GrantObject). It is random, so
that a grant which carries it was made or refreshed by this very call and by no other; and it holds
a keyed hash of the address that was typed, so that a later sign-in can recognise the grant of the
same address where the grant itself names no address.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from latchkey.providers.same_mailbox import canonical_mailbox

_PREFIX = "latchkey"


class GrantStates:
    """Makes states, and recognises the address that a state was made for.

    :param keys: ``SECRET_KEY`` first, then its fallbacks.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), b"grant state", "sha256") for key in keys]

    def make(self, address: str) -> str:
        """Return a new state for a call about ``address``, "" when none was typed."""
        mark = _mark(self._keys[0], address)
        return ".".join((_PREFIX, secrets.token_urlsafe(32), mark))

    def is_for(self, state: str, address: str) -> bool:
        """Tell whether ``state`` was made here for the mailbox of ``address``."""
        prefix, _, rest = state.partition(".")
        mark = rest.rpartition(".")[2].encode()
        marks = [_mark(key, address).encode() for key in self._keys]
        found = [hmac.compare_digest(mark, other) for other in marks]
        return prefix == _PREFIX and bool(canonical_mailbox(address)) and any(found)


def _mark(key: bytes, address: str) -> str:
    digest = hmac.digest(key, canonical_mailbox(address).encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()

"""One-time codes: an app exchanges one for tokens, within a minute (RFC 6749, 4.1.2).

A code is a sealed ticket, so any process can read it, and nobody else. That it was used is noted
in the store, as long as it would be good.
"""

import secrets
from dataclasses import dataclass, field

from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.store import Store

CODE_SECONDS = 60


class CodeRefused(Exception):
    """Not one of ours, too old, or used before; nobody is told which."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a code stands for: an account, and the request it was connected for.

    :ivar reconnected: the grant was there before.
    """

    grant_id: str
    email: str
    provider: str
    reconnected: bool
    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))


class AuthorizationCodes:
    """Issues codes and takes them back.

    :param sealer: for this purpose alone.
    """

    def __init__(self, sealer: Sealer, store: Store) -> None:
        self._sealer = sealer
        self._store = store

    def issue(self, ticket: Ticket) -> str:
        """Return a new code for ``ticket``."""
        return self._sealer.seal(to_json(ticket))

    def read(self, code: str) -> Ticket:
        """Return the ticket of a code, which stays good.

        :raises CodeRefused: it is no good.
        """
        try:
            ticket = from_json(Ticket, self._sealer.open(code, max_age=CODE_SECONDS))
        except (SealBroken, UnknownShape):
            raise CodeRefused from None
        if self._store.get(_used(ticket)):
            raise CodeRefused
        return ticket

    def use(self, ticket: Ticket) -> None:
        """Make sure that nobody else uses the code of ``ticket``.

        :raises CodeRefused: somebody did.
        """
        # A little longer than the code is good for, as clocks of machines differ.
        if not self._store.add(_used(ticket), 1, seconds=CODE_SECONDS * 2):
            raise CodeRefused

    def release(self, ticket: Ticket) -> None:
        """Let the code be used once more, because this time came to nothing."""
        self._store.take(_used(ticket))


def _used(ticket: Ticket) -> str:
    return f"code:{ticket.id}"

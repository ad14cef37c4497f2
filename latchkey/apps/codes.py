"""One-time codes: an app exchanges one for tokens, within a minute (RFC 6749, 4.1.2).

A code is a sealed ticket, so every process can read it and no browser can. All codes of one
sign-in carry the same id, which is used up by the first exchange.
"""

import secrets
import time
from dataclasses import dataclass, field

from latchkey.infra import logs
from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.marks import UsedMarks
from latchkey.infra.sealing import SealBroken, Sealer

CODE_SECONDS = 60
# Longer than a sign-in can be led back to its app, for all its codes are used up by one exchange.
SPENT_SECONDS = 3 * 60 * 60

_USED = "code"


class CodeRefused(Exception):
    """Not one of ours, too old, or used before; the caller does not learn which."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The content of a code: a grant, and the request it was made for.

    :ivar reconnected: the grant was there before.
    :ivar nonce: the app's own, for the ID token.
    :ivar visit: the sign-in's id in webhooks.
    :ivar state: the app's own.
    :ivar id: the same for all codes of one sign-in, and a secret of that sign-in's cookie.
    """

    grant_id: str
    email: str
    provider: str
    reconnected: bool
    client_id: str
    redirect_uri: str
    challenge: str
    method: str
    nonce: str = ""
    visit: str = ""
    state: str = ""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))


class AuthorizationCodes:
    """Issues codes and takes them back.

    :param sealer: for this purpose alone.
    """

    def __init__(self, sealer: Sealer, marks: UsedMarks) -> None:
        self._sealer = sealer
        self._marks = marks

    def issue(self, ticket: Ticket) -> str:
        """Return a new code for ``ticket``."""
        return self._sealer.seal(to_json(ticket))

    def read(self, code: str) -> Ticket:
        """Return the ticket of a code, which stays good.

        :raises CodeRefused: it is forged, expired or used.
        :raises MarksUnavailable: whether it was used is not known now.
        """
        # What was issued before the marks began may have been used: they would not know.
        age = min(CODE_SECONDS, int(time.time() - self._marks.since))
        try:
            ticket = from_json(Ticket, self._sealer.open(code, max_age=age))
        except (SealBroken, UnknownShape):
            raise CodeRefused from None
        # What the log says of this request is part of that sign-in, also when it is refused.
        logs.bind(visit=ticket.visit)
        if self._marks.is_spent(_USED, ticket.id):
            raise CodeRefused
        return ticket

    def use(self, ticket: Ticket) -> None:
        """Use the code of ``ticket`` up.

        :raises CodeRefused: it was used before.
        :raises MarksUnavailable: it cannot be used up now.
        """
        if not self._marks.spend(_USED, ticket.id, seconds=SPENT_SECONDS):
            raise CodeRefused

    def release(self, ticket: Ticket) -> None:
        """Let the code be used once more, because this time came to nothing.

        :raises MarksUnavailable: it stays used up.
        """
        self._marks.release(_USED, ticket.id)

    def is_spent(self, ticket_id: str) -> bool:
        """Tell whether a code of this sign-in was exchanged.

        :raises MarksUnavailable: that is not known now.
        """
        return self._marks.is_spent(_USED, ticket_id)

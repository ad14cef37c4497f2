"""What Nylas refuses, in its documented way."""

from dataclasses import dataclass

from latchkey.infra.error_codes import loggable
from latchkey.infra.errors import UpstreamError

# Types of one word, which could be anything if they were not listed.
_ONE_WORD = frozenset({"unauthorized"})


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The parts of Nylas's error envelope that decide what happened.

    :ivar status: HTTP status.
    :ivar kind: ``error.type`` after its last dot; the part before it comes and goes.
        For matching only, as it may be free text of one word.
    :ivar provider_error: code that the mail provider gave, if any.
    :ivar text: all messages in one, in small letters, for matching only: it may echo anything.
    :ivar retry_after: seconds to wait of ``Retry-After``, 0 without it.
    """

    status: int
    kind: str = ""
    provider_error: str = ""
    text: str = ""
    retry_after: int = 0


class Refused(UpstreamError):
    """Nylas answered with an error of its own.

    :ivar refusal: what it said.
    """

    def __init__(self, refusal: Refusal, *, request_id: str = "") -> None:
        super().__init__(f"{refusal.status} {loggable(refusal.kind, known=_ONE_WORD)}")
        self.refusal = refusal
        self.request_id = request_id


def is_key_refused(error: UpstreamError) -> bool:
    """Tell whether Nylas does not accept the API key, so that no sign-in can work."""
    return isinstance(error, Refused) and error.refusal.status == 401


def is_blocked(error: UpstreamError) -> bool:
    """Tell whether Nylas blocked the application (``api.resource_blocked``)."""
    return isinstance(error, Refused) and error.refusal.status == 423

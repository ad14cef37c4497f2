"""What can go wrong between this page and Nylas (or another upstream).

* NylasError
  x NotSent: nothing left this machine, so trying again is safe
  x OutcomeUnknown: the request left, but no answer came that says how it ended
  x BadAnswer: an answer came that no documented endpoint gives
  x Refused: Nylas said no, in its documented way
  x ProviderRefused: the sign-in page or the token endpoint of a provider said no

``signin.problems`` turns each of them into what the person reads.
"""

from dataclasses import dataclass


class NylasError(Exception):
    """A call to Nylas did not bring what was asked for. Its text never holds what was sent.

    :ivar request_id: Nylas's own id of the request, "" when there is none.
    """

    request_id = ""


class NotSent(NylasError):
    """No connection: nothing was sent, so the call may be repeated."""


class OutcomeUnknown(NylasError):
    """The request was sent; a time limit or a broken connection hides how it ended."""


class BadAnswer(NylasError):
    """Not an answer of Nylas: HTML, a redirect, cut JSON, too large, compressed unasked."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The parts of Nylas's error envelope that decide what happened.

    :ivar status: HTTP status.
    :ivar kind: ``error.type`` after its last dot; the part before it comes and goes.
    :ivar provider_error: code that the mail provider gave, if any.
    :ivar text: all messages in one, in small letters, for matching only: it may echo anything.
    :ivar retry_after: seconds to wait as told by ``Retry-After``, 0 when not told.
    """

    status: int
    kind: str = ""
    provider_error: str = ""
    text: str = ""
    retry_after: int = 0


class Refused(NylasError):
    """Nylas answered with an error of its own.

    :ivar refusal: what it said.
    """

    def __init__(self, refusal: Refusal, *, request_id: str = "") -> None:
        super().__init__(f"{refusal.status} {refusal.kind}")
        self.refusal = refusal
        self.request_id = request_id


class ProviderRefused(NylasError):
    """A provider's OAuth endpoint answered with an error.

    :ivar error: code of RFC 6749, "" when the answer has none.
    :ivar numbers: Microsoft's AADSTS numbers.
    :ivar status: HTTP status of the token endpoint, 0 when the browser brought the error.
    """

    def __init__(self, error: str, *, numbers: tuple[int, ...] = (), status: int = 0) -> None:
        super().__init__(" ".join(str(part) for part in (status or "", error, *numbers) if part))
        self.error = error
        self.numbers = numbers
        self.status = status

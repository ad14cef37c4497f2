"""From Nylas's answer, by the table in ``nylas_rows``, to what the person reads."""

import re
from dataclasses import replace

from latchkey.infra.errors import BadAnswer, NotSent, OutcomeUnknown, UpstreamError
from latchkey.nylas.errors import Refusal, Refused
from latchkey.problems import mail_server
from latchkey.problems.evidence import MISCONFIGURED, problem_in
from latchkey.problems.mail_server import (
    APP_PASSWORD_NEEDED,
    NO_ACCESS,
    SERVER_UNREACHABLE,
    UNKNOWN_USER,
    WRONG_PASSWORD,
)
from latchkey.problems.model import Problem
from latchkey.problems.nylas_rows import (
    KEY_KINDS,
    KEY_STATUSES,
    NYLAS_ROWS,
    OTHER_ROWS,
    Row,
    leaves_open,
)
from latchkey.problems.oauth import EXPIRED, SIGN_IN_AGAIN
from latchkey.problems.oauth_codes import problem_of_numbers
from latchkey.problems.pages import OAUTH_ONLY
from latchkey.problems.service import (
    AMBIGUOUS,
    BAD_KEY,
    BUSY,
    MISSING_PERMISSIONS,
    NOT_SENT,
    NYLAS_DOWN,
    OTHER_ADDRESS,
    OUTCOME_UNKNOWN,
    RATE_LIMITED,
    REJECTED,
)

__all__ = [
    "AMBIGUOUS", "BAD_KEY", "BUSY", "MISSING_PERMISSIONS", "NYLAS_DOWN", "OTHER_ADDRESS",
    "OUTCOME_UNKNOWN", "RATE_LIMITED", "REJECTED", "WRONG_PASSWORD", "problem_for",
]  # fmt: skip


# No password was typed here, so none can be wrong.
_WITHOUT_PASSWORD = {
    WRONG_PASSWORD.kind: SIGN_IN_AGAIN,
    APP_PASSWORD_NEEDED.kind: SIGN_IN_AGAIN,
    UNKNOWN_USER.kind: SIGN_IN_AGAIN,
    OAUTH_ONLY.kind: SIGN_IN_AGAIN,
    NO_ACCESS.kind: MISSING_PERMISSIONS,
}

ALL = (
    *mail_server.ALL, *(row.problem for row in (*NYLAS_ROWS, *OTHER_ROWS)), OAUTH_ONLY,
    MISCONFIGURED, NOT_SENT, BUSY, OUTCOME_UNKNOWN,
)  # fmt: skip


def problem_for(error: UpstreamError, *, oauth: bool) -> Problem:
    """Return the problem behind ``error``.

    :param oauth: the person signed in at the provider's own page, so no password was typed here.
    """
    if isinstance(error, Refused):
        return _of_refusal(error.refusal, oauth=oauth)
    for kind, problem in (
        (NotSent, NOT_SENT),
        (OutcomeUnknown, OUTCOME_UNKNOWN),
        (BadAnswer, NYLAS_DOWN),
    ):
        if isinstance(error, kind):
            return problem
    raise TypeError(f"{type(error).__name__} has no problem")


def _of_refusal(refusal: Refusal, *, oauth: bool) -> Problem:
    if leaves_open(refusal):
        refusal = replace(refusal, kind="")
    return (
        (_of_numbers(refusal.text) if oauth else None)
        or _first(NYLAS_ROWS, refusal, oauth=oauth)
        or _said(refusal, oauth=oauth)
        or _first(OTHER_ROWS, refusal, oauth=oauth)
        or NYLAS_DOWN
    )


def _first(rows: tuple[Row, ...], refusal: Refusal, *, oauth: bool) -> Problem | None:
    return next((row.problem for row in rows if row.matches(refusal, oauth=oauth)), None)


def _said(refusal: Refusal, *, oauth: bool) -> Problem | None:
    """What the text says, unless the status or the type leaves open whom it speaks of."""
    found = problem_in(refusal.text)
    if found is None:
        return None
    if found is not MISCONFIGURED and _may_be_of_our_key(refusal, found):
        # ``connect`` finds out.
        of_a_password = found in (WRONG_PASSWORD, APP_PASSWORD_NEEDED)
        return AMBIGUOUS if of_a_password and refusal.status != 403 else None
    if leaves_open(refusal) and found is SERVER_UNREACHABLE:
        return None
    return _WITHOUT_PASSWORD.get(found.kind, found) if oauth else found


def _may_be_of_our_key(refusal: Refusal, found: Problem) -> bool:
    if refusal.kind in KEY_KINDS:
        return refusal.status in KEY_STATUSES
    of_a_login = found in (WRONG_PASSWORD, UNKNOWN_USER, NO_ACCESS)
    of_the_provider = refusal.kind in ("provider_error", "invalid_authentication")
    return refusal.status in (401, 403) and of_a_login and not of_the_provider


def _of_numbers(text: str) -> Problem | None:
    """Microsoft's own reason, when it refused the refresh token that Nylas tried.

    It says more than the error beside it, ``invalid_grant`` for most of them. That the token is too
    old cannot be, as it was made a moment ago.
    """
    numbers = re.findall(r"aadsts(\d{1,9})", text)
    found = problem_of_numbers(int(number) for number in numbers)
    return SIGN_IN_AGAIN if found is EXPIRED else found

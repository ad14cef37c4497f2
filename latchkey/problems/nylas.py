"""From Nylas's answer to what the person reads: the table to edit after the first live test.

Nylas documents only a part of its error answers (see its pages "API errors" and "Event codes"),
so status, type and text decide together: first what Nylas says of itself, then what the text says
of the mail server (``evidence``), and the rest is decided by type and status alone.
"""

import re
from dataclasses import dataclass, replace

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
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.problems.oauth_codes import problem_of_numbers
from latchkey.problems.pages import OAUTH_ONLY
from latchkey.problems.service import (
    AMBIGUOUS,
    BAD_KEY,
    BLOCKED,
    BUSY,
    CONNECTOR_MISSING,
    FORBIDDEN,
    MISSING_PERMISSIONS,
    NOT_SENT,
    NYLAS_DOWN,
    OTHER_ADDRESS,
    OUTCOME_UNKNOWN,
    PLAN_LIMIT,
    RATE_LIMITED,
    REJECTED,
)

__all__ = [
    "AMBIGUOUS", "BAD_KEY", "BUSY", "MISSING_PERMISSIONS", "NYLAS_DOWN", "OTHER_ADDRESS",
    "OUTCOME_UNKNOWN", "RATE_LIMITED", "REJECTED", "WRONG_PASSWORD", "leaves_open", "problem_for",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """Conditions on Nylas's answer, and the problem they mean."""

    problem: Problem
    statuses: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    provider_errors: tuple[str, ...] = ()
    text: str = ""
    oauth: bool | None = None

    def matches(self, refusal: Refusal, *, oauth: bool) -> bool:
        """Tell whether every condition of this row holds."""
        return (
            (not self.statuses or refusal.status in self.statuses)
            and (not self.kinds or refusal.kind in self.kinds)
            and (not self.provider_errors or refusal.provider_error in self.provider_errors)
            and (not self.text or re.search(self.text, refusal.text) is not None)
            and self.oauth in (None, oauth)
        )


_KEY_KINDS = ("unauthorized_access", "authentication_error", "unauthorized")
_KEY_STATUSES = (400, 401, 403)
# What Nylas says of a provider also with the status of a failing server. Any other word there may
# be a gateway's ("timeout"), or Nylas's about itself ("bad_gateway").
_PROVIDER_KINDS = ("provider_error", "partial_success_error")
_VERDICTS = (
    *_PROVIDER_KINDS, "invalid_authentication", "refresh_token_invalid", "exchange_failed",
)  # fmt: skip
_NYLAS_KINDS = (
    "invalid_request_payload", "provider_required", "invalid_query_params", "invalid_field",
    "callback_uri_not_allowed",
)  # fmt: skip

# What Nylas says of itself, of the app and of a refresh token. The first row that matches wins.
NYLAS_ROWS = (
    Row(statuses=(429,), kinds=("", "rate_limit_error"), problem=RATE_LIMITED),
    Row(text=r"sandbox grants|for this plan", problem=PLAN_LIMIT),
    Row(statuses=_KEY_STATUSES, kinds=("", *_KEY_KINDS), text="invalid api key", problem=BAD_KEY),
    Row(kinds=("resource_blocked",), problem=BLOCKED),
    Row(kinds=("refresh_token_invalid", "exchange_failed", "invalid_grant"), problem=SIGN_IN_AGAIN),
    Row(provider_errors=("invalid_grant",), problem=SIGN_IN_AGAIN),
    Row(kinds=("reauth_email_invalid",), problem=OTHER_ADDRESS),
    Row(kinds=("scopes_conflict", "insufficient_scopes"), problem=MISSING_PERMISSIONS),
    Row(kinds=("gmail_domain_invalid",), problem=FORBIDDEN),
    Row(kinds=_NYLAS_KINDS, problem=REJECTED),
    Row(statuses=(404,), kinds=("", "not_found_error"), text="404", problem=CONNECTOR_MISSING),
    Row(kinds=("internal_error",), problem=NYLAS_DOWN),
)
# When the text says nothing.
OTHER_ROWS = (
    Row(kinds=_KEY_KINDS, problem=BAD_KEY),
    Row(statuses=(429,), problem=RATE_LIMITED),
    Row(kinds=("invalid_authentication",), oauth=True, problem=SIGN_IN_AGAIN),
    Row(kinds=("invalid_authentication",), oauth=False, problem=WRONG_PASSWORD),
    Row(statuses=(400,), text=r"refresh.?token", oauth=True, problem=SIGN_IN_AGAIN),
    Row(kinds=("provider_error",), text=r"\A\W*\Z|provider error", problem=SERVER_UNREACHABLE),
    Row(statuses=(502, 503, 504), kinds=_PROVIDER_KINDS, problem=SERVER_UNREACHABLE),
    Row(kinds=("provider_error",), problem=REJECTED),
    Row(statuses=(404,), problem=CONNECTOR_MISSING),
    Row(statuses=(423,), problem=BLOCKED),
    Row(statuses=(403,), problem=FORBIDDEN),
    Row(statuses=(401,), problem=AMBIGUOUS),
    Row(statuses=(408,), problem=NYLAS_DOWN),
    Row(statuses=tuple(range(400, 500)), problem=REJECTED),
    Row(problem=NYLAS_DOWN),
)
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


def leaves_open(refusal: Refusal) -> bool:
    """Tell whether the call may have worked: Nylas failed, or a gateway in between gave up.

    Gateways have more statuses than those of RFC 9110 (520 to 530 at Cloudflare).
    """
    known = (*_VERDICTS, "internal_error") if refusal.status == 500 else _VERDICTS
    return (refusal.status >= 500 or refusal.status == 408) and refusal.kind not in known


def _of_refusal(refusal: Refusal, *, oauth: bool) -> Problem:
    if leaves_open(refusal):
        refusal = replace(refusal, kind="")
    return (
        _first(NYLAS_ROWS, refusal, oauth=oauth)
        or _said(refusal, oauth=oauth)
        or _first(OTHER_ROWS, refusal, oauth=oauth)
        or NYLAS_DOWN
    )


def _first(rows: tuple[Row, ...], refusal: Refusal, *, oauth: bool) -> Problem | None:
    return next((row.problem for row in rows if row.matches(refusal, oauth=oauth)), None)


def _said(refusal: Refusal, *, oauth: bool) -> Problem | None:
    """What the text says, unless the status or the type leaves open whom it speaks of."""
    if oauth and (listed := _of_numbers(refusal.text)):
        return listed
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
    if refusal.kind in _KEY_KINDS:
        return refusal.status in _KEY_STATUSES
    of_a_login = found in (WRONG_PASSWORD, UNKNOWN_USER, NO_ACCESS)
    of_the_provider = refusal.kind in ("provider_error", "invalid_authentication")
    return refusal.status in (401, 403) and of_a_login and not of_the_provider


def _of_numbers(text: str) -> Problem | None:
    """Microsoft's own reason, when it refused the refresh token that Nylas tried."""
    numbers = re.findall(r"aadsts(\d{1,9})", text)
    return problem_of_numbers(int(number) for number in numbers)

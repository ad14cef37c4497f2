"""What Nylas's answers mean: the table to edit after the first live test.

Nylas documents only a part of its error answers (see its pages "API errors" and "Event codes"),
so status, type and text decide together: first what Nylas says of itself, then what the text says
of the mail server (``evidence``), and the rest is decided by type and status alone.
"""

import re
from dataclasses import dataclass

from latchkey.nylas.errors import Refusal
from latchkey.problems.evidence import MISCONFIGURED
from latchkey.problems.mail_server import SERVER_UNREACHABLE, WRONG_PASSWORD
from latchkey.problems.model import Problem
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.problems.service import (
    AMBIGUOUS,
    BAD_KEY,
    BLOCKED,
    CONNECTOR_MISSING,
    FORBIDDEN,
    MISSING_PERMISSIONS,
    NYLAS_DOWN,
    OTHER_ADDRESS,
    PLAN_LIMIT,
    RATE_LIMITED,
    REJECTED,
)


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


KEY_KINDS = ("unauthorized_access", "authentication_error", "unauthorized")
KEY_STATUSES = (400, 401, 403)
# What Nylas says of a provider also with the status of a failing server. Any other word there may
# be a gateway's ("timeout"), or Nylas's about itself ("bad_gateway").
_PROVIDER_KINDS = ("provider_error", "partial_success_error")
_VERDICTS = (
    *_PROVIDER_KINDS, "invalid_authentication", "refresh_token_invalid", "exchange_failed",
)  # fmt: skip
_SCOPE_KINDS = ("scopes_conflict", "insufficient_scopes")
_NYLAS_KINDS = (
    "invalid_request_payload", "provider_required", "invalid_query_params", "invalid_field",
    "callback_uri_not_allowed", "login_id_invalid",
)  # fmt: skip

# Only the sandbox's wording is known, and not the status that comes with it; others are assumed.
_SANDBOX_FULL = "sandbox grants"
_FULL = (
    r"for this plan"
    r"|\bgrants? (?:limit|quota) (?:is |was |has been )?(?:exceeded|reached)"
    r"|\b(?:maximum|limit)(?: number)? of (?:\w+ )?(?:grants|connected accounts)\b"
)

# What a provider says of an OAuth client that is not, or no longer, the one of the refresh token.
_OTHER_CLIENT = r"\b(?:invalid|unauthorized|deleted|disabled)_client\b"

# What Nylas says of itself, of the app and of a refresh token. The first row that matches wins.
NYLAS_ROWS = (
    Row(text=_SANDBOX_FULL, problem=PLAN_LIMIT),
    Row(statuses=(429,), kinds=("", "rate_limit_error"), problem=RATE_LIMITED),
    Row(text=_FULL, problem=PLAN_LIMIT),
    Row(statuses=(407,), problem=MISCONFIGURED),
    Row(statuses=KEY_STATUSES, kinds=("", *KEY_KINDS), text="invalid api key", problem=BAD_KEY),
    Row(kinds=("resource_blocked",), problem=BLOCKED),
    Row(text=_OTHER_CLIENT, problem=MISCONFIGURED),
    Row(kinds=("refresh_token_invalid", "exchange_failed", "invalid_grant"), problem=SIGN_IN_AGAIN),
    Row(provider_errors=("invalid_grant",), problem=SIGN_IN_AGAIN),
    Row(kinds=("reauth_email_invalid",), problem=OTHER_ADDRESS),
    Row(kinds=_SCOPE_KINDS, oauth=True, problem=MISSING_PERMISSIONS),
    # A password asks for no permissions: the connector lacks what this page sends.
    Row(kinds=_SCOPE_KINDS, oauth=False, problem=MISCONFIGURED),
    Row(kinds=("gmail_domain_invalid",), problem=FORBIDDEN),
    Row(kinds=_NYLAS_KINDS, problem=REJECTED),
    Row(statuses=(404,), kinds=("", "not_found_error"), text="404", problem=CONNECTOR_MISSING),
    Row(kinds=("internal_error",), problem=NYLAS_DOWN),
)
# When the text says nothing.
OTHER_ROWS = (
    Row(kinds=KEY_KINDS, problem=BAD_KEY),
    Row(statuses=(429,), problem=RATE_LIMITED),
    Row(kinds=("invalid_authentication",), oauth=True, problem=SIGN_IN_AGAIN),
    Row(kinds=("invalid_authentication",), oauth=False, problem=WRONG_PASSWORD),
    Row(statuses=(400,), text=r"refresh.?token", oauth=True, problem=SIGN_IN_AGAIN),
    # The provider answered, so it was reached: with its status, or with a code in Nylas's.
    Row(kinds=("provider_error",), statuses=(401,), problem=AMBIGUOUS),
    Row(kinds=("provider_error",), provider_errors=("401",), problem=AMBIGUOUS),
    Row(kinds=("provider_error",), text=r"\A\W*\Z|provider error", problem=SERVER_UNREACHABLE),
    Row(statuses=(502, 503, 504), kinds=_PROVIDER_KINDS, problem=SERVER_UNREACHABLE),
    Row(kinds=("provider_error",), problem=REJECTED),
    Row(statuses=(404,), problem=CONNECTOR_MISSING),
    Row(statuses=(423,), problem=BLOCKED),
    # Without an envelope it is a firewall's: waiting does not help, and the person did nothing.
    Row(statuses=(403, 451), problem=FORBIDDEN),
    Row(statuses=(401,), problem=AMBIGUOUS),
    Row(statuses=(402,), problem=PLAN_LIMIT),
    # Of a proxy on the way, or of an address that is not Nylas's: no input leads to these.
    Row(statuses=(405, 413, 415, 421, 426, 431), problem=MISCONFIGURED),
    Row(statuses=(408,), problem=NYLAS_DOWN),
    # Nothing that Nylas would say: a gateway's page.
    Row(
        statuses=tuple(range(400, 500)),
        kinds=("",),
        provider_errors=("",),
        text=r"\A\W*\Z",
        problem=NYLAS_DOWN,
    ),
    Row(statuses=tuple(range(400, 500)), problem=REJECTED),
    Row(problem=NYLAS_DOWN),
)


def leaves_open(refusal: Refusal) -> bool:
    """Tell whether the call may have worked: Nylas failed, or a gateway in between gave up.

    Gateways have more statuses than those of RFC 9110 (520 to 530 at Cloudflare).
    """
    known = (*_VERDICTS, "internal_error") if refusal.status == 500 else _VERDICTS
    return (refusal.status >= 500 or refusal.status == 408) and refusal.kind not in known

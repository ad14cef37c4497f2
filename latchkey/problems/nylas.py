"""From Nylas's answer to what the person reads: one table, to be edited after the first live test.

Nylas documents only a part of its error answers (see its pages "API errors" and "Event codes"),
so a row matches on what is known to stay: the HTTP status, the tail of ``error.type``, the code of
the mail provider, or a word in the message. The first row that matches wins; all the conditions
that a row names must hold.
"""

import re
from dataclasses import dataclass

from latchkey.infra.errors import BadAnswer, NotSent, OutcomeUnknown, UpstreamError
from latchkey.infra.i18n import N_
from latchkey.nylas.errors import Refusal, Refused
from latchkey.problems.model import Problem, operator_problem
from latchkey.problems.pages import OAUTH_ONLY

WRONG_PASSWORD = Problem(
    kind="wrong_password",
    title=N_("That sign-in didn’t work"),
    text=N_("%(mailbox)s didn’t accept this address and password. Please type the password again."),
    place="password",
    status=422,
    fault="person",
)
SERVER_UNREACHABLE = Problem(
    kind="server_unreachable",
    title=N_("The mail server didn’t answer"),
    text=N_(
        "We couldn’t reach the mail server. Please try again in a few minutes. "
        "If you typed the server’s name yourself, check it first."
    ),
    place="server",
    status=422,
    fault="provider",
)
SIGN_IN_AGAIN = Problem(
    kind="sign_in_again",
    title=N_("Please sign in once more"),
    text=N_("%(mailbox)s ended this sign-in before it was complete. Nothing was connected."),
    place="page",
    status=422,
    fault="person",
)
MISSING_PERMISSIONS = Problem(
    kind="missing_permissions",
    title=N_("Some permissions are missing"),
    text=N_(
        "%(company)s needs every permission that %(mailbox)s asked you about. "
        "Please sign in again and leave all the boxes ticked."
    ),
    place="page",
    status=422,
    fault="person",
)
OTHER_ADDRESS = Problem(
    kind="other_address",
    title=N_("This is another mailbox"),
    text=N_("The sign-in belongs to a different e-mail address than the one you typed."),
    place="form",
    status=422,
    fault="person",
)
REJECTED = Problem(
    kind="rejected",
    title=N_("This mailbox couldn’t be connected"),
    text=N_(
        "The sign-in was turned down without a clear reason. Please check what you typed and "
        "try again. If it stays like this, tell %(company)s the code below."
    ),
    place="form",
    status=422,
    fault="nobody",
)
RATE_LIMITED = Problem(
    kind="rate_limited",
    title=N_("Too many sign-ins just now"),
    text=N_("Please wait %(seconds)s seconds, then try again. You did nothing wrong."),
    place="page",
    status=429,
    fault="nobody",
)
BUSY = Problem(
    kind="busy",
    title=N_("Many people are signing in just now"),
    text=N_(
        "Please wait %(seconds)s seconds, then try again. Nothing was sent yet, and you did "
        "nothing wrong."
    ),
    place="page",
    status=503,
    fault="nobody",
)
OUTCOME_UNKNOWN = Problem(
    kind="outcome_unknown",
    title=N_("We don’t know whether it worked"),
    text=N_(
        "The mail server took too long, and no answer came back. Please look in %(company)s "
        "whether your mailbox is there before you try again."
    ),
    place="page",
    status=504,
    fault="provider",
)
NYLAS_DOWN = Problem(
    kind="nylas_down",
    title=N_("The service isn’t answering"),
    text=N_(
        "Your mailbox couldn’t be connected right now, and it’s not because of anything you "
        "typed. Please try again in a few minutes."
    ),
    place="page",
    status=503,
    fault="nylas",
)
NOT_SENT = Problem(
    kind="not_sent",
    title=N_("The service can’t be reached"),
    text=N_(
        "Your password wasn’t sent anywhere, as there was no connection. "
        "Please try again in a few minutes."
    ),
    place="page",
    status=503,
    fault="nylas",
)

BAD_KEY = operator_problem("bad_key")
PLAN_LIMIT = operator_problem("plan_limit")
CONNECTOR_MISSING = operator_problem("connector_missing")
BLOCKED = operator_problem("blocked")
FORBIDDEN = operator_problem("forbidden")
# Never shown: another call finds out whether it is BAD_KEY or about the person's sign-in.
AMBIGUOUS = operator_problem("ambiguous")


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


_BAD_REQUEST = (400, 422)
# Microsoft's mailboxes; Nylas's older wording (its page "400 response").
_NO_PASSWORDS = r"direct password entry"
_ABOUT_A_PASSWORD = r"credential|password|authenticat|login"

TABLE = (
    Row(statuses=(429,), problem=RATE_LIMITED),
    Row(text=r"sandbox grants|for this plan", problem=PLAN_LIMIT),
    Row(kinds=("unauthorized_access", "authentication_error", "unauthorized"), problem=BAD_KEY),
    Row(kinds=("refresh_token_invalid", "exchange_failed", "invalid_grant"), problem=SIGN_IN_AGAIN),
    Row(provider_errors=("invalid_grant",), problem=SIGN_IN_AGAIN),
    Row(kinds=("invalid_authentication",), oauth=True, problem=SIGN_IN_AGAIN),
    Row(kinds=("invalid_authentication",), oauth=False, problem=WRONG_PASSWORD),
    Row(kinds=("reauth_email_invalid",), problem=OTHER_ADDRESS),
    Row(kinds=("scopes_conflict", "insufficient_scopes"), problem=MISSING_PERMISSIONS),
    Row(kinds=("gmail_domain_invalid",), problem=FORBIDDEN),
    Row(kinds=("provider_error",), problem=SERVER_UNREACHABLE),
    Row(statuses=_BAD_REQUEST, text=_NO_PASSWORDS, problem=OAUTH_ONLY),
    Row(statuses=_BAD_REQUEST, text=_ABOUT_A_PASSWORD, oauth=True, problem=SIGN_IN_AGAIN),
    Row(statuses=_BAD_REQUEST, text=_ABOUT_A_PASSWORD, oauth=False, problem=WRONG_PASSWORD),
    # With an envelope it is Nylas telling about the mail server, without one a gateway before it.
    Row(statuses=(502, 503, 504), kinds=("",), problem=NYLAS_DOWN),
    Row(statuses=(502, 503, 504), problem=SERVER_UNREACHABLE),
    Row(statuses=(404,), problem=CONNECTOR_MISSING),
    Row(statuses=(423,), problem=BLOCKED),
    Row(statuses=(403,), problem=FORBIDDEN),
    Row(statuses=(401,), problem=AMBIGUOUS),
    Row(statuses=tuple(range(400, 500)), problem=REJECTED),
    Row(problem=NYLAS_DOWN),
)


ALL = (*(row.problem for row in TABLE), NOT_SENT, BUSY, OUTCOME_UNKNOWN)


def problem_for(error: UpstreamError, *, oauth: bool) -> Problem:
    """Return the problem behind ``error``.

    :param oauth: the person signed in at the provider's own page, so no password was typed here.
    """
    if isinstance(error, Refused):
        return next(row.problem for row in TABLE if row.matches(error.refusal, oauth=oauth))
    for kind, problem in (
        (NotSent, NOT_SENT),
        (OutcomeUnknown, OUTCOME_UNKNOWN),
        (BadAnswer, NYLAS_DOWN),
    ):
        if isinstance(error, kind):
            return problem
    raise TypeError(f"{type(error).__name__} has no problem")

"""From the answers of providers' sign-in pages to what the person reads.

Microsoft's numbers decide, never its English text (list: Microsoft identity platform, "AADSTS error
codes"); elsewhere the ``error`` of RFC 6749 (4.1.2.1, 5.2). The first row that matches wins.
"""

from dataclasses import dataclass

from latchkey.infra.errors import UpstreamError
from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem, operator_problem
from latchkey.problems.nylas import SIGN_IN_AGAIN


class ProviderRefused(UpstreamError):
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


CANCELLED = Problem(
    kind="cancelled",
    title=N_("You cancelled the sign-in"),
    text=N_("Nothing was connected. You can start again whenever you like."),
    place="page",
    status=200,
    fault="person",
)
ADMIN_NEEDED = Problem(
    kind="admin_needed",
    title=N_("Your administrator has to approve this first"),
    text=N_(
        "Your organisation only lets people use apps that an administrator has approved. "
        "Here is a message you can send. Once it’s approved, come back and sign in again."
    ),
    place="page",
    status=403,
    fault="administrator",
)
CONDITIONAL_ACCESS = Problem(
    kind="conditional_access",
    title=N_("Your organisation doesn’t allow this sign-in"),
    text=N_(
        "Its rules stop sign-ins from this place, network or device. Your IT department can tell "
        "you which device to use, or change the rule."
    ),
    place="page",
    status=403,
    fault="administrator",
)
NOT_IN_TENANT = Problem(
    kind="not_in_tenant",
    title=N_("This account belongs elsewhere"),
    text=N_(
        "The account you signed in with isn’t part of the organisation that %(company)s works "
        "with. Please sign in again with another account."
    ),
    place="page",
    status=403,
    fault="person",
)
LINK_OVER = Problem(
    kind="link_over",
    title=N_("This sign-in is over"),
    text=N_("It took too long, was used before, or began in another browser. Please start again."),
    place="page",
    status=400,
    fault="person",
)
EXPIRED = Problem(
    kind="expired",
    title=N_("The sign-in took too long"),
    text=N_("Nothing was connected. Please sign in at %(mailbox)s once more."),
    place="page",
    status=422,
    fault="person",
)
NO_REFRESH_TOKEN = Problem(
    kind="no_refresh_token",
    title=N_("One more time, please"),
    text=N_(
        "%(mailbox)s didn’t give lasting access, because it had asked you before. Please sign in "
        "again and allow it once more."
    ),
    place="page",
    status=422,
    fault="person",
)
OTHER_ACCOUNT = Problem(
    kind="other_account",
    title=N_("That was another account"),
    text=N_("You typed %(typed)s, but signed in as %(account)s. Which one do you want to connect?"),
    place="page",
    status=422,
    fault="person",
)
PROVIDER_DOWN = Problem(
    kind="provider_down",
    title=N_("%(mailbox)s isn’t answering"),
    text=N_("It’s not because of you. Nothing was connected: please try again in a few minutes."),
    place="page",
    status=503,
    fault="provider",
)
CLIENT_REFUSED = operator_problem("client_refused")
NO_OFFLINE_ACCESS = operator_problem("no_offline_access")

ALL = (
    CANCELLED, ADMIN_NEEDED, CONDITIONAL_ACCESS, NOT_IN_TENANT, LINK_OVER, EXPIRED,
    NO_REFRESH_TOKEN, OTHER_ACCOUNT, PROVIDER_DOWN, CLIENT_REFUSED, NO_OFFLINE_ACCESS,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """Microsoft's numbers and OAuth errors, each of which is enough, and what they mean."""

    problem: Problem
    numbers: tuple[int, ...] = ()
    errors: tuple[str, ...] = ()


TABLE = (
    Row(numbers=(65001, 90094, 90095), errors=("admin_policy_enforced",), problem=ADMIN_NEEDED),
    Row(numbers=(53003,), problem=CONDITIONAL_ACCESS),
    Row(numbers=(50020,), errors=("org_internal",), problem=NOT_IN_TENANT),
    Row(numbers=(65004,), errors=("access_denied",), problem=CANCELLED),
    # Also a dead token; the person's way on is the same.
    Row(numbers=(54005, 70000, 70008, 700082), errors=("invalid_grant",), problem=EXPIRED),
    Row(
        numbers=(50011, 65005, 650052, 650056, 700016, 7000215, 7000222, 9002332),
        errors=(
            "invalid_client", "invalid_request", "invalid_scope", "redirect_uri_mismatch",
            "unauthorized_client", "unsupported_grant_type", "unsupported_response_type",
        ),
        problem=CLIENT_REFUSED,
    ),
    Row(errors=("server_error", "temporarily_unavailable"), problem=PROVIDER_DOWN),
    Row(errors=("consent_required", "interaction_required"), problem=ADMIN_NEEDED),
    Row(errors=("login_required",), problem=SIGN_IN_AGAIN),
)  # fmt: skip


def problem_for(refused: ProviderRefused) -> Problem:
    """Return the problem behind a provider's error; what nobody knows is worth another try."""
    if refused.status >= 500:
        return PROVIDER_DOWN
    for row in TABLE:
        if not set(refused.numbers).isdisjoint(row.numbers):
            return row.problem
    return next((row.problem for row in TABLE if refused.error in row.errors), SIGN_IN_AGAIN)

"""What Nylas itself refuses or cannot do, in words for the person who signs in."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem, operator_problem

MISSING_PERMISSIONS = Problem(
    kind="missing_permissions",
    title=N_("Some permissions are missing"),
    text=N_(
        "%(company)s needs every permission that %(mailbox)s asked you about. "
        "Please sign in again and allow them all."
    ),
    place="page",
    status=422,
    fault="person",
)
OTHER_ADDRESS = Problem(
    kind="other_address",
    title=N_("This is another mailbox"),
    text=N_(
        "The sign-in belongs to a different e-mail address than the one you typed. Please type the "
        "address of the mailbox that you sign in to."
    ),
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
    text=N_("Please wait %(wait)s, then try again. You did nothing wrong."),
    place="page",
    status=429,
    fault="nobody",
)
BUSY = Problem(
    kind="busy",
    title=N_("Many people are signing in just now"),
    text=N_(
        "Please wait %(wait)s, then try again. Nothing was sent yet, and you did nothing wrong."
    ),
    place="page",
    status=503,
    fault="nobody",
)
OUTCOME_UNKNOWN = Problem(
    kind="outcome_unknown",
    title=N_("We don’t know whether it worked"),
    text=N_(
        "No answer came back in time. Please look in %(company)s whether your mailbox is there "
        "before you try again."
    ),
    place="page",
    status=504,
    fault="provider",
    retry_last=True,
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
        "There was no connection, so no password was sent and nothing was connected. "
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

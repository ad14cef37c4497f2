"""What people read when a rate limit was reached: how long to wait, and that nothing was sent."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem

MAILBOX_LIMIT = Problem(
    kind="mailbox_limit",
    title=N_("A short pause for this mailbox"),
    text=N_(
        "There were several tries to connect it. So that the mail provider doesn’t lock it, please "
        "wait %(wait)s before the next one. Nothing was sent this time."
    ),
    place="page",
    status=429,
    fault="nobody",
)
CLIENT_LIMIT = Problem(
    kind="client_limit",
    title=N_("A short pause"),
    text=N_(
        "There were many requests from your network within a short time. Please wait %(wait)s, "
        "then try again. Nothing was sent this time."
    ),
    place="page",
    status=429,
    fault="nobody",
)

ALL = (MAILBOX_LIMIT, CLIENT_LIMIT)

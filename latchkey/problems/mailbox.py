"""What goes wrong when Nylas's grant turns out to be another mailbox than the one asked for."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem

ACCOUNT_MISMATCH = Problem(
    kind="account_mismatch",
    title=N_("That was another account"),
    text=N_(
        "Your link was made for %(typed)s, and you signed in to a different mailbox. Nothing was "
        "connected. Please sign in to %(typed)s, or ask whoever sent you the link for another one."
    ),
    place="form",
    status=422,
    fault="person",
)
ADDRESS_UNKNOWN = Problem(
    kind="address_unknown",
    title=N_("We can’t tell which mailbox this is"),
    text=N_(
        "Your link is for %(typed)s only, and the sign-in didn’t say which mailbox it was. So "
        "nothing was connected. Please tell %(company)s the code below."
    ),
    place="page",
    status=422,
    fault="provider",
)
LOGIN_SHARED = Problem(
    kind="login_shared",
    title=N_("This login name isn’t enough"),
    text=N_(
        "Other mailboxes may have the same login name, and we couldn’t tell yours apart from "
        "them. Please use your whole e-mail address as login name. If that isn’t possible, "
        "tell %(company)s the code below."
    ),
    place="form",
    status=422,
    fault="person",
)

ALL = (ACCOUNT_MISMATCH, ADDRESS_UNKNOWN, LOGIN_SHARED)

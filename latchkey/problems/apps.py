"""Problems with an app's request or a signed link."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem


def _link(kind: str, title: str, text: str, status: int) -> Problem:
    return Problem(
        kind=kind, title=title, text=text, place="page", status=status, fault="person",
        retry=False, new_start=False,
    )  # fmt: skip


LINK_BROKEN = _link(
    "link_broken",
    N_("This link doesn’t work"),
    N_("Part of it is missing or was changed. Please open it once more from %(company)s."),
    400,
)
LINK_OLD = _link(
    "link_old",
    N_("This link is too old"),
    N_("For your safety it only works for a while. Please ask %(company)s for a new one."),
    410,
)
LINK_USED = _link(
    "link_used",
    N_("This link was used already"),
    N_(
        "It connects a mailbox once, and it has. If that wasn’t you, or you want to connect it "
        "again, please ask %(company)s for a new link."
    ),
    410,
)
LINK_IN_USE = Problem(
    kind="link_in_use",
    title=N_("This link is being used right now"),
    text=N_("A sign-in with it is under way. Please wait a minute or two, then open it again."),
    place="page",
    status=503,
    fault="nobody",
)
LINK_NEEDED = _link(
    "link_needed",
    N_("You need a personal link"),
    N_("This page opens with a link from %(company)s only. Please look for it in your messages."),
    403,
)
LINK_OFF = Problem(
    kind="link_off",
    title=N_("This page isn’t set up for personal links"),
    text=N_("It’s nothing you did. Please tell the people of %(company)s the code below."),
    place="page",
    status=503,
    fault="operator",
    retry=False,
)
LINK_WAITS = Problem(
    kind="link_waits",
    title=N_("Please try your link again in a moment"),
    text=N_(
        "Right now we can’t check whether this link was used before. For your safety, please try "
        "again later: the link stays valid."
    ),
    place="page",
    status=503,
    fault="operator",
)
UNKNOWN_APP = Problem(
    kind="unknown_app",
    title=N_("The way back isn’t set up correctly"),
    text=N_(
        "It’s nothing you did: the app that sent you here isn’t known on this page. "
        "Please tell the people of %(company)s the code below."
    ),
    place="page",
    status=400,
    fault="operator",
    retry=False,
)

ALL = (
    LINK_BROKEN,
    LINK_OLD,
    LINK_USED,
    LINK_IN_USE,
    LINK_NEEDED,
    LINK_OFF,
    LINK_WAITS,
    UNKNOWN_APP,
)

"""What goes wrong around a sign-in: pages that do not exist, ways that are not offered."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem

NOT_OFFERED = Problem(
    kind="not_offered",
    title=N_("This kind of mailbox can’t be connected here"),
    text=N_("%(company)s hasn’t set up this way to sign in. Please choose another one."),
    place="page",
    status=404,
    fault="operator",
    retry=False,
    other_ways=True,
)
OAUTH_ONLY = Problem(
    kind="oauth_only",
    title=N_("%(mailbox)s doesn’t take passwords from apps"),
    text=N_(
        "%(mailbox)s only lets apps in through its own sign-in page, and %(company)s hasn’t set "
        "that up here. Please use a different address, or ask %(company)s."
    ),
    place="page",
    status=422,
    fault="operator",
    retry=False,
)
OAUTH_INSTEAD = Problem(
    kind="oauth_instead",
    title=OAUTH_ONLY.title,
    text=N_(
        "%(mailbox)s only lets apps in through its own sign-in page. Please sign in there: your "
        "password stays at %(mailbox)s."
    ),
    place="page",
    status=422,
    fault="person",
    retry=False,
)
OAUTH_PERHAPS = Problem(
    kind="oauth_perhaps",
    title=OAUTH_ONLY.title,
    text=N_(
        "%(mailbox)s only lets apps in through its own sign-in page. If you find its name on "
        "the list, please sign in there. If not, please ask %(company)s."
    ),
    place="page",
    status=422,
    fault="operator",
    retry=False,
    other_ways=True,
)

UNKNOWN_HOST = Problem(
    kind="unknown_host",
    title=N_("This page lives at another address"),
    text=N_(
        "It was opened under a name that it doesn’t answer to. Please open it from %(company)s, "
        "with the link that you were given."
    ),
    place="page",
    status=400,
    fault="operator",
    retry=False,
    new_start=False,
)


def _page(status: int, title: str, text: str) -> Problem:
    return Problem(
        kind=f"http_{status}",
        title=title,
        text=text,
        place="page",
        status=status,
        fault="nobody",
        retry=False,
    )


# What goes wrong before any sign-in does, by HTTP status.
HTTP_PROBLEMS = {
    problem.status: problem
    for problem in (
        _page(
            400,
            N_("Something in this request is wrong"),
            N_("Please start again from the first page."),
        ),
        _page(
            403,
            N_("This page can’t be opened from here"),
            N_("It only answers to the computer that it runs on."),
        ),
        _page(
            404,
            N_("This page doesn’t exist"),
            N_("The link may be old or cut off. You can start from the first page."),
        ),
        _page(
            405,
            N_("This page can’t be opened like that"),
            N_("Please start again from the first page."),
        ),
        _page(
            413,
            N_("That was too much text"),
            N_("This page received far more than a sign-in needs. Please start again."),
        ),
        _page(
            500,
            N_("Something broke on our side"),
            N_("It’s nothing you did, and your password wasn’t kept. Please start again."),
        ),
    )
}

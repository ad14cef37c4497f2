"""What people read when a sign-in cannot go on and begins again."""

from latchkey.infra.i18n import N_
from latchkey.web.flow import WhyOver

_AGAIN = N_("Let’s start again")
_UNREADABLE = (
    _AGAIN,
    N_("We couldn’t read how far you were. Please check your address and continue."),
)
# For a confirmation that was kept as a bookmark, not one of ``WhyOver``.
CONFIRMATION = "confirmation"
_WHY_OVER: dict[str, tuple[str, str]] = {
    WhyOver.NO_COOKIES: (
        N_("Please allow cookies"),
        N_(
            "Your browser sent no cookie back, and this page can’t go on without one. Please allow "
            "cookies for this page, or open it in another browser, and start again."
        ),
    ),
    CONFIRMATION: (
        N_("This confirmation isn’t kept any more"),
        N_(
            "It can be opened for a day, in the browser that connected the mailbox. The app shows "
            "which mailboxes are connected. To connect one now, type its address."
        ),
    ),
    WhyOver.UNREADABLE: _UNREADABLE,
    WhyOver.MISSING: _UNREADABLE,
    WhyOver.FUTURE: _UNREADABLE,
    WhyOver.EXPIRED: (
        _AGAIN,
        N_(
            "This page was open for a while, so we’ve started over to keep you safe. Please check "
            "your address and continue."
        ),
    ),
}


def why_again(why: str) -> tuple[str, str]:
    """Return title and text for ``why``, a ``WhyOver``; two empty texts for any other value."""
    return _WHY_OVER.get(why, ("", ""))

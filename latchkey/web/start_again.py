"""What people read when a sign-in cannot go on and begins again."""

from latchkey.infra.i18n import N_
from latchkey.web.flow import WhyOver

_AGAIN = N_("Let’s start again")
_UNREADABLE = (
    _AGAIN,
    N_("We couldn’t read how far you were. Please check your address and continue."),
)
_WHY_OVER: dict[str, tuple[str, str]] = {
    WhyOver.NO_COOKIES: (
        N_("Please allow cookies"),
        N_(
            "Your browser sent no cookie back, and this page can’t go on without one. Please allow "
            "cookies for this page, or open it in another browser, and start again."
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

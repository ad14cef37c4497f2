"""Why a request comes without the sign-in that it belongs to, and what is still known of it."""

import time
from enum import StrEnum

from flask import current_app, request

from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.web.flow import cookies
from latchkey.web.flow.lifecycle import former
from latchkey.web.flow.sign_in import SignIn

_CLOCK_SECONDS = 60


class WhyOver(StrEnum):
    """Why a sign-in cannot go on."""

    NO_COOKIES = "no cookies"
    """The browser sent none at all: they are blocked, or it is another browser."""
    MISSING = "missing"
    """The browser sent cookies, but not that of this sign-in."""
    UNREADABLE = "unreadable"
    """Sealed with another secret key, or broken."""
    FUTURE = "future"
    """Sealed by an instance whose clock is ahead of this one's."""
    EXPIRED = "expired"
    """It was open for too long."""


def why_over(signin_id: str) -> WhyOver:
    """Return why the sign-in of this id cannot be loaded."""
    if not request.cookies:
        return WhyOver.NO_COOKIES
    sealed = cookies.sealed(signin_id) if signin_id else ""
    if not sealed:
        return WhyOver.MISSING
    sealer: Sealer = current_app.extensions["flow"]
    try:
        saved = sealer.open(sealed, max_age=None)["saved"]
    except (SealBroken, KeyError, TypeError):
        return WhyOver.UNREADABLE
    return WhyOver.FUTURE if saved > time.time() + _CLOCK_SECONDS else WhyOver.EXPIRED


def connected_before(signin_id: str) -> SignIn | None:
    """Return the sign-in of this id if it ended with a grant within the last day."""
    old = former(signin_id)
    return old if old and old.grant else None

"""Cookies of ours beside Flask's own: named after it, and sent with the same attributes."""

from flask import Response, current_app

from latchkey.infra.unproxied import unproxied


def cookie_name(suffix: str) -> str:
    """Return the name of the cookie that ends in ``suffix``."""
    app = unproxied(current_app)
    return f"{app.session_interface.get_cookie_name(app)}-{suffix}"


def set_own_cookie(response: Response, suffix: str, text: str, *, max_age: int | None) -> None:
    """Send a cookie along with ``response``.

    :param suffix: what its name ends in.
    :param max_age: in seconds; None for as long as the browser is open, 0 to take it back.
    """
    app = unproxied(current_app)
    interface = app.session_interface
    response.set_cookie(
        cookie_name(suffix),
        text,
        max_age=max_age,
        path=interface.get_cookie_path(app),
        secure=interface.get_cookie_secure(app),
        httponly=True,
        samesite=interface.get_cookie_samesite(app),
        partitioned=interface.get_cookie_partitioned(app),
    )

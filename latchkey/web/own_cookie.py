"""Cookies of ours beside Flask's own: named after it, and sent with the same attributes."""

from flask import Response, current_app


def cookie_name(suffix: str) -> str:
    """Return the name of the cookie that ends in ``suffix``."""
    return f"{current_app.session_interface.get_cookie_name(current_app)}-{suffix}"


def set_own_cookie(response: Response, suffix: str, text: str, *, max_age: int | None) -> None:
    """Send a cookie along with ``response``.

    :param suffix: what its name ends in.
    :param max_age: in seconds; None for as long as the browser is open, 0 to take it back.
    """
    interface = current_app.session_interface
    response.set_cookie(
        cookie_name(suffix),
        text,
        max_age=max_age,
        path=interface.get_cookie_path(current_app),
        secure=interface.get_cookie_secure(current_app),
        httponly=True,
        samesite=interface.get_cookie_samesite(current_app),
        partitioned=interface.get_cookie_partitioned(current_app),
    )

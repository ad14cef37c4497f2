"""The address that begins a sign-in in another browser, or in the window around a frame."""

from typing import Any
from urllib.parse import urlencode

from flask import url_for

from latchkey.web.flow import SignIn
from latchkey.web.services import get_services


def start_elsewhere(sign_in: SignIn) -> str:
    """Return the address at which this sign-in begins there: same app, same address.

    What a signed link settles stays settled: else the window around a frame took any address.
    """
    known: dict[str, Any] = {}
    if sign_in.link_claims:
        known["link"] = get_services().links.carry(sign_in.link_claims)
    elif sign_in.display_address:
        known["login_hint"] = sign_in.display_address
    if sign_in.app:
        return f"{url_for('entry.arrive')}?{urlencode(sign_in.app.query() | known)}"
    return url_for("entry.show", **known)

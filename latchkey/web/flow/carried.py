"""What brought a person here, sealed into forms and addresses, for browsers that keep no cookies.

A cookie is the usual place. But where cookies are blocked, the app that sent the person, and its
link, would be forgotten with the first answer, and the way back to it with them.
"""

from urllib.parse import urlencode

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.unproxied import unproxied
from latchkey.web.flow.cookies import TOTAL_SECONDS, is_of_host, latest
from latchkey.web.flow.lifecycle import SignInOver, load, start
from latchkey.web.flow.sign_in import SignIn

# Its name in forms and addresses.
FIELD = "sent"


def carry(sign_in: SignIn | None) -> str | None:
    """Return what brought the person here, sealed.

    None when there is nothing to carry: no app and no link, or a browser that keeps cookies.
    """
    if request.cookies or sign_in is None or not (sign_in.app or sign_in.link_claims):
        return None
    origin = SignIn(
        id=sign_in.id,
        salt="",
        email="",
        display_address=sign_in.display_address,
        started=sign_in.started,
        saved=sign_in.saved,
        visit=sign_in.visit,
        brand=sign_in.brand,
        arrived=sign_in.arrived,
        app=sign_in.app,
        opened_by_app=sign_in.opened_by_app,
        link_claims=sign_in.link_claims,
    )
    return _sealer().seal(to_json(origin))


def carried() -> SignIn | None:
    """Return what the request of a browser without cookies carries, None for nothing good."""
    return None if request.cookies else _read()


def go_on_carried() -> SignIn | None:
    """Return the sign-in to go on with by what this request carries, None for nothing good.

    A browser that has cookies again goes on only with a sign-in that it has already, so that
    nobody is slipped into another person's by an address.
    """
    origin = _read()
    if origin is None:
        return None
    if request.cookies:
        return next((alive for alive in latest() if alive.visit == origin.visit), None)
    return start(display_address=origin.display_address, before=origin)


def leave_out_carried() -> Response | None:
    """Lead to the address without what it carries, once the browser turns out to keep cookies."""
    asked = unproxied(request)
    if not asked.args.get(FIELD) or asked.method != "GET" or not asked.endpoint:
        return None
    try:
        load(asked.args.get("s") or "none")
    except SignInOver:
        return None
    # No arguments of ``url_for``, some of whose names mean something to it.
    kept = [pair for pair in asked.args.items(multi=True) if pair[0] != FIELD]
    page = url_for(asked.endpoint, **(asked.view_args or {}))
    return redirect(f"{page}?{urlencode(kept)}")


def _read() -> SignIn | None:
    sealed = request.args.get(FIELD) or request.form.get(FIELD) or ""
    try:
        origin = from_json(SignIn, _sealer().open(sealed, max_age=TOTAL_SECONDS))
    except (SealBroken, UnknownShape):
        return None
    return origin if is_of_host(origin) else None


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["carried"]
    return sealer

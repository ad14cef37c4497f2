"""The way back to the app, with a code or with the reason why there is none."""

import time

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from latchkey.apps import AppRequest, Ticket
from latchkey.web import flow
from latchkey.web.completion import LEAVE, code_id, is_redeemed, reference_to
from latchkey.web.flow import ConnectedGrant, SignIn
from latchkey.web.metrics import STEPS
from latchkey.web.services import get_services

bp = Blueprint("leaving", __name__)

# A code holds for a minute: the app has to have time to exchange the one it gets.
_RENEW_SECONDS = 30
# A cookie has no room for a code with a long state in it; then each way back makes another.
_MOST_KEPT = 900


@bp.get("/return")
def leave() -> ResponseReturnValue:
    """Send the user to the app, with the sign-in's code or with the reason why there is none."""
    try:
        sign_in = flow.load()
    except flow.SignInOver:
        carried = flow.carried()
        if carried is None or carried.app is None:
            raise
        # The browser keeps no cookies, so nothing was connected here.
        return redirect(carried.app.denied())
    app = sign_in.app
    if app is None:
        return redirect(url_for("entry.show"))
    from_our_page = flow.is_from_our_page(sign_in, LEAVE)
    if sign_in.grant is None:
        if from_our_page:
            get_services().webhooks.abandoned(reference_to(sign_in, sign_in.provider))
        return redirect(app.denied(sign_in.last_problem))
    # Without the header it is an old browser, or no browser at all.
    foreign = "Sec-Fetch-Site" in request.headers and not from_our_page
    if foreign or is_redeemed(sign_in):
        return redirect(url_for("connected.show", s=sign_in.id))
    STEPS.count(step="returned")
    return redirect(app.back(code=_code(sign_in, sign_in.grant, app)))


def _code(sign_in: SignIn, grant: ConnectedGrant, app: AppRequest) -> str:
    """The code of the sign-in: the same one, or, as it grows old, another for the same exchange."""
    now = int(time.time())
    if sign_in.code and 0 <= now - sign_in.code_issued < _RENEW_SECONDS:
        return sign_in.code
    code = get_services().codes.issue(_ticket(sign_in, grant, app))
    flow.save(sign_in, code=code if len(code) <= _MOST_KEPT else "", code_issued=now)
    return code


def _ticket(sign_in: SignIn, grant: ConnectedGrant, app: AppRequest) -> Ticket:
    return Ticket(
        id=code_id(sign_in),
        grant_id=grant.id,
        # A login name is no address, and no claim of one.
        email=grant.email if "@" in grant.email else "",
        provider=grant.provider,
        reconnected=grant.reconnected,
        client_id=app.client_id,
        redirect_uri=app.redirect_uri,
        challenge=app.challenge,
        method=app.method,
        nonce=app.nonce,
        visit=sign_in.visit,
        state=app.state,
    )

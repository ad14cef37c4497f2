"""The way back to the app, with an account or without one."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from latchkey.apps import AppRequest, Ticket
from latchkey.web import flow
from latchkey.web.completion import reference_to
from latchkey.web.flow import ConnectedGrant
from latchkey.web.metrics import STEPS
from latchkey.web.services import get_services

bp = Blueprint("leaving", __name__)


@bp.get("/return")
def leave() -> ResponseReturnValue:
    """Send the person to the app, with a new code or with the reason why there is none."""
    sign_in = flow.load()
    app = sign_in.app
    if app is None:
        return redirect(url_for("entry.show"))
    if sign_in.grant:
        STEPS.count(step="returned")
        return redirect(app.back(code=get_services().codes.issue(_ticket(sign_in.grant, app))))
    get_services().webhooks.abandoned(reference_to(sign_in, sign_in.provider))
    return redirect(app.denied(sign_in.last_problem))


def _ticket(grant: ConnectedGrant, app: AppRequest) -> Ticket:
    return Ticket(
        grant_id=grant.id,
        email=grant.email,
        provider=grant.provider,
        reconnected=grant.reconnected,
        client_id=app.client_id,
        redirect_uri=app.redirect_uri,
        challenge=app.challenge,
        method=app.method,
    )

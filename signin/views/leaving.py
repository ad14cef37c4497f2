"""The way back to the app, with an account or without one."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from signin import flow
from signin.ending import about
from signin.flow import SignIn
from signin.handoff import AppRequest, Ticket
from signin.services import get_services

bp = Blueprint("leaving", __name__)


@bp.get("/return")
def leave() -> ResponseReturnValue:
    """Send the person to the app, with a new code or with the reason why there is none."""
    signin = flow.load()
    app = AppRequest.unpack(signin.app)
    if app is None:
        return redirect(url_for("entry.show"))
    if signin.grant:
        return redirect(app.back(code=get_services().codes.issue(_ticket(signin, app))))
    get_services().notices.abandoned(about(signin, signin.provider))
    return redirect(app.denied(signin.failed))


def _ticket(signin: SignIn, app: AppRequest) -> Ticket:
    return Ticket(
        grant_id=signin.grant["id"],
        email=signin.grant["email"],
        provider=signin.grant["provider"],
        reconnected=signin.grant["reconnected"],
        client_id=app.client_id,
        redirect_uri=app.redirect_uri,
        challenge=app.challenge,
        method=app.method,
    )

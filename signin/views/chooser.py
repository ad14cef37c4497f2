"""The page for everybody whose provider could not be told from the address."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from signin import flow
from signin.providers import PROVIDERS
from signin.services import get_services

bp = Blueprint("chooser", __name__)


@bp.get("/providers")
def show() -> ResponseReturnValue:
    """Show the providers that this Nylas application has connectors for."""
    signin = flow.load()
    flow.touch(signin)
    providers = [PROVIDERS[key] for key in get_services().detector.offered()]
    return render_template("pages/chooser.html", signin=signin, providers=providers)

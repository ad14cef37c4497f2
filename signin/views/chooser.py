"""The page for everybody whose provider could not be told from the address."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from signin import flow
from signin.arrival import choices
from signin.providers import PROVIDERS
from signin.services import get_services

bp = Blueprint("chooser", __name__)


@bp.get("/providers")
def show() -> ResponseReturnValue:
    """Show the providers that there are connectors for, the likeliest first."""
    signin = flow.load()
    if signin.provider and not signin.email:
        # Chosen before, and now there is another choice.
        signin = flow.save(signin, provider="")
    flow.touch(signin)
    likeliest = get_services().detector.likeliest(signin.email) if signin.email else ""
    # In our order or the app's, but for the one to try first.
    keys = sorted(choices(signin), key=lambda key: key != likeliest)
    return render_template(
        "pages/chooser.html",
        signin=signin,
        providers=[PROVIDERS[key] for key in keys],
        likeliest=likeliest if likeliest in keys else "",
    )

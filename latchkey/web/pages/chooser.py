"""The chooser: for addresses whose provider is not known."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from latchkey.problems.service import CONNECTOR_MISSING
from latchkey.providers import PROVIDERS
from latchkey.web import flow
from latchkey.web.completion import keep_reason
from latchkey.web.services import get_services
from latchkey.web.start import choices

bp = Blueprint("chooser", __name__)


@bp.get("/providers")
def show() -> ResponseReturnValue:
    """Show the providers that there are connectors for, the likeliest first."""
    sign_in = flow.load()
    if sign_in.provider and not sign_in.email:
        # Chosen before, and now there is another choice.
        sign_in = flow.save(sign_in, provider="")
    flow.touch(sign_in)
    likeliest = get_services().detector.likeliest(sign_in.email) if sign_in.email else ""
    # In our order or the app's, but for the one to try first.
    keys = sorted(choices(sign_in), key=lambda key: key != likeliest)
    if not keys:
        keep_reason(CONNECTOR_MISSING)
    return render_template(
        "pages/chooser.html",
        sign_in=sign_in,
        providers=[PROVIDERS[key] for key in keys],
        likeliest=likeliest if likeliest in keys else "",
    )

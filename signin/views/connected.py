"""The page that confirms the grant; it can be reloaded as often as people like."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from signin import flow
from signin.ending import way_back
from signin.services import get_services

# Long enough to see that it worked.
_GLANCE_SECONDS = 3

bp = Blueprint("connected", __name__)


@bp.get("/connected")
def show() -> ResponseReturnValue:
    """Tell what was connected; without a grant there is nothing to confirm yet."""
    signin = flow.load()
    if not signin.grant:
        return redirect(url_for("entry.show", s=signin.id))
    auto = bool(signin.app) and get_services().settings.auto_return
    page = render_template("pages/connected.html", signin=signin, grant=signin.grant, auto=auto)
    response = make_response(page)
    if auto:
        # The header of this name works without a script, as <meta> would.
        response.headers["Refresh"] = f"{_GLANCE_SECONDS}; url={way_back()}"
    return response

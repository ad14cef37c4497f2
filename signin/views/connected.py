"""The page that confirms the grant; it can be reloaded as often as people like."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from signin import flow

bp = Blueprint("connected", __name__)


@bp.get("/connected")
def show() -> ResponseReturnValue:
    """Tell what was connected; without a grant there is nothing to confirm yet."""
    signin = flow.load()
    if not signin.grant:
        return redirect(url_for("entry.show"))
    return render_template("pages/connected.html", signin=signin, grant=signin.grant)

"""The page that confirms the grant; it can be reloaded as often as people like."""

from datetime import UTC, datetime

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from latchkey.providers import PROVIDERS
from latchkey.web import flow
from latchkey.web.completion import is_redeemed, way_back
from latchkey.web.services import get_services

# Long enough to see that it worked.
_GLANCE_SECONDS = 3

bp = Blueprint("connected", __name__)


@bp.get("/connected")
def show() -> ResponseReturnValue:
    """Tell what was connected; without a grant there is nothing to confirm yet."""
    sign_in = flow.load()
    if not sign_in.grant:
        return redirect(url_for("entry.show", s=sign_in.id))
    back = "" if is_redeemed(sign_in) else way_back()
    auto = bool(back) and get_services().settings.auto_return
    page = render_template(
        "pages/connected.html",
        sign_in=sign_in,
        grant=sign_in.grant,
        by_password=not PROVIDERS[sign_in.grant.provider].oauth,
        date=datetime.fromtimestamp(sign_in.saved, UTC).strftime("%Y-%m-%d"),
        back=back,
        auto=auto,
    )
    response = make_response(page)
    if auto:
        # The header of this name works without a script, as <meta> would.
        response.headers["Refresh"] = f"{_GLANCE_SECONDS}; url={back}"
    return response

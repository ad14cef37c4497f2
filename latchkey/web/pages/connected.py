"""The page that confirms the grant; it can be reloaded as often as people like."""

from datetime import UTC, datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from latchkey.providers import PROVIDERS
from latchkey.providers.same_mailbox import same_account
from latchkey.web import flow
from latchkey.web.completion import is_redeemed, way_back
from latchkey.web.flow import SignIn
from latchkey.web.language import languages_page
from latchkey.web.security import compressed
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
    is_other = _is_other_account(sign_in)
    # Who may have connected the wrong mailbox is not sent on before seeing it.
    is_wanted = get_services().settings.auto_return and "stay" not in request.args
    auto = bool(back) and is_wanted and not is_other
    page = render_template(
        "pages/connected.html",
        sign_in=sign_in,
        grant=sign_in.grant,
        by_password=not PROVIDERS[sign_in.grant.provider].oauth,
        date=_date(sign_in.saved),
        back=back,
        auto=auto,
        is_other=is_other,
        # The other arguments are not repeated, or the page must not be compressed.
        languages=languages_page({"s"}),
    )
    response = compressed(make_response(page))
    if auto:
        # The header of this name works without a script, as <meta> would.
        response.headers["Refresh"] = f"{_GLANCE_SECONDS}; url={back}"
    return response


def _date(seconds: int) -> Markup:
    """A date that the script writes as people do where they are; as it is, it is ISO 8601."""
    then = datetime.fromtimestamp(seconds, UTC)
    return Markup('<time datetime="{}">{}</time>').format(then.isoformat(), then.date().isoformat())


def _is_other_account(sign_in: SignIn) -> bool:
    """Tell whether another mailbox was connected than the one that was typed."""
    connected = sign_in.grant.email if sign_in.grant else ""
    return "@" in connected and bool(sign_in.email) and not same_account(connected, sign_in.email)

"""The gallery: every state of every page, each behind a link. Only with ``PREVIEW=true``."""

from dataclasses import replace
from itertools import groupby

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from latchkey.infra.i18n import language
from latchkey.web.branding import BrandFileError, Brands
from latchkey.web.preview import State, walk
from latchkey.web.services import get_services

bp = Blueprint("preview", __name__)


@bp.before_app_request
def read_brands_again() -> Response | None:
    """Let a change of a brand file show when a page is loaded again, or say what is wrong."""
    services = get_services()
    try:
        brands = Brands.from_settings(services.settings)
    except BrandFileError as error:
        return Response(f"Please mend the brand:\n{error}\n", 500, mimetype="text/plain")
    current_app.extensions["services"] = replace(services, brands=brands)
    return None


@bp.get("/preview")
def gallery() -> ResponseReturnValue:
    """List the states in the order of a sign-in."""
    parts = [
        (part, list(states))
        for part, states in groupby(_states().values(), key=lambda state: state.part)
    ]
    return render_template("pages/preview.html", parts=parts)


@bp.get("/preview/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show a state as it is, so that one can go on from there."""
    state = _states().get(key) or abort(404)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    page, cookies = walk(
        app, state, host_url=request.host_url, path=request.script_root, language=language()
    )
    response = make_response(page.text, page.status_code)
    for line in cookies:
        response.headers.add("Set-Cookie", line)
    return response


def _states() -> dict[str, State]:
    found: dict[str, State] = current_app.extensions["preview"]
    return found

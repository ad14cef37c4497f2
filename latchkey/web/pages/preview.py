"""The gallery: every state of every page, each behind a link. Only with ``PREVIEW=true``."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from latchkey.infra.i18n import language
from latchkey.infra.languages import BY_TAG
from latchkey.infra.unproxied import unproxied
from latchkey.web.brand_in_force import current_brand
from latchkey.web.branding import BrandFileError
from latchkey.web.language import offered
from latchkey.web.preview import (
    WALKED_BRAND,
    PreviewBrands,
    State,
    journey,
    key_in_theme,
    walk,
)
from latchkey.web.security.headers import csp_for, csp_with
from latchkey.web.services import get_services

bp = Blueprint("preview", __name__)

WIDTHS = (320, 390, 768, 1280)

_Choices = dict[str, list[tuple[str, str]]]


@bp.before_app_request
def read_brands_again() -> Response | None:
    """Let a change of a brand file show when a page is loaded again, or say what is wrong."""
    if WALKED_BRAND in request.environ or request.endpoint == "static":
        # A walk is part of a request that has read them.
        return None
    services = get_services()
    try:
        brands = PreviewBrands.from_settings(services.settings)
    except BrandFileError as error:
        return Response(f"Please mend the brand:\n{error}\n", 500, mimetype="text/plain")
    current_app.extensions["services"] = replace(services, brands=brands)
    return None


@bp.get("/preview")
def gallery() -> ResponseReturnValue:
    """List the states in the order of a sign-in, and the map of what leads to what."""
    parts = [
        (part, list(states))
        for part, states in groupby(_states().values(), key=lambda state: state.part)
    ]
    choices = _choices()
    return render_template(
        "pages/preview.html",
        parts=parts,
        journey=journey(_states().values()),
        chosen=_chosen(choices),
        choices=choices,
        widths=WIDTHS,
    )


@bp.get("/preview/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show a state as it is, so that one can go on from there."""
    state = _states().get(key) or abort(404)
    chosen = _chosen(_choices())
    app = unproxied(current_app)
    brand = key_in_theme(chosen["brand"] or "", chosen["theme"] or "")
    page, cookies = walk(
        app,
        state,
        host_url=request.host_url,
        path=request.script_root,
        language=chosen["language"] or language(),
        brand=brand,
    )
    response = make_response(page.text, page.status_code)
    for line in cookies:
        response.headers.add("Set-Cookie", line)
    changes = {**csp_for(get_services().brands.find(brand))}
    if "framed" in request.args:
        changes["frame-ancestors"] = "'self'"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return _with_csp(response, changes) if changes else response


@bp.get("/preview/<key>/<int:width>")
def frame(key: str, width: int) -> ResponseReturnValue:
    """Show a state in a frame of a width in pixels."""
    state = _states().get(key) or abort(404)
    chosen = _chosen(_choices())
    response = make_response(
        render_template("pages/preview_frame.html", state=state, width=width, chosen=chosen)
    )
    return _with_csp(response, {**csp_for(current_brand()), "frame-src": "'self'"})


def _with_csp(response: Response, changes: Mapping[str, str]) -> Response:
    response.headers["Content-Security-Policy"] = csp_with(changes)
    return response


def _choices() -> _Choices:
    """What can be chosen, by the name of the parameter: values and their texts."""
    brands = get_services().brands
    usual = brands.usual if isinstance(brands, PreviewBrands) else ()
    return {
        "theme": [("", "as the browser"), ("light", "light"), ("dark", "dark")],
        "language": [("", "as this page"), *((tag, BY_TAG[tag].name) for tag in offered())],
        "brand": [(key, key or "the default") for key in usual],
    }


def _chosen(choices: _Choices) -> dict[str, str | None]:
    """What the address says of each choice; anything but one of its values is not found."""
    asked = {name: request.args.get(name, "") for name in choices}
    if any(value not in dict(choices[name]) for name, value in asked.items()):
        abort(404)
    return {name: value or None for name, value in asked.items()}


def _states() -> dict[str, State]:
    found: dict[str, State] = current_app.extensions["preview"]
    return found

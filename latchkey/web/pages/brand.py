"""The company's colours and logo, as files of this site: the pages load nothing from elsewhere."""

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue

from latchkey.web.services import get_services

bp = Blueprint("brand", __name__)

CACHE = "public, max-age=300"


@bp.get("/brand.css")
def stylesheet() -> ResponseReturnValue:
    """The brand's custom properties."""
    response = Response(get_services().brand.stylesheet, mimetype="text/css")
    response.headers["Cache-Control"] = CACHE
    return response


@bp.get("/brand/<any('logo', 'logo-dark', 'favicon'):name>")
def picture(name: str) -> ResponseReturnValue:
    """A picture of the brand: the logo, the one for dark pages, or the icon of the tab."""
    brand = get_services().brand
    path = {"logo": brand.logo, "logo-dark": brand.logo_dark, "favicon": brand.favicon}[name]
    if path is None:
        abort(404)
    response = send_file(path)
    response.headers["Cache-Control"] = CACHE
    # A drawing may hold scripts; opened on its own, it must not run them as this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response

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


@bp.get("/brand/logo")
def logo() -> ResponseReturnValue:
    """The file that ``BRAND_LOGO`` names."""
    path = get_services().brand.logo
    if path is None:
        abort(404)
    response = send_file(path)
    response.headers["Cache-Control"] = CACHE
    # A drawing may hold scripts; opened on its own, it must not run them as this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response

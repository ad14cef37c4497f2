"""The brands' colours and logos, as files of this site: the pages load nothing from elsewhere."""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from latchkey.web.branding import Brand
from latchkey.web.services import get_services

bp = Blueprint("brand", __name__)

_FOREVER = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=300"


@bp.get("/brand.css")
def stylesheet() -> ResponseReturnValue:
    """The one stylesheet of the brand's pages."""
    brand = _asked_for("css")
    return _kept(brand.whole_stylesheet.response(), brand, "css")


@bp.get("/brand/<name>")
def file(name: str) -> ResponseReturnValue:
    """A picture or a font of the brand."""
    brand = _asked_for(name)
    if name not in brand.files:
        abort(404)
    wanted = brand.files[name]
    response = Response(wanted.content, mimetype=wanted.mimetype)
    response.set_etag(brand.versions[name])
    response.make_conditional(request)
    _kept(response, brand, name)
    # A drawing may hold scripts; opened on its own, it must not run them as this site.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _asked_for(name: str) -> Brand:
    """The brand that the address names, with the version of this file if there is one."""
    brand, brand_import = _brand(), get_services().brand_import
    wanted = request.args.get("v", "")
    if brand_import and wanted and wanted != brand.versions.get(name):
        # A page of another process may show a look of the application that is newer than ours.
        brand_import.catch_up()
        brand = _brand()
    return brand


def _brand() -> Brand:
    """The brand that the address names; a host of a brand has the files of this one only."""
    brands = get_services().brands
    here = brands.of_host(request.host)
    key = request.args.get("b", here)
    if (key and key not in brands.named) or (here and key != here):
        abort(404)
    brand = brands.find(key)
    return brand.themed.get(request.args.get("t", ""), brand)


def _kept(response: Response, brand: Brand, name: str) -> Response:
    """Let browsers keep what has the hash of its content in its address."""
    current = request.args.get("v") == brand.versions[name]
    response.headers["Cache-Control"] = _FOREVER if current else _FOR_NOW
    return response

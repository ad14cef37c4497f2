"""What crawlers, browsers and security researchers ask every site for."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from config import ROOT
from latchkey.web.brand_in_force import current_brand
from latchkey.web.services import get_services

bp = Blueprint("site", __name__)

_A_DAY = "public, max-age=86400"
_CONTACT_DAYS = 90
_TOUCH_ICON = ROOT / "static" / "icons" / "touch.png"


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Nothing here is for search engines (RFC 9309)."""
    return _text("User-agent: *\nDisallow: /\n")


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """The icon that the pages name, for browsers that do not look there."""
    brand = current_brand()
    name = "favicon" if brand.favicon else "logo" if brand.logo else ""
    if name:
        return redirect(url_for("brand.file", name=name))
    return redirect(url_for("static", filename="icons/favicon.svg"))


@bp.get("/apple-touch-icon.png")
@bp.get("/apple-touch-icon-precomposed.png")
def touch_icon() -> ResponseReturnValue:
    """The icon for home screens: the company's own when it is a PNG, as phones take no other."""
    brand = current_brand()
    for name, picture in (("favicon", brand.favicon), ("logo", brand.logo)):
        if picture and picture.mimetype == "image/png":
            return redirect(url_for("brand.file", name=name))
    response = Response(_TOUCH_ICON.read_bytes(), mimetype="image/png")
    response.headers["Cache-Control"] = _A_DAY
    return response


@bp.get("/.well-known/security.txt")
def security_contact() -> ResponseReturnValue:
    """Where to report a weakness (RFC 9116), when the company says so."""
    settings = get_services().settings
    if not settings.security_contact:
        abort(404)
    expires = datetime.now(UTC) + timedelta(days=_CONTACT_DAYS)
    lines = [f"Contact: {settings.security_contact}", f"Expires: {expires:%Y-%m-%dT00:00:00Z}"]
    if settings.security_policy:
        lines.append(f"Policy: {settings.security_policy}")
    if settings.public_url:
        lines.append(f"Canonical: {settings.public_url}/.well-known/security.txt")
    return _text("\n".join([*lines, ""]))


def _text(content: str) -> Response:
    response = Response(content, mimetype="text/plain")
    response.headers["Cache-Control"] = _A_DAY
    return response

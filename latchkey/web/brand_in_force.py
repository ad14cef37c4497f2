"""Which brand a request shows: that of its host, of its sign-in, or the default."""

import logging
from functools import lru_cache
from urllib.parse import urlencode

from flask import g, request

from latchkey.apps import AppRequest, LinkClaims, UntrustedRequest
from latchkey.infra import logs
from latchkey.infra.unproxied import unproxied
from latchkey.web import flow
from latchkey.web.branding import Brand
from latchkey.web.branding.files import address
from latchkey.web.flow import SignIn
from latchkey.web.services import get_services


def current_brand() -> Brand:
    """Return the brand of this request."""
    brands = get_services().brands
    if not brands.named and not brands.default.themed:
        # A page asks for its brand some twenty times.
        return brands.default
    sign_in = flow.current()
    chosen = sign_in.brand if sign_in else unproxied(g).get("brand", "")
    brand = brands.find(brands.of_host(unproxied(request).host) or chosen)
    return brand.themed.get(_theme(sign_in), brand)


def choose_brand(app: AppRequest | None, link_claims: LinkClaims | None) -> str:
    """Return the key of the brand that host, app and link ask for, "" for the default.

    :raises UntrustedRequest: they ask for different ones, so one of them is at the wrong place.
    """
    brands = get_services().brands
    asked = {
        "host": brands.of_host(request.host),
        "app": brands.of_app(app.client_id, app.redirect_uri) if app else "",
        "link": _of_link(link_claims),
    }
    keys = {key for key in asked.values() if key}
    if len(keys) > 1:
        said = ", ".join(f"{name} {key}" for name, key in asked.items() if key)
        raise UntrustedRequest(f"different brands: {said}")
    key = next(iter(keys), "")
    show_brand(key)
    return key


def show_brand(key: str) -> None:
    """Let this request show the brand of this key, although it goes on with no sign-in."""
    g.brand = key
    g.pop("page_texts", None)


def brand_url(name: str) -> str:
    """Return the address of a file of the brand, which changes with the file.

    :param name: "css" or that of one of the brand's files.
    """
    brand = current_brand()
    path = _path(name, brand.key, brand.theme, brand.versions[name])
    return unproxied(request).script_root + path


@lru_cache(maxsize=1024)
def _path(name: str, key: str, theme: str, version: str) -> str:
    """Made once: only the part of the address before it can differ between requests."""
    if name != "css":
        return f"/{address(name, version, key=key)}"
    query = {"b": key, "t": theme, "v": version}
    return f"/brand.css?{urlencode({short: text for short, text in query.items() if text})}"


def _theme(sign_in: SignIn | None) -> str:
    """What the link asks for, else the app."""
    asked = (sign_in.link_claims, sign_in.app) if sign_in else ()
    return next((one.theme for one in asked if one and one.theme), "")


def _of_link(link_claims: LinkClaims | None) -> str:
    """A link outlives the brand that it was made for; it still connects the mailbox."""
    wanted = link_claims.brand if link_claims else ""
    if wanted and wanted not in get_services().brands.named:
        logs.event("unknown_brand", level=logging.WARNING, detail=wanted)
        return ""
    return wanted

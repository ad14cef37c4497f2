"""Headers of every answer, whatever its page."""

from collections.abc import Callable, Mapping
from wsgiref.types import WSGIEnvironment

from flask import Response, request
from werkzeug.datastructures import Headers

from config import Settings
from latchkey.infra.unproxied import unproxied
from latchkey.web import flow
from latchkey.web.brand_in_force import current_brand
from latchkey.web.branding import Brand

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
# Only for brands with a font of their own.
FONTS = {"font-src": "'self'"}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": it turns the Origin of our own forms into "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "
    "browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
}
# What a browser loads beside the pages needs no more, and is sent with each of them.
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A drawing that is opened on its own is a document, which could run scripts.
PICTURE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    **FILE_HEADERS,
}
# A redirect shows nothing, and neither does a 204: what holds on the way to the page it leads to.
REDIRECT_HEADERS = {
    name: HEADERS[name]
    for name in (
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
    )
}
HSTS = "max-age=63072000; includeSubDomains"
# The host of a page below a path is that of another app, which decides about its subdomains.
HSTS_UNDER_PATH = "max-age=63072000"


class ToTheLetter(Response):
    """A redirect to exactly the address it was given, which Werkzeug would rewrite.

    Apps compare the address that people come back to with the one they registered.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        location = self.headers.get("Location", "")
        if location and location.isascii():
            headers["Location"] = location
        return headers


def keep_opener(response: Response) -> Response:
    """Leave a window that an app opened for the sign-in in touch with the app's own window.

    The app waits there for what comes back: cut off from its opener, the window could not tell
    (HTML standard, COOP), which holds for every answer in between, redirects included.
    """
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def csp_with(changes: Mapping[str, str]) -> str:
    """Return the content security policy of the pages with other values for some directives."""
    return "; ".join(f"{name} {value}" for name, value in {**CSP, **changes}.items())


def csp_for(brand: Brand) -> Mapping[str, str]:
    """Return the directives that pages of this brand need besides those of ``CSP``."""
    return FONTS if "font" in brand.files else {}


def _headers(embed_origins: tuple[str, ...], changes: Mapping[str, str]) -> dict[str, str]:
    """Those of every answer; pages of ``embed_origins`` may show ours in a frame.

    :param changes: other values for directives of the content security policy.
    """
    framed = {"frame-ancestors": " ".join(embed_origins)} if embed_origins else {}
    headers = {"Content-Security-Policy": csp_with({**framed, **changes}), **HEADERS}
    if embed_origins:
        # It knows no list of origins; browsers that read "frame-ancestors" do not need it.
        del headers["X-Frame-Options"]
    return headers


def header_writer(settings: Settings) -> Callable[[Response], Response]:
    """Make what writes the headers into an answer."""
    headers = _headers(settings.embed_origins, {})
    headers_with_font = _headers(settings.embed_origins, FONTS)

    def wanted_for(response: Response) -> Mapping[str, str]:
        if of_file := _of_file(response.mimetype or ""):
            return of_file
        if "Location" in response.headers:
            return REDIRECT_HEADERS
        return headers_with_font if _is_page(response) and csp_for(current_brand()) else headers

    def write_headers(response: Response) -> Response:
        sign_in = flow.current()
        if sign_in and sign_in.opened_by_app:
            keep_opener(response)
        wanted = wanted_for(response)
        # Not ``setdefault``, which looks through all headers for each of these.
        present = {name.lower() for name, _ in response.headers}
        response.headers.extend(
            (name, value) for name, value in wanted.items() if name.lower() not in present
        )
        # Some proxies rewrite e-mail addresses in pages; "no-transform" forbids it.
        kept = "no-store, no-transform" if _is_page(response) else "no-store"
        response.headers.setdefault("Cache-Control", kept)
        if hsts := _hsts(settings):
            response.headers["Strict-Transport-Security"] = hsts
        return response

    return write_headers


def _hsts(settings: Settings) -> str:
    https = unproxied(request).is_secure or settings.public_url.startswith("https://")
    return (HSTS_UNDER_PATH if settings.path else HSTS) if https else ""


def _is_page(response: Response) -> bool:
    return response.mimetype == "text/html"


def _of_file(kind: str) -> Mapping[str, str]:
    """Return the headers of a file of this media type; {} for what is none."""
    if kind.startswith("image/"):
        return PICTURE_HEADERS
    is_file = kind in ("text/css", "text/javascript") or kind.startswith("font/")
    return FILE_HEADERS if is_file else {}

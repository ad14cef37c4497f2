"""Headers, hosts, proxies and size limits: what holds for every answer, whatever its page."""

import string
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import quote, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.datastructures import Headers
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from latchkey.infra.addresses import is_loopback
from latchkey.web import flow

MAX_BODY_BYTES = 64 * 1024
# Endpoints for apps, which bring no form and no cookie: what they send along tells who they are.
_FOR_APPS = ("token.exchange",)
# Endpoints that load balancers ask by an address of their own, so under any host name.
_ANY_HOST = ("health.alive", "health.ready", "metrics.show")

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in CSP.items()),
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
HSTS = "max-age=63072000; includeSubDomains"


class ToTheLetter(Response):
    """An answer that leads on to the address it was given, which Werkzeug would write anew.

    Apps compare the address that people come back to with the one they registered.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Return the headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        location = self.headers.get("Location", "")
        if location and location.isascii():
            headers["Location"] = location
        return headers


def init_security(app: Flask, settings: Settings) -> None:
    """Put every rule of this module into force."""
    app.response_class = ToTheLetter
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=50,
        # The token lives as long as its cookie; ``_origin_guard`` looks at the origin.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.wsgi_app = _Readable(app.wsgi_app)  # type: ignore[method-assign]
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops
        )
    app.before_request(_host_guard(settings))
    app.before_request(_origin_guard(settings))
    app.before_request(_refuse_other_bodies)
    csrf = CSRFProtect(app)
    csrf.exempt("latchkey.web.pages.token.exchange")
    app.after_request(_header_writer(settings))


def keep_opener(response: Response) -> Response:
    """Leave a window that an app opened for the sign-in in touch with the app's own window.

    The app waits there for what comes back: cut off from its opener, the window could not tell
    (HTML standard, COOP), which holds for every answer on the way, redirects included.
    """
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


class _Readable:
    """Keeps away from Flask what makes it fail before anything of ours is asked.

    A host name with a label that is empty or too long leaves it unable to build any address, and
    bytes in a query that are no UTF-8 cannot be read.
    """

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            environ.get("HTTP_HOST", "").partition(":")[0].encode("idna")
        except UnicodeError:
            environ["HTTP_HOST"] = ""
        query = environ.get("QUERY_STRING", "").encode("latin-1")
        environ["QUERY_STRING"] = quote(query, safe=string.printable)
        return self._wsgi_app(environ, start_response)


def _host_guard(settings: Settings) -> Callable[[], None]:
    def refuse_foreign_hosts() -> None:
        if request.endpoint in _ANY_HOST:
            return
        host = request.host.lower()
        # In its list, "host_is_trusted" takes the first colon of [::1] for that before a port.
        ours = host_is_trusted(host, settings.answers_to) or host.partition("]")[0] == "[::1"
        if not ours:
            abort(HTTPStatus.BAD_REQUEST)
        # The sandbox's "Nylas" is for this machine alone, whatever the server was bound to.
        if settings.sandbox and not is_loopback(request.remote_addr or ""):
            abort(HTTPStatus.FORBIDDEN)

    return refuse_foreign_hosts


def _origin_guard(settings: Settings) -> Callable[[], None]:
    """A second lock beside the CSRF token: browsers say where a form was sent from."""
    public = urlsplit(settings.public_url).netloc

    def refuse_foreign_posts() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in _FOR_APPS:
            return
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        # "null" stands for a page that hides where it is from, which none of ours does.
        origin = request.headers.get("Origin")
        if site not in ("same-origin", "none") or (
            origin is not None
            and origin.lower() not in (*_origins(public), *_origins(request.host))
        ):
            raise CSRFError("sent from another site")

    return refuse_foreign_posts


def _origins(host: str) -> tuple[str, str]:
    return f"https://{host}".lower(), f"http://{host}".lower()


def _refuse_other_bodies() -> None:
    """Our forms have one kind of body; Flask-WTF would also take files and JSON for texts."""
    if request.endpoint in _FOR_APPS:
        return
    if request.mimetype not in ("", "application/x-www-form-urlencoded"):
        abort(HTTPStatus.BAD_REQUEST)


def _header_writer(settings: Settings) -> Callable[[Response], Response]:
    def write_headers(response: Response) -> Response:
        sign_in = flow.current()
        if sign_in and sign_in.app:
            keep_opener(response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure or settings.public_url.startswith("https://"):
            response.headers["Strict-Transport-Security"] = HSTS
        return response

    return write_headers

"""Security rules that hold for every answer, whatever its page: one file for each.

security/
├── headers      CSP, opener and the other headers of answers
├── hosts        the names that the page answers to
├── origin       where forms may be sent from
├── bodies       kinds and sizes of bodies
├── compression  which pages are compressed
├── proxies      what the proxies in front say of a request
└── readable     what is kept away from Flask
"""

from collections.abc import Callable, Collection

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from config import Settings
from latchkey.infra.error_frames import forget_frames
from latchkey.infra.unproxied import unproxied
from latchkey.web.security.bodies import MAX_BODY_BYTES, body_guard
from latchkey.web.security.compression import compressed
from latchkey.web.security.headers import ToTheLetter, header_writer, keep_opener
from latchkey.web.security.hosts import UnknownHost, host_guard
from latchkey.web.security.origin import OriginRefused, origin_guard
from latchkey.web.security.proxies import BehindProxies
from latchkey.web.security.readable import Readable

__all__ = [
    "MAX_BODY_BYTES", "OriginRefused", "UnknownHost", "compressed", "init_security", "keep_opener",
]  # fmt: skip


def init_security(
    app: Flask, settings: Settings, *, apis: Collection[str], any_host: Collection[str]
) -> None:
    """Put every rule into force.

    :param apis: endpoints for apps, which bring no form and no cookie: what they send along tells
        who they are.
    :param any_host: endpoints that load balancers ask by an address of their own.
    """
    app.response_class = ToTheLetter
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=50,
        # The token lives as long as its cookie; ``origin_guard`` looks at the origin.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.wsgi_app = Readable(app.wsgi_app)  # type: ignore[method-assign]
    if hops := settings.trusted_proxies:
        app.wsgi_app = BehindProxies(app.wsgi_app, hops)  # type: ignore[method-assign]
    app.before_request(host_guard(settings, any_host))
    app.before_request(origin_guard(settings, apis))
    app.before_request(body_guard(apis))
    app.before_request(_token_guard(app, apis))
    app.after_request(header_writer(settings))


def _token_guard(app: Flask, apis: Collection[str]) -> Callable[[], None]:
    csrf = CSRFProtect(app)

    def check_token() -> None:
        endpoint = unproxied(request).endpoint
        if endpoint and endpoint not in apis:
            try:
                csrf.protect()
            except CSRFError as refused:
                forget_frames(refused)
                raise

    return check_token

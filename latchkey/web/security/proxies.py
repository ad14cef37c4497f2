"""What the proxies in front say of a request."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

_REPLACED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")


class BehindProxies:
    """Takes the client's address, scheme, host and port from headers of ``count`` proxies.

    ``ProxyFix`` wants a value of each proxy in each header, as ``X-Forwarded-For`` has them. Most
    proxies replace the others, or pass on those of the proxy before: one value is for all of them.
    """

    def __init__(self, wsgi_app: WSGIApplication, count: int) -> None:
        self._count = count
        self._fix = ProxyFix(wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in _REPLACED:
            values = parse_list_header(environ.get(name, ""))
            if values:
                missing = values[:1] * (self._count - len(values))
                environ[name] = ",".join([*missing, *values])
        return self._fix(environ, start_response)

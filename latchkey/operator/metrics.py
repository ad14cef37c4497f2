"""``/metrics`` for Prometheus: on a port of its own, or on the page for those with the token."""

import hmac
from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from config import Settings
from latchkey.infra.metrics import CONTENT_TYPE, exposition
from latchkey.web.services import get_services

PATH = "/metrics"

bp = Blueprint("metrics", __name__)
# The endpoint, for the rule about host names.
FOR_METRICS = "metrics.show"


def init_metrics(app: Flask, settings: Settings) -> None:
    """Serve the metrics as the settings say; without settings, nowhere.

    Call it last: the port's application must see a request before proxies are believed.
    """
    app.register_blueprint(bp)
    if settings.metrics_port:
        app.wsgi_app = _PortOfItsOwn(  # type: ignore[method-assign]
            app.wsgi_app, settings.metrics_port
        )


@bp.get(PATH)
def show() -> ResponseReturnValue:
    """Give the metrics to a client that knows the token."""
    token = get_services().settings.metrics_token
    if not token:
        abort(HTTPStatus.NOT_FOUND)
    authorization = request.authorization
    given = authorization.token if authorization and authorization.type == "bearer" else None
    if not hmac.compare_digest((given or "").encode(), token.encode()):
        refusal = Response("The token is missing or wrong.\n", HTTPStatus.UNAUTHORIZED)
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    return Response(exposition(), content_type=CONTENT_TYPE)


class _PortOfItsOwn:
    """Answers what arrives at the metrics' port, and nothing of it reaches the page.

    ``SERVER_PORT`` is the socket's, whatever a client says.
    """

    def __init__(self, page: WSGIApplication, port: int) -> None:
        self._page = page
        self._port = str(port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["SERVER_PORT"] != self._port:
            return self._page(environ, start_response)
        if environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answer = Response(exposition(), content_type=CONTENT_TYPE)
        else:
            answer = Response("Only /metrics is here.\n", HTTPStatus.NOT_FOUND)
        return answer(environ, start_response)

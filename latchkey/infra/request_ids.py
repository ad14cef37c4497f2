"""The id of each request and of the trace that it belongs to, in the log and for other programs.

A proxy may give a request an id (``X-Request-ID``) and a trace (``traceparent``, W3C Trace Context,
https://www.w3.org/TR/trace-context/), so that its log and ours can be read together. Both are taken
from trusted proxies only: a stranger who chooses ids could mix his lines with those of others.
"""

import re
import secrets

from flask import Flask, Response, g, has_app_context, request

from latchkey.infra.unproxied import unproxied

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-.*")


def request_id() -> str:
    """The id of the request being answered; people read it to support as their code.

    "" outside of requests: what runs in the background belongs to none.
    """
    if not has_app_context():
        return ""
    of_request = unproxied(g)
    if "request_id" not in of_request:
        of_request.request_id = secrets.token_hex(8)
    return str(of_request.request_id)


def trace_id() -> str:
    """The trace of the request being answered, 32 hexadecimal digits; "" when there is none."""
    return str(unproxied(g).get("trace_id", "")) if has_app_context() else ""


def init_request_ids(app: Flask, *, proxies: int) -> None:
    """Take the ids that proxies give, and tell each request's own in ``X-Request-ID``.

    What browsers keep has none: it is the answer to later requests, too.

    :param proxies: how many are in front; without one, nobody is believed.
    """
    if proxies:
        app.before_request(_take_over)

    @app.after_request
    def tell(response: Response) -> Response:
        if "max-age" not in response.headers.get("Cache-Control", ""):
            response.headers["X-Request-ID"] = request_id()
        return response


def _take_over() -> None:
    given = request.headers.get("X-Request-ID", "")
    if _REQUEST_ID.fullmatch(given):
        g.request_id = given
    if trace := _TRACEPARENT.fullmatch(request.headers.get("traceparent", "")):
        g.trace_id = trace[1]

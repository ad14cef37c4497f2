"""One line for each request and each event; ``log_formats`` has the fields it can have."""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_app_context, request

from latchkey.infra.log_formats import FIELDS, LOGGER, JsonFormatter, TextFormatter
from latchkey.infra.metrics import Counter
from latchkey.infra.request_ids import init_request_ids, request_id, trace_id
from latchkey.infra.unproxied import unproxied

__all__ = ["FIELDS", "bind", "event", "init_logs", "request_id", "unexpected"]

_log = logging.getLogger(LOGGER)
_FAILURES = Counter("latchkey_unexpected_errors", "How often the program itself failed.")


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log ``name`` with ``fields``, whose names must be in ``FIELDS``."""
    bound = {"trace_id": trace} if (trace := trace_id()) else {}
    of_request = unproxied(g).get("bound_fields", {}) if has_app_context() else {}
    bound |= {name: value for name, value in of_request.items() if value}
    if _log.isEnabledFor(level):
        extra = {"fields": {"request_id": request_id(), **bound, **fields}}
        # Not ``_log.log``, which looks for the line of the caller: no format writes it.
        _log.handle(_log.makeRecord(LOGGER, level, "", 0, name, (), None, extra=extra))


def bind(**fields: str) -> None:
    """Have this request's further lines carry these fields; outside of requests, none do.

    :param fields: ``visit``, which all requests of a sign-in share, or ``mailbox``; "" adds none.
    """
    if not has_app_context():
        return
    of_request = unproxied(g)
    of_request.bound_fields = of_request.get("bound_fields", {}) | fields


def unexpected(error: BaseException) -> None:
    """Log that the program itself failed: type and places; its text may hold anything."""
    _FAILURES.count()
    event(
        "unexpected_error",
        level=logging.ERROR,
        error=type(error).__name__,
        where=_places(error.__traceback__),
    )


def init_logs(
    app: Flask, *, level: str, form: str = "json", requests: bool = True, proxies: int = 0
) -> None:
    """Log to standard output.

    :param form: "json" or "text", which has colours on a terminal.
    :param requests: whether each request that was answered is a line, too.
    :param proxies: how many are in front, whose ids of requests are taken over.
    """
    handler = logging.StreamHandler(sys.stdout)
    text = TextFormatter(colored=sys.stdout.isatty())
    handler.setFormatter(text if form == "text" else JsonFormatter())
    _log.handlers = [handler]
    _log.propagate = False
    _log.setLevel(level)
    # No format writes these either, and in a greenlet a thread's name costs a thread object.
    logging.logThreads = logging.logMultiprocessing = False
    # What fails while Flask finishes an answer would go to its own log, with its text.
    app.log_exception = _log_exception  # type: ignore[method-assign]
    # httpx tells every address it calls, and ours carry ?email=.
    logging.getLogger("httpx").setLevel(logging.WARNING)

    init_request_ids(app, proxies=proxies)
    if requests:
        _log_requests(app)


def _log_requests(app: Flask) -> None:
    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_request(response: Response) -> Response:
        asked = unproxied(request)
        event(
            "request",
            method=asked.method,
            route=asked.url_rule.rule if asked.url_rule else "none",
            status=response.status_code,
            duration_ms=round((time.perf_counter() - g.get("started", 0)) * 1000),
        )
        return response


def _log_exception(exc_info: Any) -> None:
    unexpected(exc_info[1])


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-4:]
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)
    )

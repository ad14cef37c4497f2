"""One JSON line for each request and each event, made of allowed fields only.

Allow-list instead of redaction: what is not named in ``FIELDS`` cannot reach a log, so no address,
password, cookie or query string can reach a log.
"""

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_app_context, request

from latchkey.infra.metrics import Counter

FIELDS = (
    "request_id", "visit", "method", "route", "status", "duration_ms",
    "provider", "outcome", "detail", "nylas_request_id", "error", "where",
)  # fmt: skip

_log = logging.getLogger("latchkey")
_FAILURES = Counter("latchkey_unexpected_errors", "How often the program itself failed.")
_PLAIN = re.compile(r"[^A-Za-z0-9 _.,:/<>()-]")


def event(name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Log ``name`` with ``fields``, whose names must be in ``FIELDS``."""
    bound = {"visit": g.visit} if has_app_context() and "visit" in g else {}
    _log.log(level, name, extra={"fields": {"request_id": request_id(), **bound, **fields}})


def bind_visit(visit: str) -> None:
    """Have this request's further lines carry ``visit``, which all requests of a sign-in share."""
    if visit:
        g.visit = visit


def unexpected(error: BaseException) -> None:
    """Log that the program itself failed: type and places; its text may hold anything."""
    _FAILURES.count()
    event(
        "unexpected_error",
        level=logging.ERROR,
        error=type(error).__name__,
        where=_places(error.__traceback__),
    )


def request_id() -> str:
    """The id of the request being answered; people read it to support as their code.

    "" outside of requests: what runs in the background belongs to none.
    """
    if not has_app_context():
        return ""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


class JsonFormatter(logging.Formatter):
    """Writes time, level, event and the allowed fields of a record; nothing else of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        fields = getattr(record, "fields", {})
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if record.name == _log.name else record.name,
        }
        line |= {name: _value(fields[name]) for name in FIELDS if name in fields}
        return json.dumps(line)


def init_logs(app: Flask, level: str) -> None:
    """Log to standard output, one line for each request that was answered."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    _log.handlers = [handler]
    _log.propagate = False
    _log.setLevel(level)
    # What fails while Flask finishes an answer would go to its own log, with its text.
    app.log_exception = _log_exception  # type: ignore[method-assign]
    # httpx tells every address it calls, and ours carry ?email=.
    logging.getLogger("httpx").setLevel(logging.WARNING)

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_request(response: Response) -> Response:
        event(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else "none",
            status=response.status_code,
            duration_ms=round((time.perf_counter() - g.get("started", 0)) * 1000),
        )
        return response


def _log_exception(exc_info: tuple[Any, BaseException | None, Any]) -> None:
    if exc_info[1] is not None:
        unexpected(exc_info[1])


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-4:]
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames)
    )


def _value(value: object) -> object:
    """Numbers as they are; texts cut short and freed of everything that could forge a line."""
    return value if isinstance(value, int) else _PLAIN.sub("_", str(value))[:200]

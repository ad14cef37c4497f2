"""How a line of the log is written: JSON for programs, text for a terminal.

Allow-list instead of redaction: what is not named in ``FIELDS`` cannot reach a log, so no address,
password, cookie or query string can reach a log.
"""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime

FIELDS = (
    "request_id", "trace_id", "visit", "mailbox", "method", "route", "status", "duration_ms",
    "provider", "outcome", "detail", "nylas_request_id", "error", "where",
)  # fmt: skip
# Lines of other loggers have texts, which may hold anything; only their name is written.
LOGGER = "latchkey"

_PLAIN = re.compile(r"[^A-Za-z0-9 _.,:/<>()-]")
# At the end of a line of text, since they matter only when one looks for a request.
_IDS = ("request_id", "trace_id", "visit", "mailbox", "nylas_request_id")
_EVENT_WIDTH = max(map(len, ("unexpected_error", "nothing_offered")))
_LEVEL_WIDTH = len("WARNING")
# ANSI's colours (ECMA-48, SGR).
_COLORS = {"DEBUG": "2", "INFO": "32", "WARNING": "33", "ERROR": "1;31"}
_DIM = "2"


class JsonFormatter(logging.Formatter):
    """Writes time, level, event and the allowed fields of a record; nothing else of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
        }
        return json.dumps(line | dict(_fields(record)))


class TextFormatter(logging.Formatter):
    """Writes the same as text in columns: local time, level, event, what happened, ids.

    :param colored: with colours, for a terminal.
    """

    def __init__(self, *, colored: bool) -> None:
        super().__init__()
        self._colored = colored

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        fields = dict(_fields(record))
        ids = " ".join(f"{name}={fields.pop(name)}" for name in _IDS if fields.get(name))
        for name in _IDS:
            fields.pop(name, None)
        clock = datetime.fromtimestamp(record.created).astimezone()
        parts = (
            self._paint(f"{clock:%H:%M:%S}.{clock.microsecond // 1000:03d}", _DIM),
            self._paint(f"{record.levelname:<{_LEVEL_WIDTH}}", _COLORS.get(record.levelname, "0")),
            f"{_event(record):<{_EVENT_WIDTH}}",
            " ".join(_spoken(name, value) for name, value in fields.items() if value != ""),
            self._paint(ids, _DIM) if ids else "",
        )
        return "  ".join(part for part in parts if part)

    def _paint(self, text: str, color: str) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self._colored else text


def _event(record: logging.LogRecord) -> str:
    return str(record.msg) if record.name == LOGGER else record.name


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    given = getattr(record, "fields", {})
    return ((name, _value(given[name])) for name in FIELDS if name in given)


def _value(value: object) -> object:
    """Numbers as they are; texts cut short and freed of everything that could forge a line."""
    return value if isinstance(value, int) else _PLAIN.sub("_", str(value))[:200]


def _spoken(name: str, value: object) -> str:
    """A field as it is read: those of a request need no name."""
    if name in ("method", "route", "status"):
        return str(value)
    return f"{value} ms" if name == "duration_ms" else f"{name}={value}"

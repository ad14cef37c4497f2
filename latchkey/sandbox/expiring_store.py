"""A place for codes and tokens: each for a while, once if need be, and not too many."""

import math
import secrets
import threading
from collections.abc import Callable
from typing import Generic, Literal, TypeVar

_MOST = 1000

Value = TypeVar("Value")
Absence = Literal["unknown", "used", "expired"]


class ExpiringStore(Generic[Value]):
    """Keeps values under names for a while; the oldest make room when there are too many."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        # What was taken out leaves its name behind, without the value.
        self._kept: dict[str, tuple[float, Value | None]] = {}

    def put(self, value: Value, *, prefix: str = "") -> str:
        """Keep ``value`` under a random name that starts with ``prefix``, and return the name."""
        name = prefix + secrets.token_urlsafe(24)
        self.keep(name, value)
        return name

    def keep(self, name: str, value: Value) -> bool:
        """Keep ``value`` under ``name``; False when the name was known before."""
        with self._lock:
            known = self._kept.pop(name, None)
            if len(self._kept) >= _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = (self._clock() + self._seconds, value)
        return known is None

    def get(self, name: str) -> Value | None:
        """Look at a value."""
        with self._lock:
            return self._get(name)

    def take(self, name: str) -> Value | None:
        """Return a value and delete it, in one step."""
        with self._lock:
            value = self._get(name)
            if value is not None:
                self._kept[name] = (self._kept[name][0], None)
        return value

    def why_absent(self, name: str) -> Absence:
        """Tell why there is nothing under ``name``, as far as it is remembered."""
        with self._lock:
            if name not in self._kept:
                return "unknown"
            return "used" if self._kept[name][1] is None else "expired"

    def forget(self, value: Value) -> None:
        """Drop this very value, whatever its names."""
        with self._lock:
            names = [name for name, (_, kept) in self._kept.items() if kept is value]
            for name in names:
                del self._kept[name]

    def forget_name(self, name: str) -> None:
        """Drop what is kept under ``name``."""
        with self._lock:
            self._kept.pop(name, None)

    def _get(self, name: str) -> Value | None:
        until, value = self._kept.get(name, (-math.inf, None))
        return value if until > self._clock() else None

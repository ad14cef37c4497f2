"""Values that expire and rates that hold, in one process."""

import bisect
import threading
import time
from typing import Any, NamedTuple

_MOST_VALUES = 10_000
_MOST_STAMPS = 10_000


class RateLimited(Exception):
    """A rate has no room in time.

    :ivar wait: seconds until it would have.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(f"{wait:.3f} s")
        self.wait = wait


class Slot(NamedTuple):
    """A reservation: seconds until its moment, and what it is called where it was made."""

    wait: float
    mark: Any


class Memory:
    """Safe between threads, and bounded: the oldest value goes first when there are too many."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[Any, float]] = {}
        # In their order, which is that of time, too.
        self._stamps: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> Any:
        """Return the value of ``key``, None when there is none."""
        value, until = self._values.get(key, (None, 0.0))
        return value if time.monotonic() < until else None

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        with self._lock:
            self._put(key, value, seconds)

    def add(self, key: str, value: Any, *, seconds: float) -> bool:
        """Keep ``value`` unless there is one already; tell whether it was kept."""
        with self._lock:
            if self.get(key) is not None:
                return False
            self._put(key, value, seconds)
            return True

    def take(self, key: str) -> Any:
        """Return the value and delete it, in one step."""
        with self._lock:
            value = self.get(key)
            self._values.pop(key, None)
            return value

    def reserve(
        self, key: str, *, limit: int, seconds: float, max_wait: float, grace: float = 0.0
    ) -> Slot:
        """Find the next moment with which no span of ``seconds`` sees more than ``limit``.

        :param max_wait: the longest wait that is worth it.
        :param grace: seconds after the moment in which it may still be used.
        :raises RateLimited: when the wait would be longer; nothing is reserved then.
        """
        with self._lock:
            now = time.monotonic()
            stamps = self._stamps.get(key, [])
            slot = max(now, stamps[-limit] + seconds) if len(stamps) >= limit else now
            if slot - now > max_wait:
                raise RateLimited(slot - now)
            self._stamp(key, slot + grace)
            return Slot(slot - now, slot + grace)

    def note(self, key: str, wait: float) -> Slot:
        """Count what was reserved elsewhere, ``wait`` seconds from now."""
        with self._lock:
            slot = time.monotonic() + wait
            self._stamp(key, slot)
            return Slot(wait, slot)

    def move(self, key: str, slot: Slot) -> None:
        """Note that ``slot`` was made use of right now."""
        with self._lock:
            self._forget(key, slot)
            self._stamp(key, time.monotonic())

    def forget(self, key: str, slot: Slot) -> None:
        """Give ``slot`` up: it was not made use of."""
        with self._lock:
            self._forget(key, slot)

    def _forget(self, key: str, slot: Slot) -> None:
        stamps = self._stamps.get(key, [])
        place = bisect.bisect_left(stamps, slot.mark)
        if stamps[place : place + 1] == [slot.mark]:
            del stamps[place]

    def _stamp(self, key: str, moment: float) -> None:
        stamps = self._stamps.setdefault(key, [])
        bisect.insort(stamps, moment)
        del stamps[:-_MOST_STAMPS]

    def _put(self, key: str, value: Any, seconds: float) -> None:
        # Again at the end: the order of a dict is that of insertion.
        self._values.pop(key, None)
        if len(self._values) >= _MOST_VALUES:
            self._values.pop(next(iter(self._values)))
        self._values[key] = (value, time.monotonic() + seconds)

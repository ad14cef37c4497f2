"""Fair queue: few of one client, or of one mail domain, wait in the common queue at a time.

The common queue is first come, first served. The others of the same client wait in a lane of their
own before it, so a client with a thousand connections only delays itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class LaneFull(Exception):
    """The lane did not move in time."""


@dataclass
class _Lane:
    places: threading.Semaphore
    users: int = field(default=0)


class Lanes:
    """Lanes by key; a lane exists only while it is used.

    :param width: tells how many of one key may be in the common queue at a time.
    """

    def __init__(self, width: Callable[[], int]) -> None:
        self._width = width
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()

    @contextmanager
    def enter(self, key: str, *, until: float) -> Iterator[None]:
        """Wait for a place among those of the same key; "" needs none.

        :param until: moment of ``time.monotonic`` at which waiting ends.
        :raises LaneFull: there was no place until then.
        """
        if not key:
            yield
            return
        with self._lock:
            lane = self._lanes.setdefault(key, _Lane(threading.Semaphore(self._width())))
            lane.users += 1
        try:
            if not lane.places.acquire(timeout=max(0.0, until - time.monotonic())):
                raise LaneFull
            try:
                yield
            finally:
                lane.places.release()
        finally:
            with self._lock:
                lane.users -= 1
                if not lane.users:
                    del self._lanes[key]

"""What several people need at the same moment is done once, for all of them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Calls under way in this process, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, tuple[Future[T], float]] = {}

    def run(self, key: str, call: Callable[[], T], *, max_wait: float) -> T | None:
        """Return what ``call`` returns, or raises; concurrent callers of ``key`` share it.

        :param patience: seconds after its start until which others wait for it; then None.
        """
        mine: Future[T] = Future()
        with self._lock:
            flight, started = self._under_way.setdefault(key, (mine, time.monotonic()))
        if flight is not mine:
            try:
                return flight.result(max(0.0, started + max_wait - time.monotonic()))
            except TimeoutError:
                return None
        try:
            mine.set_result(call())
        except BaseException as error:
            mine.set_exception(error)
        finally:
            with self._lock:
                del self._under_way[key]
        return mine.result()

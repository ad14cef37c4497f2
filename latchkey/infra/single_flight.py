"""Single flight: concurrent callers of one key share one call.

``SingleFlight`` is for the threads of a process, ``SharedSingleFlight`` for the processes that
share a store. Both are about calls under way: what must not be done again later is a mark
(``latchkey.infra.marks``) or an idempotency key (``latchkey.connect.idempotency``).
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from latchkey.infra.store import Store

_LOOK_SECONDS = 0.05

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Calls under way in this process, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, tuple[Future[T], float]] = {}

    def run(self, key: str, call: Callable[[], T], *, max_wait: float) -> T | None:
        """Return what ``call`` returns, or raises; concurrent callers of ``key`` share it.

        :param max_wait: seconds after its start until which others wait for it; then None.
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
        try:
            return mine.result()
        finally:
            # Else an error and this frame, with all that called it, hold on to each other.
            del mine, flight


class SharedSingleFlight:
    """Calls under way in all processes, by key; without Redis, in this process.

    The result is not handed over: a call leaves it where ``look`` finds it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def run(
        self,
        key: str,
        call: Callable[[], T | None],
        *,
        look: Callable[[], T | None],
        lease: float,
        max_wait: float,
    ) -> T | None:
        """Return what ``call`` returns, or raises; concurrent callers wait for what it leaves.

        What the call puts into the store is sent together with the end of the lease.

        :param look: finds the result of an earlier call, None while there is none.
        :param lease: seconds after which a call counts as broken off.
        :param max_wait: seconds that others wait for it; then None.
        """
        if not self._store.add(key, 1, seconds=lease):
            return self._wait(key, look, max_wait)
        with self._store.together():
            try:
                # It may have come between the caller's last look and this call.
                found = look()
                return call() if found is None else found
            finally:
                self._store.drop(key)

    def _wait(self, key: str, look: Callable[[], T | None], max_wait: float) -> T | None:
        until = time.monotonic() + max_wait
        while (found := look()) is None and time.monotonic() < until:
            if self._store.get(key) is None:
                # The call has ended, and may have left its result since the last look.
                return look()
            time.sleep(_LOOK_SECONDS)
        return found

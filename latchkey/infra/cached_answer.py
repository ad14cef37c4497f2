"""A cached answer with stale-while-revalidate (RFC 5861): for what an upstream rarely changes."""

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from latchkey.infra.errors import UpstreamError
from latchkey.infra.single_flight import SingleFlight
from latchkey.infra.store import Store

GOOD_SECONDS = 5 * 60
AFTER_FAILURE_SECONDS = 15
# A process that starts while Nylas hangs goes on with the answer of those before it.
OLD_SECONDS = 7 * 24 * 60 * 60

T = TypeVar("T")


class CachedAnswer(Generic[T]):
    """The last good answer to one question; it stays while the upstream gives no new one.

    One caller revalidates; concurrent callers use the stale answer meanwhile.

    :param ask: calls the upstream.
    :param name: where the processes share the answer.
    :param write: makes of it what JSON can carry.
    :param read: the reverse; None for what another version of this program wrote.
    :param ask_seconds: time limit of ``ask``; only the first answer is waited for.
    :param is_fatal: tells which errors are raised instead of answered from the cache.
    """

    def __init__(
        self,
        ask: Callable[[], T],
        store: Store,
        name: str,
        *,
        write: Callable[[T], Any],
        read: Callable[[Any], T | None],
        ask_seconds: float,
        is_fatal: Callable[[UpstreamError], bool],
    ) -> None:
        self._ask = ask
        self._store = store
        self._name = name
        self._write = write
        self._read = read
        self._ask_seconds = ask_seconds
        self._is_fatal = is_fatal
        self._single_flight: SingleFlight[None] = SingleFlight()
        self._answer: T | None = None
        self._asked = 0.0
        self._valid_until = 0.0

    def get(self) -> T | None:
        """Return the answer, None before the first one.

        :raises UpstreamError: one that ``is_fatal``.
        """
        if self._answer is None:
            self._take_that_of_others()
        if self._is_old():
            # Only before the first answer is there anything to wait for.
            max_wait = self._ask_seconds if self._answer is None else 0.0
            self._single_flight.run(self._name, self._refresh, max_wait=max_wait)
        return self._answer

    @property
    def last(self) -> T | None:
        """The last good answer, however old; None before the first one. Makes no call."""
        return self._answer

    def invalidate(self, *, older: float = 0.0) -> None:
        """Ask again at the next opportunity, if the last time was ``older`` seconds ago."""
        if time.monotonic() - self._asked >= older:
            self._valid_until = 0.0

    def _take_that_of_others(self) -> None:
        written = self._store.get(self._name)
        # While it was looked for, another thread may have asked: then there is a newer one.
        if self._answer is None and written is not None:
            self._answer = self._read(written)

    def _is_old(self) -> bool:
        return self._valid_until < time.monotonic()

    def _refresh(self) -> None:
        if not self._is_old():
            return
        self._asked = time.monotonic()
        try:
            answer = self._ask()
        except UpstreamError as error:
            if self._is_fatal(error):
                raise
            self._valid_until = time.monotonic() + AFTER_FAILURE_SECONDS
            return
        self._answer = answer
        self._valid_until = time.monotonic() + GOOD_SECONDS
        self._store.put(self._name, self._write(answer), seconds=OLD_SECONDS)

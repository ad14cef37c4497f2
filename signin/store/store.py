"""Redis with this process's memory behind it."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from signin import logs
from signin.store.memory import Full, Memory
from signin.store.remote import Lost, Remote, Slot

_RETRY_SECONDS = 1.0
_LATE_SECONDS = 0.002

T = TypeVar("T")


class Store:
    """Small values and rates that all processes share, as far as they can.

    Without Redis, or while it is gone, every process has its own: a value may be missing, and a
    rate is divided by the number of processes. Whatever is written goes to both places, so that a
    process does not forget what it did itself when Redis goes.

    :param url: of Redis; "" when there is none.
    :param processes: number of processes that share the rates when there is no Redis.
    """

    def __init__(self, url: str = "", *, processes: int = 1) -> None:
        self._memory = Memory()
        self._remote = Remote(url) if url else None
        self._processes = processes
        self._retry_at = 0.0
        self._lost_at: float | None = None
        self._found_at: float | None = None

    @property
    def shared(self) -> bool:
        """Whether there is a Redis, be it there or gone for the moment."""
        return self._remote is not None

    def get(self, key: str) -> Any:
        """Return the value of ``key``, None when there is none."""
        value = self._memory.get(key)
        return self.ask(lambda remote: remote.get(key), None) if value is None else value

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep ``value``, anything that JSON can carry except None, for ``seconds``."""
        self._memory.put(key, value, seconds=seconds)
        self.ask(lambda remote: remote.put(key, value, seconds=seconds), None)

    def add(self, key: str, value: Any, *, seconds: float) -> bool:
        """Keep ``value`` unless there is one already; tell whether it was kept."""
        if not self._memory.add(key, value, seconds=seconds):
            return False
        added = self.ask(lambda remote: remote.add(key, value, seconds=seconds), True)
        if not added:
            self._memory.take(key)
        return added

    def take(self, key: str) -> Any:
        """Return the value and forget it, so that nobody gets it twice."""
        mine = self._memory.take(key)
        return self.ask(lambda remote: remote.take(key), mine)

    def reserve(self, key: str, *, most: int, seconds: float, patience: float = 0.0) -> float:
        """Return the seconds to wait so that no span of ``seconds`` sees more than ``most``.

        :param patience: the longest wait that is worth it, in seconds.
        :raises Full: when the wait would be longer; nothing is reserved then.
        """
        return self._reserve(key, most, seconds, patience)[0]

    def take_turn(self, key: str, *, most: int, seconds: float) -> None:
        """Count this very moment, so that no span of ``seconds`` sees more than ``most``.

        :raises Full: with the seconds to wait before it is worth another try.
        """
        began = time.monotonic()
        _, slot = self._reserve(key, most, seconds, 0.0)
        late = time.monotonic() - began
        if slot and late > _LATE_SECONDS:
            # The answer of Redis took its time, and it is now that counts. It hears of that soon
            # enough: it matters a span from now.
            threading.Thread(target=self._move, args=(key, slot, late), daemon=True).start()

    def _move(self, key: str, slot: Slot, late: float) -> None:
        self.ask(lambda remote: remote.move(key, slot, late=late), None)

    def _reserve(
        self, key: str, most: int, seconds: float, patience: float
    ) -> tuple[float, Slot | None]:
        slot = self.ask(
            lambda remote: remote.reserve(key, most=most, seconds=seconds, patience=patience), None
        )
        wait = slot.wait if slot else None
        if wait is None or self._within(seconds, self._found_at):
            # What Redis forgot when it stopped, this process's share still knows.
            return self._reserve_alone(key, most, seconds, patience, wait), slot
        self._memory.note(key, wait)
        return wait, slot

    def ask(self, call: Callable[[Remote], T], otherwise: T) -> T:
        """Return what ``call`` gets from Redis, ``otherwise`` while there is none."""
        if self._remote is None or time.monotonic() < self._retry_at:
            return otherwise
        try:
            answer = call(self._remote)
        except Lost as error:
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            if self._lost_at is None:
                self._lost_at = time.monotonic()
                logs.event("redis", outcome="lost", error=type(error).__name__)
            return otherwise
        if self._lost_at is not None:
            self._lost_at, self._found_at = None, time.monotonic()
            logs.event("redis", outcome="found")
        return answer

    def close(self) -> None:
        """Close the connections to Redis; the next call opens one again."""
        if self._remote:
            self._remote.close()

    def _reserve_alone(
        self, key: str, most: int, seconds: float, patience: float, given: float | None
    ) -> float:
        peers = self._remote.peers if self._remote else self._processes
        if given is None and peers > 1 and self._within(seconds, self._lost_at):
            # What the others did in this span is unknown, so it counts as full.
            raise Full(seconds)
        share = max(1, most // peers)
        wait = self._memory.reserve(key, most=share, seconds=seconds, patience=patience)
        return max(wait, given or 0.0)

    @staticmethod
    def _within(seconds: float, since: float | None) -> bool:
        return since is not None and time.monotonic() - since < seconds

"""Redis with this process's memory behind it."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from latchkey.infra import logs
from latchkey.infra.metrics import Gauge
from latchkey.infra.store.memory import Memory, RateLimited, Slot
from latchkey.infra.store.redis_facts import RedisFacts
from latchkey.infra.store.redis_store import Lost, Remote, is_foreign
from latchkey.infra.store.vault import Unusable, Vault
from latchkey.infra.store.windows import Charge
from latchkey.infra.store.windows_memory import MemoryWindows

_RETRY_SECONDS = 1.0
_LATE_SECONDS = 0.001
# One line for each kind of damage, not one for each request that meets it.
_FOREIGN_LOG_SECONDS = 60.0

_LOST = Gauge("latchkey_redis_lost", "1 while a process goes on without Redis.", together="livemax")

T = TypeVar("T")


class _Slots(NamedTuple):
    """A reservation here and in Redis, and the wait that is right for both."""

    wait: float
    mine: Slot
    shared: Slot | None


class Store:
    """Small values and rates that all processes share, as far as they can.

    Without Redis, or while it is gone, every process has its own: a value may be missing, and a
    rate is divided by the number of processes. Whatever is written goes to both places, so that a
    process does not forget what it did itself when Redis goes.

    :param url: of Redis; "" when there is none.
    :param vault: names and seals what is put into Redis; needed for that alone.
    :param processes: number of processes that share the rates when there is no Redis.
    """

    def __init__(self, url: str = "", *, vault: Vault | None = None, processes: int = 1) -> None:
        if url and vault is None:
            raise ValueError("nothing is put into Redis unsealed")
        self._memory = Memory()
        self._windows = MemoryWindows()
        self._remote = Remote(url, vault) if url and vault else None
        self._processes = processes
        self._movers = ThreadPoolExecutor(max_workers=1)
        self._retry_at = 0.0
        self._foreign_log_at: dict[str, float] = {}
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
        """Return the value and delete it, in one step."""
        mine = self._memory.take(key)
        return self.ask(lambda remote: remote.take(key), mine)

    def reserve(self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0) -> float:
        """Return the seconds to wait so that no span of ``seconds`` sees more than ``most``.

        :param patience: the longest wait that is worth it, in seconds.
        :raises Full: when the wait would be longer; nothing is reserved then.
        """
        return self._reserve(key, limit, seconds, max_wait).wait

    @contextmanager
    def send_slot(
        self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0
    ) -> Iterator[None]:
        """Wait until it may be done, so that no span of ``seconds`` sees it more often than that.

        As ``reserve``, except that what counts is when it was done.

        :raises Full: when the wait would be longer than ``patience``.
        """
        began = time.monotonic()
        wait, mine, shared = self._reserve(key, limit, seconds, max_wait)
        if wait:
            time.sleep(wait)
        yield
        self._memory.move(key, mine)
        late = time.monotonic() - began - wait
        if shared and late > _LATE_SECONDS:
            # Redis gets that soon enough: it matters a span from now. Starting a thread here
            # would let others go first.
            self._movers.submit(self._move, key, shared, late)

    def pass_all(self, charges: Sequence[Charge]) -> list[float]:
        """Count in all counters if all have room; return the seconds to wait for each.

        This process counts for itself, too: so the limits hold when Redis forgets or goes. Without
        Redis every process has its share of them.
        """
        shared = self.ask(lambda remote: remote.windows.pass_all(charges), None)
        if shared is not None and any(shared):
            return shared
        divisor = 1 if shared is not None else self._number_of_processes()
        return self._windows.pass_all(charges, divisor=divisor)

    def number(self, charge: Charge) -> int:
        """Return how many events the longest window of a counter holds, as far as is known."""
        mine = self._windows.number(charge)
        return max(mine, self.ask(lambda remote: remote.windows.number(charge), 0))

    def _number_of_processes(self) -> int:
        return max(self._processes, self._remote.peers if self._remote else 1)

    def _move(self, key: str, slot: Slot, late: float) -> None:
        self.ask(lambda remote: remote.move(key, slot, late=late), None)

    def _reserve(self, key: str, limit: int, seconds: float, max_wait: float) -> _Slots:
        shared = self.ask(
            lambda remote: remote.reserve(key, limit=limit, seconds=seconds, max_wait=max_wait),
            None,
        )
        if shared and not self._within(seconds, self._found_at):
            return _Slots(shared.wait, self._memory.note(key, shared.wait), shared)
        # What Redis forgot when it stopped, this process's share still knows.
        mine = self._reserve_alone(key, limit, seconds, max_wait, lost=shared is None)
        return _Slots(max(mine.wait, shared.wait if shared else 0.0), mine, shared)

    def ask(self, call: Callable[[Remote], T], otherwise: T) -> T:
        """Return what ``call`` gets from Redis, ``otherwise`` while there is none.

        What lies there and is not ours counts as if there were none.
        """
        if self._remote is None or time.monotonic() < self._retry_at:
            return otherwise
        try:
            answer = call(self._remote)
        except Unusable as error:
            self._log_foreign(str(error))
            return otherwise
        except Lost as error:
            if is_foreign(error):
                self._log_foreign("a value is of another kind")
            else:
                self._note_loss(error)
            return otherwise
        if self._lost_at is not None:
            self._lost_at, self._found_at = None, time.monotonic()
            _LOST.set(0)
            logs.event("redis", outcome="found")
        return answer

    def describe(self) -> RedisFacts:
        """Return what Redis says of itself.

        :raises RedisLost: it does not answer, or there is none.
        """
        if self._remote is None:
            raise Lost("no REDIS_URL")
        return self._remote.describe()

    def close(self) -> None:
        """Close the connections to Redis; the next call opens one again."""
        if self._remote:
            self._remote.close()

    def _note_loss(self, error: Lost) -> None:
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            _LOST.set(1)
            detail = "Redis does not answer, so each process goes on alone until it does"
            name = type(error).__name__
            logs.event("redis", level=logging.ERROR, outcome="lost", error=name, detail=detail)

    def _log_foreign(self, what: str) -> None:
        now = time.monotonic()
        if now >= self._foreign_log_at.get(what, 0.0):
            self._foreign_log_at[what] = now + _FOREIGN_LOG_SECONDS
            logs.event("redis", level=logging.WARNING, outcome="foreign value", detail=what)

    def _reserve_alone(
        self, key: str, limit: int, seconds: float, max_wait: float, *, lost: bool
    ) -> Slot:
        peers = self._number_of_processes()
        if lost and peers > 1 and self._within(seconds, self._lost_at):
            # What the others did in this span is unknown, so it counts as full.
            raise RateLimited(seconds)
        share = max(1, limit // peers)
        return self._memory.reserve(key, limit=share, seconds=seconds, max_wait=max_wait)

    @staticmethod
    def _within(seconds: float, since: float | None) -> bool:
        return since is not None and time.monotonic() - since < seconds

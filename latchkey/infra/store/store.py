"""Redis with this process's memory behind it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from latchkey.infra.store.memory import Memory, RateLimited, Slot
from latchkey.infra.store.redis_facts import RedisFacts
from latchkey.infra.store.redis_link import RedisLink
from latchkey.infra.store.vault import Vault
from latchkey.infra.store.windows import Charge
from latchkey.infra.store.windows_memory import MemoryWindows

if TYPE_CHECKING:
    from latchkey.infra.store.redis_store import Remote

_LATE_SECONDS = 0.001

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
    :param address: as in ``RemoteSecretKeys``.
    """

    def __init__(
        self, url: str = "", *, vault: Vault | None = None, processes: int = 1, address: str = ""
    ) -> None:
        self._memory = Memory()
        self._windows = MemoryWindows()
        self._redis = RedisLink(url, vault, address)
        self._processes = processes
        self._movers = ThreadPoolExecutor(max_workers=1)
        # Of each thread: what it has put and not sent to Redis yet.
        self._waiting = threading.local()

    @property
    def shared(self) -> bool:
        """Whether there is a Redis, be it there or gone for the moment."""
        return self._redis.exists

    @property
    def processes(self) -> int:
        """Number of processes that share the rates, as far as is known."""
        return max(self._processes, self._redis.peers)

    def get(self, key: str) -> Any:
        """Return the value of ``key``, None when there is none."""
        value = self._memory.get(key)
        return self._redis.ask(lambda remote: remote.get(key), None) if value is None else value

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep ``value``, anything that JSON can carry except None, for ``seconds``."""
        self._memory.put(key, value, seconds=seconds)
        waiting = self._values()
        if waiting is None:
            self._redis.ask(lambda remote: remote.put(key, value, seconds=seconds), None)
        else:
            waiting[key] = (value, seconds)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send what this thread puts within the context to Redis in few commands.

        It goes with the next ``add``, at the end of the context at the latest.
        """
        waiting: dict[str, tuple[Any, float]] = {}
        self._waiting.values = waiting
        try:
            yield
        finally:
            self._waiting.values = None
            if waiting:
                self._redis.ask(lambda remote: remote.put_all(waiting), None)

    def add(self, key: str, value: Any, *, seconds: float) -> bool:
        """Keep ``value`` unless there is one already; tell whether it was kept."""
        if not self._memory.add(key, value, seconds=seconds):
            return False
        waiting = self._values() or {}
        along = dict(waiting)
        waiting.clear()
        added = self._redis.ask(
            lambda remote: remote.add(key, value, seconds=seconds, values=along), True
        )
        if not added:
            self._memory.take(key)
        return added

    def take(self, key: str) -> Any:
        """Return the value and delete it, in one step."""
        mine = self._memory.take(key)
        return self._redis.ask(lambda remote: remote.take(key), mine)

    def reserve(self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0) -> float:
        """Return the seconds to wait so that no span of ``seconds`` sees more than ``limit``.

        :param max_wait: the longest wait that is worth it, in seconds.
        :raises RateLimited: when the wait would be longer; nothing is reserved then.
        """
        return self._reserve(key, limit, seconds, max_wait).wait

    @contextmanager
    def send_slot(
        self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0
    ) -> Iterator[None]:
        """Wait until it may be done, so that no span of ``seconds`` sees it more often than that.

        As ``reserve``, except that what counts is when it was done.

        :raises RateLimited: when the wait would be longer than ``max_wait``.
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
        shared = self._redis.ask(lambda remote: remote.windows.pass_all(charges), None)
        if shared is not None and any(shared):
            return shared
        divisor = 1 if shared is not None else self.processes
        return self._windows.pass_all(charges, divisor=divisor)

    def number(self, charge: Charge) -> int:
        """Return how many events the longest window of a counter holds, as far as is known."""
        mine = self._windows.number(charge)
        return max(mine, self._redis.ask(lambda remote: remote.windows.number(charge), 0))

    def ask(self, call: Callable[["Remote"], T], otherwise: T) -> T:
        """As ``RedisLink.ask``: for what lies in Redis without being one of these values."""
        return self._redis.ask(call, otherwise)

    def describe(self) -> RedisFacts:
        """As ``RedisLink.describe``."""
        return self._redis.describe()

    def close(self) -> None:
        """Close the connections to Redis; the next call opens one again."""
        self._redis.close()

    def _values(self) -> dict[str, tuple[Any, float]] | None:
        """What this thread has put within ``together``, None outside of it."""
        values: dict[str, tuple[Any, float]] | None = getattr(self._waiting, "values", None)
        return values

    def _move(self, key: str, slot: Slot, late: float) -> None:
        self._redis.ask(lambda remote: remote.move(key, slot, late=late), None)

    def _reserve(self, key: str, limit: int, seconds: float, max_wait: float) -> _Slots:
        shared = self._redis.ask(
            lambda remote: remote.reserve(key, limit=limit, seconds=seconds, max_wait=max_wait),
            None,
        )
        if shared and not self._redis.found_within(seconds):
            return _Slots(shared.wait, self._memory.note(key, shared.wait), shared)
        # What Redis forgot when it stopped, this process's share still knows.
        mine = self._reserve_alone(key, limit, seconds, max_wait, lost=shared is None)
        return _Slots(max(mine.wait, shared.wait if shared else 0.0), mine, shared)

    def _reserve_alone(
        self, key: str, limit: int, seconds: float, max_wait: float, *, lost: bool
    ) -> Slot:
        peers = self.processes
        if lost and peers > 1 and self._redis.lost_within(seconds):
            # What the others did in this span is unknown, so it counts as full.
            raise RateLimited(seconds)
        share = max(1, limit // peers)
        return self._memory.reserve(key, limit=share, seconds=seconds, max_wait=max_wait)

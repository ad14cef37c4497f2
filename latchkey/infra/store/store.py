"""Redis with this process's memory behind it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from latchkey.infra.store.memory import Memory
from latchkey.infra.store.rate import Ahead, Rate, Turn
from latchkey.infra.store.rates import Rates
from latchkey.infra.store.redis_facts import RedisFacts
from latchkey.infra.store.redis_link import RedisLink
from latchkey.infra.store.vault import Vault
from latchkey.infra.store.windows import Charge, Mode
from latchkey.infra.store.windows_memory import MemoryWindows

if TYPE_CHECKING:
    from latchkey.infra.store.redis_store import Remote

T = TypeVar("T")


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
        self._rates = Rates(self._memory, self._redis, lambda: self.processes)
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

    def latest(self, key: str) -> Any:
        """Return the value of ``key`` that was put last by any process, None when there is none."""
        value = self._redis.ask(lambda remote: remote.get(key), None)
        return self._memory.get(key) if value is None else value

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
        """Send what this thread puts and counts within the context to Redis in few commands.

        Values go with the next ``add``, and all at the end of the context at the latest.
        """
        if self._values() is not None:
            yield
            return
        waiting: dict[str, tuple[Any, float]] = {}
        charges: list[Charge] = []
        self._waiting.values, self._waiting.charges = waiting, charges
        try:
            yield
        finally:
            self._waiting.values = None
            if waiting or charges:
                self._redis.ask(lambda remote: remote.put_all(waiting, charges), None)

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

    def drop(self, key: str) -> None:
        """Delete the value."""
        self._memory.take(key)
        waiting = self._values()
        if waiting is None:
            self._redis.ask(lambda remote: remote.take(key), None)
        else:
            # In a millisecond it is over, which needs no command of its own.
            waiting[key] = (0, 0.0)

    def reserve(self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0) -> float:
        """Return the seconds to wait so that no span of ``seconds`` sees more than ``limit``.

        :param max_wait: the longest wait that is worth it, in seconds.
        :raises RateLimited: when the wait would be longer; nothing is reserved then.
        """
        return self._rates.reserve(key, Rate(limit, seconds), max_wait)

    @contextmanager
    def send_slot(
        self, key: str, *, limit: int, seconds: float, max_wait: float = 0.0
    ) -> Iterator[None]:
        """Wait until it may be done, so that no span of ``seconds`` sees it more often than that.

        As ``reserve``, except that what counts is when it was done.

        :raises RateLimited: when the wait would be longer than ``max_wait``.
        """
        with self._rates.send_slot(key, Rate(limit, seconds), max_wait):
            yield

    def wait_turn(self, key: str, rate: Rate, *, max_wait: float, ahead: Ahead) -> Turn:
        """Wait for a turn, as ``reserve``, and reserve the moment to send ahead while few send.

        :raises RateLimited: when the wait would be longer than ``max_wait``.
        """
        return self._rates.wait_turn(key, rate, max_wait=max_wait, ahead=ahead)

    @contextmanager
    def send_in(self, turn: Turn) -> Iterator[bool]:
        """Send within what ``turn`` reserved ahead; False when that is not possible (any more)."""
        with self._rates.send_in(turn) as possible:
            yield possible

    def pass_all(self, charges: Sequence[Charge]) -> list[float]:
        """Count in all counters if all have room; return the seconds to wait for each.

        This process counts for itself, too: so the limits hold when Redis forgets or goes. Without
        Redis every process has its share of them.
        """
        if self._values() is not None and all(charge.mode is Mode.COUNT for charge in charges):
            self._waiting.charges += charges
            return self._windows.pass_all(charges, divisor=1)
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

"""Rates that hold for all processes together, and in each process alone while Redis is gone."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from latchkey.infra.store.memory import Memory, RateLimited, Slot
from latchkey.infra.store.rate import Ahead, Rate, Turn
from latchkey.infra.store.redis_link import RedisLink

_LATE_SECONDS = 0.001


class _Slots(NamedTuple):
    """A reservation here and in Redis, and the wait that is right for both."""

    wait: float
    mine: Slot
    shared: Slot | None


class Rates:
    """Reserves moments, see ``Store``.

    :param processes: tells the number of processes that share the rates.
    """

    def __init__(self, memory: Memory, link: RedisLink, processes: Callable[[], int]) -> None:
        self._memory = memory
        self._redis = link
        self._processes = processes
        self._movers = ThreadPoolExecutor(max_workers=1)
        # Seconds that a moment was used before the one that was noted for it, by its mark.
        self._corrections: dict[str, float] = {}

    def reserve(self, key: str, rate: Rate, max_wait: float) -> float:
        """As ``Store.reserve``."""
        return self._reserve(key, rate, max_wait).wait

    @contextmanager
    def send_slot(self, key: str, rate: Rate, max_wait: float) -> Iterator[None]:
        """As ``Store.send_slot``."""
        began = time.monotonic()
        wait, mine, shared = self._reserve(key, rate, max_wait)
        if wait:
            time.sleep(wait)
        yield
        self._memory.move(key, mine)
        late = time.monotonic() - began - wait
        if shared and late > _LATE_SECONDS:
            self._move_soon(key, shared, late)

    def wait_turn(self, key: str, rate: Rate, *, max_wait: float, ahead: Ahead) -> Turn:
        """Wait for a turn, with which the moment to send is reserved ahead when few are sent.

        What is noted is the last moment at which it may be sent. So others keep their distance
        from it whenever it is sent in fact, which is noted with a later command of this process.
        """
        until = time.monotonic() + ahead.grace
        corrections, self._corrections = self._corrections, {}
        shared = self._redis.ask(
            lambda remote: remote.reserve_turn(
                key, rate, max_wait=max_wait, ahead=ahead, corrections=corrections
            ),
            None,
        )
        wait = self._settle(key, rate, max_wait, shared and shared.turn).wait
        if wait:
            time.sleep(wait)
        if wait or not shared or not shared.ahead or self._redis.found_within(rate.seconds):
            return Turn()
        noted = self._memory.note(ahead.key, ahead.grace)
        return Turn(ahead, noted, shared.ahead, until)

    @contextmanager
    def send_in(self, turn: Turn) -> Iterator[bool]:
        """As ``Store.send_in``."""
        ahead = turn.ahead
        if ahead is None or time.monotonic() >= turn.until:
            yield False
            return
        yield True
        self._memory.move(ahead.key, turn.mine)
        early = turn.until - time.monotonic()
        if early < 0:
            self._move_soon(ahead.key, turn.shared, -early)
        else:
            # No more than may be ahead, as the next turn takes them along.
            self._corrections[turn.shared.mark] = early

    def _move_soon(self, key: str, slot: Slot, late: float) -> None:
        # Redis gets that soon enough: it matters a span from now. Starting a thread here would
        # let others go first.
        self._movers.submit(self._move, key, slot, late)

    def _move(self, key: str, slot: Slot, late: float) -> None:
        self._redis.ask(lambda remote: remote.move(key, slot, late=late), None)

    def _reserve(self, key: str, rate: Rate, max_wait: float) -> _Slots:
        shared = self._redis.ask(
            lambda remote: remote.reserve(
                key, limit=rate.limit, seconds=rate.seconds, max_wait=max_wait
            ),
            None,
        )
        return self._settle(key, rate, max_wait, shared)

    def _settle(self, key: str, rate: Rate, max_wait: float, shared: Slot | None) -> _Slots:
        """The reservation in Redis, if there is one, and in this process."""
        if shared and not self._redis.found_within(rate.seconds):
            return _Slots(shared.wait, self._memory.note(key, shared.wait), shared)
        # What Redis forgot when it stopped, this process's share still knows.
        mine = self._reserve_alone(key, rate, max_wait, lost=shared is None)
        return _Slots(max(mine.wait, shared.wait if shared else 0.0), mine, shared)

    def _reserve_alone(self, key: str, rate: Rate, max_wait: float, *, lost: bool) -> Slot:
        peers = self._processes()
        if lost and peers > 1 and self._redis.lost_within(rate.seconds):
            # What the others did in this span is unknown, so it counts as full.
            raise RateLimited(rate.seconds)
        share = max(1, rate.limit // peers)
        return self._memory.reserve(key, limit=share, seconds=rate.seconds, max_wait=max_wait)

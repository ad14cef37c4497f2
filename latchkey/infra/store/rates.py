"""Rates that hold for all processes together, and in each process alone while Redis is gone."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

from latchkey.infra.store.memory import Memory, RateLimited, Slot
from latchkey.infra.store.rate import LONGEST_GRACE_SECONDS, Ahead, Rate, Turn
from latchkey.infra.store.redis_link import RedisLink

# Later than this is noted in Redis.
_LATE_SECONDS = 0.001
# Who wakes up later than this reserves again.
_TOO_LATE_SECONDS = 0.003


class _Slots(NamedTuple):
    """A reservation here and in Redis, and the wait that is right for both."""

    wait: float
    mine: Slot
    shared: Slot | None


class _Terms(NamedTuple):
    """What a reservation is made for.

    :ivar grace: seconds that it may be used too late, so others keep their distance from that.
    :ivar missed: what it takes the place of, as it was not used in time.
    """

    max_wait: float
    grace: float = 0.0
    missed: _Slots | None = None


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
        # Seconds that this process needs after a moment to make use of it.
        self._grace = 0.0

    def reserve(self, key: str, rate: Rate, max_wait: float) -> float:
        """As ``Store.reserve``."""
        return self._reserve(key, rate, _Terms(max_wait)).wait

    @contextmanager
    def send_slot(self, key: str, rate: Rate, max_wait: float) -> Iterator[None]:
        """As ``Store.send_slot``."""
        slots, last = self._in_time(key, rate, max_wait)
        yield
        self._memory.move(key, slots.mine)
        if slots.shared:
            self._correct(key, slots.shared, last - time.monotonic())

    def _in_time(self, key: str, rate: Rate, max_wait: float) -> tuple[_Slots, float]:
        """Wait for a moment, and for another one when this process was too busy to wake up then.

        What is sent late would go out together with what is next. A process that is busy is late
        again and again, so the next reservation allows for twice as much.

        :return: what was reserved, and the last moment at which it may be used.
        """
        terms = _Terms(max_wait, self._grace)
        while True:
            began = time.monotonic()
            slots = self._reserve(key, rate, terms)
            if slots.wait:
                time.sleep(slots.wait)
            late = time.monotonic() - began - slots.wait
            self._grace = 0.0
            if late > _TOO_LATE_SECONDS:
                self._grace = min(2 * late, LONGEST_GRACE_SECONDS)
            if late <= max(_TOO_LATE_SECONDS, terms.grace):
                return slots, began + slots.wait + terms.grace
            terms = _Terms(max_wait, self._grace, slots)

    def wait_turn(self, key: str, rate: Rate, *, max_wait: float, ahead: Ahead) -> Turn:
        """Wait for a turn, with which the moment to send is reserved ahead when few are sent.

        What is noted is the last moment at which it may be sent. So others keep their distance
        from it whenever it is sent in fact, which is noted with a later command of this process.
        """
        until = time.monotonic() + ahead.grace
        corrections, self._corrections = self._corrections, {}
        shared = self._redis.ask(
            lambda remote: remote.rates.reserve_turn(
                key, rate, max_wait=max_wait, ahead=ahead, corrections=corrections
            ),
            None,
        )
        wait = self._settle(key, rate, _Terms(max_wait), shared and shared.turn).wait
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
        self._correct(ahead.key, turn.shared, turn.until - time.monotonic())

    def _correct(self, key: str, slot: Slot, early: float) -> None:
        """Tell Redis when a moment was used: so much before the one that is noted there."""
        if early > 0:
            # The next turn takes it along.
            self._corrections[slot.mark] = early
        elif early < -_LATE_SECONDS:
            # Redis gets that soon enough: it matters a span from now. Starting a thread here would
            # let others go first.
            self._movers.submit(self._move, key, slot, -early)

    def _move(self, key: str, slot: Slot, late: float) -> None:
        self._redis.ask(lambda remote: remote.rates.move(key, slot, late=late), None)

    def _reserve(self, key: str, rate: Rate, terms: _Terms) -> _Slots:
        missed = terms.missed and terms.missed.shared
        shared = self._redis.ask(
            lambda remote: remote.rates.reserve(
                key, rate, max_wait=terms.max_wait, grace=terms.grace, missed=missed
            ),
            None,
        )
        return self._settle(key, rate, terms, shared)

    def _settle(self, key: str, rate: Rate, terms: _Terms, shared: Slot | None) -> _Slots:
        """The reservation in Redis, if there is one, and in this process."""
        if terms.missed:
            self._memory.forget(key, terms.missed.mine)
        if shared and not self._redis.found_within(rate.seconds):
            mine = self._memory.note(key, shared.wait + terms.grace)
            return _Slots(shared.wait, mine, shared)
        # What Redis forgot when it stopped, this process's share still knows.
        mine = self._reserve_alone(key, rate, terms, lost=shared is None)
        return _Slots(max(mine.wait, shared.wait if shared else 0.0), mine, shared)

    def _reserve_alone(self, key: str, rate: Rate, terms: _Terms, *, lost: bool) -> Slot:
        peers = self._processes()
        if lost and peers > 1 and self._redis.lost_within(rate.seconds):
            # What the others did in this span is unknown, so it counts as full.
            raise RateLimited(rate.seconds)
        share = max(1, rate.limit // peers)
        return self._memory.reserve(
            key,
            limit=share,
            seconds=rate.seconds,
            max_wait=terms.max_wait,
            grace=terms.grace,
        )

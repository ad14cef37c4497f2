"""Counters with sliding windows, in one process."""

import threading
import time
from array import array
from collections.abc import Sequence

from latchkey.infra.store.windows import Charge, Mode

# About 330 bytes each. More than one hour of the usual limits can create.
_MOST = 50_000
_SWEEP_SECONDS = 60.0


class _Counter:
    """The moments of the latest events, the latest last."""

    __slots__ = ("stamps", "until")

    def __init__(self) -> None:
        # Most counters hold one or two events: a deque would take 760 bytes for them, a list 32 for
        # each event.
        self.stamps = array("d")
        self.until = 0.0

    def at(self, back: int) -> float:
        """The moment of the event so many places back, long ago when there were fewer."""
        return self.stamps[-back] if 0 < back <= len(self.stamps) else float("-inf")


class MemoryWindows:
    """Safe between threads, and bounded: the counter used longest ago goes first."""

    def __init__(self) -> None:
        # In the order of their last use.
        self._counters: dict[str, _Counter] = {}
        self._sweep_at = 0.0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counters)

    def pass_all(self, charges: Sequence[Charge], *, divisor: int) -> list[float]:
        """Count in all counters if all have room; return the seconds to wait for each.

        :param divisor: number of processes that share the limits without knowing of each other.
        """
        with self._lock:
            now = time.monotonic()
            waits = [self._wait(charge, now, divisor) for charge in charges]
            if not any(waits):
                adding = self._adding(charges, now)
                for charge in adding:
                    self._count(charge, now)
            return waits

    def number(self, charge: Charge) -> int:
        """Return how many events the longest window holds."""
        with self._lock:
            counter = self._counters.get(charge.key, _Counter())
            return sum(stamp > time.monotonic() - charge.seconds for stamp in counter.stamps)

    def _wait(self, charge: Charge, now: float, divisor: int) -> float:
        counter = self._counters.get(charge.key)
        if counter is None or charge.mode is Mode.COUNT:
            return 0.0
        waits = (
            counter.at(max(1, window.limit // divisor)) + window.seconds - now
            for window in charge.windows
        )
        return max(0.0, *waits)

    def _count(self, charge: Charge, now: float) -> None:
        counter = self._counters.pop(charge.key, None) or _Counter()
        self._make_room(now)
        counter.stamps.append(now)
        del counter.stamps[: -charge.kept]
        counter.until = now + charge.seconds
        self._counters[charge.key] = counter

    def _make_room(self, now: float) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_SECONDS
            for key in [key for key, counter in self._counters.items() if counter.until <= now]:
                del self._counters[key]
        if len(self._counters) >= _MOST:
            del self._counters[next(iter(self._counters))]

    def _adding(self, charges: Sequence[Charge], now: float) -> list[Charge]:
        """Those to count in: not where the counter before has added its part already."""
        before = [_Counter(), *(self._counters.get(charge.key, _Counter()) for charge in charges)]
        return [
            charge
            for charge, counter in zip(charges, before, strict=False)
            if charge.mode is not Mode.CHECK and counter.at(charge.part) <= now - charge.seconds
        ]

"""Counters with sliding windows, in one process."""

import threading
import time
from array import array
from collections.abc import Sequence

from latchkey.infra.store.windows import Charge, Mode

# Of each rule, at about 330 bytes: 7 MB. Some fifteen rules have a counter for each client or each
# mailbox, and half of them count what costs a stranger no more than a request.
_MOST = 20_000
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
    """Safe between threads, and bounded: of a rule, the counter used longest ago goes first.

    Each rule has room of its own. Else requests of many clients, which cost nothing, would make it
    forget the passwords that were tried.
    """

    def __init__(self) -> None:
        # By rule, and in the order of their last use.
        self._counters: dict[str, dict[str, _Counter]] = {}
        self._sweep_at = 0.0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(map(len, self._counters.values()))

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
            counter = self._find(charge) or _Counter()
            return sum(stamp > time.monotonic() - charge.seconds for stamp in counter.stamps)

    def _find(self, charge: Charge) -> _Counter | None:
        return self._counters.get(charge.rule, {}).get(charge.key)

    def _wait(self, charge: Charge, now: float, divisor: int) -> float:
        counter = self._find(charge)
        if counter is None or charge.mode is Mode.COUNT:
            return 0.0
        waits = (
            counter.at(max(1, window.limit // divisor)) + window.seconds - now
            for window in charge.windows
        )
        return max(0.0, *waits)

    def _count(self, charge: Charge, now: float) -> None:
        self._sweep(now)
        counters = self._counters.setdefault(charge.rule, {})
        counter = counters.pop(charge.key, None) or _Counter()
        if len(counters) >= _MOST:
            del counters[next(iter(counters))]
        counter.stamps.append(now)
        del counter.stamps[: -charge.kept]
        counter.until = now + charge.seconds
        counters[charge.key] = counter

    def _sweep(self, now: float) -> None:
        if now < self._sweep_at:
            return
        self._sweep_at = now + _SWEEP_SECONDS
        for counters in self._counters.values():
            for key in [key for key, counter in counters.items() if counter.until <= now]:
                del counters[key]

    def _adding(self, charges: Sequence[Charge], now: float) -> list[Charge]:
        """Those to count in: not where the counter before has added its part already."""
        before = [_Counter(), *(self._find(charge) or _Counter() for charge in charges)]
        return [
            charge
            for charge, counter in zip(charges, before, strict=False)
            if charge.mode is not Mode.CHECK and counter.at(charge.part) <= now - charge.seconds
        ]

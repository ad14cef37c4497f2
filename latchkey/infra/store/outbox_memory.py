"""What is to be done at a certain time, in one process."""

import bisect
import logging
import math
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from latchkey.infra import logs

_MOST = 10_000
# Minor entries leave the rest of the room to the others.
_MOST_MINOR = 8_000
_LOG_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A due entry, leased to one caller until the lease runs out.

    :ivar lease: when it runs out, by the clock of its place; it tells this claim from later ones.
    :ivar shared: whether it lies in Redis.
    :ivar minor: as of the entry.
    :ivar box: number of the secret key that its box there belongs to, 0 for the newest.
    """

    key: str
    value: Any
    lease: float
    shared: bool
    minor: bool
    box: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that waits.

    :ivar value: None when there is nothing to do, except that Redis has to forget the key.
    :ivar due: when it is to be done, or for how long it is leased, by ``time.monotonic``.
    :ivar minor: not taken in any more when only the room for the others is left, and done after
        them.
    """

    key: str
    value: Any
    due: float
    leased: bool = False
    minor: bool = False

    @property
    def seconds(self) -> float:
        """How long until it is due; less than 0 when it is overdue."""
        return self.due - time.monotonic()


class MemoryOutbox:
    """Safe between threads, and bounded: the oldest entry goes first when there are too many.

    Of minor entries, those that would be too many are not taken in.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        # When and what, the earliest first: of those that are minor (True), and of the others.
        self._orders: dict[bool, list[tuple[float, str]]] = {False: [], True: []}
        self._lock = threading.Lock()
        self._logged_at = float("-inf")

    def put(self, key: str, value: Any, *, seconds: float, minor: bool = False) -> None:
        """Have ``value`` done in ``seconds``, instead of what waits under ``key``."""
        with self._lock:
            if minor and key not in self._entries and len(self._entries) >= _MOST_MINOR:
                self._log_full()
            else:
                self._put(key, value, seconds, minor=minor)

    def add(self, key: str, value: Any, *, seconds: float, minor: bool = False) -> None:
        """Have ``value`` done in ``seconds``, unless something newer waits under ``key``."""
        with self._lock:
            if key not in self._entries:
                self._put(key, value, seconds, minor=minor)

    def drop(self, key: str) -> None:
        """Forget what waits under ``key``."""
        with self._lock:
            self._take(key)

    def claim(self, limit: int, *, minor: int, lease: float) -> tuple[list[Claim], float]:
        """Return at most so many that are due, and the seconds until the next one will be.

        :param minor: how many of them may be minor ones, which are not looked at when that is 0.
        :param lease: seconds after which they are due again.
        """
        with self._lock:
            now = time.monotonic()
            claims = self._lease(False, limit, now, lease)
            claims += self._lease(True, min(limit - len(claims), minor), now, lease)
            orders = [self._orders[kind] for kind in (False, True) if minor or not kind]
            first = min((order[0][0] for order in orders if order), default=math.inf)
            return claims, max(0.0, first - now)

    def _lease(self, minor: bool, limit: int, now: float, lease: float) -> list[Claim]:
        order, until = self._orders[minor], now + lease
        claims: list[Claim] = []
        while len(claims) < limit and order and order[0][0] <= now:
            key = order[0][1]
            value = self._entries[key].value
            self._place(Entry(key=key, value=value, due=until, leased=True, minor=minor))
            claims.append(Claim(key=key, value=value, lease=until, shared=False, minor=minor))
        return claims

    def finish(self, claim: Claim, value: Any, *, seconds: float) -> None:
        """Have ``value`` done in ``seconds`` instead, or nothing when it is None.

        Without effect when the entry was replaced or leased again since.
        """
        with self._lock:
            entry = self._entries.get(claim.key)
            if entry is None or not entry.leased or entry.due != claim.lease:
                return
            if value is None:
                self._take(claim.key)
            else:
                due = time.monotonic() + seconds
                self._place(Entry(key=claim.key, value=value, due=due, minor=claim.minor))

    def waiting(self, limit: int) -> list[Entry]:
        """Return at most so many unclaimed entries, the oldest first."""
        with self._lock:
            free = (entry for entry in self._entries.values() if not entry.leased)
            return list(islice(free, limit))

    def forget(self, entries: Iterable[Entry]) -> None:
        """Forget them, except those that something newer replaced."""
        with self._lock:
            for entry in entries:
                if self._entries.get(entry.key) is entry:
                    self._take(entry.key)

    def _log_full(self) -> None:
        now = time.monotonic()
        if now - self._logged_at > _LOG_SECONDS:
            self._logged_at = now
            logs.event("outbox", level=logging.WARNING, outcome="full")

    def _put(self, key: str, value: Any, seconds: float, *, minor: bool = False) -> None:
        self._take(key)
        if len(self._entries) >= _MOST:
            oldest = next(iter(self._entries))
            self._take(oldest)
            logs.event("outbox", level=logging.WARNING, outcome="dropped", detail=oldest)
        self._place(Entry(key=key, value=value, due=time.monotonic() + seconds, minor=minor))

    def _place(self, entry: Entry) -> None:
        # What was there before keeps its place in the dict, which is its age.
        if before := self._entries.get(entry.key):
            self._unorder(before)
        self._entries[entry.key] = entry
        bisect.insort(self._orders[entry.minor], (entry.due, entry.key))

    def _take(self, key: str) -> Entry | None:
        entry = self._entries.pop(key, None)
        if entry:
            self._unorder(entry)
        return entry

    def _unorder(self, entry: Entry) -> None:
        order = self._orders[entry.minor]
        del order[bisect.bisect_left(order, (entry.due, entry.key))]

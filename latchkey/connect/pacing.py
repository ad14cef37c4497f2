"""How many sign-ins may be on their way to Nylas: per second, and at once.

Nylas takes a number of authentications a second for a whole application (Nylas docs, "Rate
limits"), so who comes a little too early waits here for a moment. And when Nylas stops answering,
people hear so at once instead of joining a queue that leads nowhere; one of them a second is let
through all the same, to notice when Nylas is back.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from latchkey.infra.http import SendSlot
from latchkey.infra.metrics import WAIT_BUCKETS, Gauge, Histogram, Limit
from latchkey.infra.store import RateLimited, Store

# The longest wait for one's turn: the page says that a sign-in takes up to two minutes.
PATIENCE_SECONDS = 20.0
# Longer than a second by what the way to Nylas may differ from one request to the next.
_SPAN_SECONDS = 1.005
# Between two that were sent in fact. Shorter, so that what one delay cost is soon made up for.
_SENT_SECONDS = 1.0033
_MOST = 3000
_MOST_UNANSWERED = 1500
_SILENT_SECONDS = 20.0
_FEW = 50
_PROBE_SECONDS = 1.0
_TRY_AGAIN_SECONDS = 20

_IN_FLIGHT = Gauge(
    "latchkey_sign_ins_in_flight", "Sign-ins that wait for their turn or for Nylas.",
    together="livesum",
)  # fmt: skip
_QUEUED = Gauge(
    "latchkey_sign_ins_queued", "Sign-ins that wait for their turn.", together="livesum"
)
_WAITED = Histogram(
    "latchkey_sign_in_queue_seconds", "Time that sign-ins waited for their turn.",
    buckets=WAIT_BUCKETS,
)  # fmt: skip
_PACE = Limit("sign_ins_per_second")
_TROUBLE = Limit("nylas_silent")


class Overloaded(Exception):
    """Not now.

    :ivar wait: whole seconds after which it is worth another try.
    """

    def __init__(self, wait: float) -> None:
        super().__init__(f"{wait:.0f} s")
        self.wait = math.ceil(wait)


class Pacer:
    """Counts what is under way in this process; the pace is shared by all.

    :param per_second: authentications that Nylas takes in any second.
    """

    def __init__(self, store: Store, *, per_second: int) -> None:
        self._store = store
        self._per_second = per_second
        self._lock = threading.Lock()
        self._returning = threading.Lock()
        self._under_way = 0
        # When those began that count: not answered yet, and begun after the last that was.
        self._begun: deque[float] = deque()
        self._proved = 0.0
        self._last_probe = 0.0

    @contextmanager
    def admit(self) -> Iterator[SendSlot]:
        """Wait for one's turn, then stand for one authentication under way.

        Send the first byte in the context that it makes: what was held up on its way there must
        not reach Nylas together with those whose turn comes next. Leave the passage by an
        exception when no answer came: that tells that Nylas may be in trouble.

        :raises Busy: when it is not worth waiting.
        """
        began = self._enter()
        try:
            with _QUEUED.one_more():
                self._wait()
            yield self._turn
            self._answered(began)
            # A thousand answers may come back together; pages are served in between.
            with self._returning:
                time.sleep(0)
        finally:
            self._leave(began)

    def _wait(self) -> None:
        try:
            wait = self._store.reserve(
                "sign-ins",
                limit=self._per_second,
                seconds=_SPAN_SECONDS,
                max_wait=PATIENCE_SECONDS,
            )
        except RateLimited as full:
            _PACE.hit()
            raise Overloaded(full.wait) from None
        _WAITED.observe(wait)
        if wait:
            time.sleep(wait)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        while True:
            try:
                with self._store.send_slot(
                    "sent", limit=self._per_second, seconds=_SENT_SECONDS, max_wait=_SENT_SECONDS
                ):
                    yield
            except RateLimited as full:
                time.sleep(full.wait)
            else:
                return

    def _enter(self) -> float:
        with self._lock:
            now = time.monotonic()
            if self._under_way >= _MOST or (self._in_trouble(now) and not self._may_probe(now)):
                _TROUBLE.hit()
                raise Overloaded(_TRY_AGAIN_SECONDS)
            self._under_way += 1
            _IN_FLIGHT.add(1)
            self._begun.append(now)
            return now

    def _in_trouble(self, now: float) -> bool:
        waiting = len(self._begun)
        silent = waiting >= _FEW and now - self._begun[0] > _SILENT_SECONDS
        return silent or waiting >= _MOST_UNANSWERED

    def _may_probe(self, now: float) -> bool:
        if now - self._last_probe < _PROBE_SECONDS:
            return False
        self._last_probe = now
        return True

    def _answered(self, began: float) -> None:
        """Nylas answers what began then, so whatever is older and still open is a matter apart."""
        with self._lock:
            self._proved = max(self._proved, began)
            while self._begun and self._begun[0] <= self._proved:
                self._begun.popleft()

    def _leave(self, began: float) -> None:
        with self._lock:
            self._under_way -= 1
            _IN_FLIGHT.add(-1)
            if began > self._proved:
                self._begun.remove(began)

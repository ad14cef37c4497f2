"""Pacing: throttles sign-ins to what Nylas takes per second, and at once.

Nylas takes a number of authentications a second for a whole application (Nylas docs, "Rate
limits"), so who comes a little too early waits here for a moment. And when Nylas stops answering,
users read so at once instead of queueing in vain; one of them a second is let
through to notice when Nylas is back.

Clients and mail domains have a fair share: of the pace (``fair_queue``), of those under way, and of
what is taken for a silence of Nylas (``silence``).
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from latchkey.connect.party import ANYONE, Party
from latchkey.connect.silence import Silence
from latchkey.infra.fair_queue import LaneFull, Lanes
from latchkey.infra.http_connection import SendSlot
from latchkey.infra.metrics import WAIT_BUCKETS, Gauge, Histogram, Limit
from latchkey.infra.store import LONGEST_WAIT_SECONDS, Ahead, Rate, RateLimited, Store, Turn

# The longest wait for one's turn: the page says that a sign-in takes up to two minutes.
PATIENCE_SECONDS = LONGEST_WAIT_SECONDS
# Longer than a second by what the way to Nylas may differ from one request to the next.
_SPAN_SECONDS = 1.005
# Between two that were sent in fact. Shorter, so that what one delay cost is soon made up for.
_SENT_SECONDS = 1.0033
_SENT = "sent"
# While less than a fifth of the pace was sent of late, one reservation is enough for what is sent
# so soon, after the connection is made.
_FEW_SHARE = 5
_GRACE_SECONDS = 0.5
_MOST = 3000
_MOST_OF_CLIENT = 100
_MOST_OF_DOMAIN = 1000
# How many of one client, and of one mail domain, wait in the common queue at a time. These four
# are for all processes together; each takes its part.
_CLIENT_LANE = 2
_DOMAIN_LANE = 10
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
_SHARE = Limit("sign_ins_share")
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
    :param party: tells for whom the sign-in is that is admitted.
    :param answers: asks Nylas something cheap and tells whether it answered.
    """

    def __init__(
        self,
        store: Store,
        *,
        per_second: int,
        party: Callable[[], Party] = lambda: ANYONE,
        answers: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._per_second = per_second
        self._pace = Rate(per_second, _SPAN_SECONDS)
        rate, few = Rate(per_second, _SENT_SECONDS), per_second // _FEW_SHARE
        self._ahead = Ahead(key=_SENT, rate=rate, few=few, grace=_GRACE_SECONDS)
        self._party = party
        self._silence = Silence(answers)
        self._clients = Lanes(lambda: self._part(_CLIENT_LANE))
        self._domains = Lanes(lambda: self._part(_DOMAIN_LANE))
        self._lock = threading.Lock()
        self._returning = threading.Lock()
        self._under_way = 0
        self._of_client: Counter[str] = Counter()
        self._of_domain: Counter[str] = Counter()

    @contextmanager
    def admit(self) -> Iterator[SendSlot]:
        """Wait for a slot, then hold it for one authentication under way.

        Send the first byte in the context that it makes: what was delayed before that must
        not reach Nylas together with those whose slot comes next. Leave the context by an
        exception when no answer came: that tells that Nylas may be in trouble.

        :raises Overloaded: when it is not worth waiting.
        """
        party = self._party()
        with self._place(party):
            if not self._silence.admits(party):
                _TROUBLE.hit()
                raise Overloaded(_TRY_AGAIN_SECONDS)
            with _QUEUED.one_more():
                turn = self._wait(party)
            # What waits for its turn here does not wait for Nylas.
            waiting = self._silence.begin(party)
            try:
                yield lambda: self._send_slot(turn)
                self._silence.answered(waiting)
                # A thousand answers may come back together; pages are served in between.
                with self._returning:
                    time.sleep(0)
            finally:
                self._silence.end(waiting)

    def _wait(self, party: Party) -> Turn:
        began = time.monotonic()
        until = began + PATIENCE_SECONDS
        try:
            with (
                self._clients.enter(party.client, until=until),
                self._domains.enter(party.domain, until=until),
            ):
                left, ahead = max(0.0, until - time.monotonic()), self._ahead
                turn = self._store.wait_turn("sign-ins", self._pace, max_wait=left, ahead=ahead)
        except RateLimited as full:
            _PACE.hit()
            raise Overloaded(full.wait) from None
        except LaneFull:
            _SHARE.hit()
            raise Overloaded(_TRY_AGAIN_SECONDS) from None
        _WAITED.observe(time.monotonic() - began)
        return turn

    @contextmanager
    def _send_slot(self, turn: Turn) -> Iterator[None]:
        with self._store.send_in(turn) as possible:
            if possible:
                yield
                return
        while True:
            try:
                with self._store.send_slot(
                    _SENT, limit=self._per_second, seconds=_SENT_SECONDS, max_wait=_SENT_SECONDS
                ):
                    yield
            except RateLimited as full:
                time.sleep(full.wait)
            else:
                return

    @contextmanager
    def _place(self, party: Party) -> Iterator[None]:
        """One of the places of those under way, of which no client and no domain has too many."""
        with self._lock:
            if self._under_way >= _MOST:
                _TROUBLE.hit()
                raise Overloaded(_TRY_AGAIN_SECONDS)
            if self._has_its_share(party):
                _SHARE.hit()
                raise Overloaded(_TRY_AGAIN_SECONDS)
            self._count(party, 1)
        try:
            yield
        finally:
            with self._lock:
                self._count(party, -1)

    def _has_its_share(self, party: Party) -> bool:
        return self._of_client[party.client] >= self._part(_MOST_OF_CLIENT) or self._of_domain[
            party.domain
        ] >= self._part(_MOST_OF_DOMAIN)

    def _part(self, number: int) -> int:
        return max(1, number // self._store.processes)

    def _count(self, party: Party, number: int) -> None:
        self._under_way += number
        _IN_FLIGHT.add(number)
        for counter, key in ((self._of_client, party.client), (self._of_domain, party.domain)):
            if key:
                counter[key] += number
                if not counter[key]:
                    del counter[key]

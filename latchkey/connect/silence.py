"""Silence: whether Nylas has stopped answering, by the sign-ins that wait for an answer.

A sign-in hangs when Nylas does, but also when its mail server does, and a stranger can run a mail
server that never answers. So many unanswered sign-ins only raise the suspicion. It is enough
when they are of many clients and many mail domains; else Nylas is asked something cheap.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from latchkey.connect.party import Party

_MOST_UNANSWERED = 1500
_SILENT_SECONDS = 20.0
_FEW = 50
# From so many on, no single client and no single mail server is behind it.
_CLIENTS = 10
_DOMAINS = 5
_ASKED_SECONDS = 5.0
# One sign-in in so many seconds tries whether Nylas is back; each client only now and then.
_PROBE_SECONDS = 1.0
_TURN_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Waiting:
    """A sign-in without an answer so far; ``began`` by ``time.monotonic``."""

    party: Party
    began: float


class Silence:
    """Safe between threads.

    :param answers: asks Nylas something cheap and tells whether it answered.
    """

    def __init__(self, answers: Callable[[], bool]) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        # Those that count: not answered yet, and begun after the last that was; the oldest first.
        self._waiting: dict[Waiting, None] = {}
        self._proved = 0.0
        self._asking = threading.Lock()
        self._asked_at = float("-inf")
        self._answered = True
        self._last_probe = float("-inf")
        self._probes: dict[str, float] = {}

    def admits(self, party: Party) -> bool:
        """Tell whether a sign-in may go: Nylas answers, or this one shall find out."""
        with self._lock:
            suspects = self._suspects()
            if not suspects:
                return True
            if _are_many(suspects):
                return self._may_probe(party.client)
        if self._nylas_answers():
            return True
        with self._lock:
            return self._may_probe(party.client)

    def begin(self, party: Party) -> Waiting:
        """Note that a sign-in waits for an answer from now on."""
        with self._lock:
            waiting = Waiting(party=party, began=time.monotonic())
            self._waiting[waiting] = None
            return waiting

    def answered(self, waiting: Waiting) -> None:
        """Nylas answers what began then, so what is older and still open is a matter apart."""
        with self._lock:
            self._proved = max(self._proved, waiting.began)
            while self._waiting and (oldest := next(iter(self._waiting))).began <= self._proved:
                del self._waiting[oldest]

    def end(self, waiting: Waiting) -> None:
        """Note that a sign-in waits no more, be it for an answer or because time is up."""
        with self._lock:
            self._waiting.pop(waiting, None)

    def _suspects(self) -> list[Waiting]:
        """Those that hang for long if many wait, or all if far too many do, else none."""
        number = len(self._waiting)
        if number >= _MOST_UNANSWERED:
            return list(self._waiting)
        if number < _FEW:
            return []
        since = time.monotonic() - _SILENT_SECONDS
        return list(takewhile(lambda one: one.began < since, self._waiting))

    def _nylas_answers(self) -> bool:
        """What the last cheap call said; one caller makes it again when that is some time ago."""
        if time.monotonic() - self._asked_at > _ASKED_SECONDS and self._asking.acquire(
            blocking=False
        ):
            try:
                self._answered = self._answers()
                self._asked_at = time.monotonic()
            finally:
                self._asking.release()
        return self._answered

    def _may_probe(self, client: str) -> bool:
        now = time.monotonic()
        self._probes = {other: at for other, at in self._probes.items() if now - at < _TURN_SECONDS}
        if now - self._last_probe < _PROBE_SECONDS or client in self._probes:
            return False
        self._last_probe = now
        if client:
            self._probes[client] = now
        return True


def _are_many(suspects: list[Waiting]) -> bool:
    """Tell whether they are of so many clients and domains that only Nylas can be behind it."""
    clients = {one.party.client or one for one in suspects}
    domains = {one.party.domain or one for one in suspects}
    return len(clients) >= _CLIENTS and len(domains) >= _DOMAINS

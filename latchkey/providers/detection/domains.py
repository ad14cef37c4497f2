"""What Nylas said about domains, and asking it: once for each, and never more than it allows.

Answers, locks and the budget are in the shared store: with Redis, all processes are one.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from latchkey.infra import logs
from latchkey.infra.circuit_breaker import CircuitBreaker
from latchkey.infra.errors import UpstreamError
from latchkey.infra.single_flight import SharedSingleFlight
from latchkey.infra.store import RateLimited, Store
from latchkey.nylas import DETECT_SECONDS, NylasClient
from latchkey.nylas.errors import Refused
from latchkey.providers.detection.connectors import Connectors
from latchkey.providers.detection.metrics import BUDGET, DETECT_CIRCUIT

FOUND_SECONDS = 24 * 60 * 60
NOT_FOUND_SECONDS = 10 * 60
# An answer that is too old is still better than a guess.
OLD_SECONDS = 7 * 24 * 60 * 60
# A call may arrive at Nylas at any time until its limit, and the next one at once: with this
# span, Nylas itself never sees more than the budget in 60 s.
SPAN_SECONDS = 60 + DETECT_SECONDS
PAUSE_SECONDS = 15
LIMIT_SECONDS = 60
# How long to wait for the answer that another process is asking for.
OVERHEAR_SECONDS = 1.0

# Who waits for a Nylas that hangs; at a fifth of a second each, 3 spend the budget in two seconds.
_AT_ONCE = 3
_LONGEST_PAUSE = 5 * 60
# The call, and the question whether Nylas answers at all.
_LOCK_SECONDS = 2 * DETECT_SECONDS + 1
_MEMO_SECONDS = 1.0
_BUDGET = "detect"
_LIMIT = "detect:limit"
# A quarter is for domains that no other source knows.
_RESERVE = 4
# What Nylas says about one address, not about itself.
_ABOUT_THE_ADDRESS = (400, 404, 422)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which provider serves ``email``, of those that are ``connected``?

    The answer is the same for all addresses at ``domain``, until a connector comes or goes: Nylas
    names only providers with a connector.
    """

    email: str
    connected: Collection[str]

    @property
    def domain(self) -> str:
        """The part behind the last ``@``, in small letters."""
        return self.email.rpartition("@")[2].lower()

    @property
    def key(self) -> str:
        """Hash of domain and connectors; the domain cannot be read from it."""
        text = " ".join([self.domain, *sorted(self.connected)])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Domains:
    """Nylas's answers, remembered for a while.

    :param per_minute: calls that Nylas allows the application.
    :param share_wait: takes one call from the share of the client that asks; tells the seconds
        until there is one again, 0 when there was one.
    """

    def __init__(
        self,
        client: NylasClient,
        connectors: Connectors,
        store: Store,
        *,
        per_minute: int,
        share_wait: Callable[[], float],
    ) -> None:
        self._client = client
        self._connectors = connectors
        self._store = store
        self._single_flight = SharedSingleFlight(store)
        self._share_wait = share_wait
        self._most = (per_minute - per_minute // _RESERVE, per_minute)
        self._breaker = CircuitBreaker(
            at_once=_AT_ONCE, troubles=2, seconds=PAUSE_SECONDS, notify=DETECT_CIRCUIT
        )
        self._full_until = {True: 0.0, False: 0.0}

    def remembered(self, question: Question) -> str | None:
        """Return Nylas's answer: the key of a provider, "" for none; None when not remembered."""
        return _text(self._store.get(f"detect:{question.key}"))

    def outdated(self, question: Question) -> str:
        """Return the last provider that Nylas named, "" when it never did."""
        return _text(self._store.get(f"detect:old:{question.key}")) or ""

    def ask(self, question: Question, *, last_resort: bool) -> str | None:
        """Return Nylas's answer, None when it has none for us right now.

        :param last_resort: may use the budget to the end, not only as far as the reserve.
        :raises RateLimited: Nylas was not asked, because the budget is spent or it is in trouble.
        """
        if time.monotonic() < self._full_until[last_resort]:
            raise RateLimited(self._full_until[last_resort] - time.monotonic())
        return self._single_flight.run(
            f"detect:asking:{question.key}",
            lambda: self._enter(question, last_resort),
            look=lambda: self.remembered(question),
            lease=_LOCK_SECONDS,
            max_wait=OVERHEAR_SECONDS,
        )

    def _enter(self, question: Question, last_resort: bool) -> str | None:
        if not self._breaker.enter():
            raise RateLimited(0.0)
        good: bool | None = None
        try:
            if wait := self._share_wait():
                # The client's own matter: for others, the budget is not spent.
                raise RateLimited(wait)
            self._reserve(last_resort)
            good = False
            answer, good = self._call(question)
        finally:
            self._breaker.leave(good=good)
        return answer

    def _reserve(self, last_resort: bool) -> None:
        limit = self._most[last_resort]
        try:
            if not limit or self._store.get(_LIMIT):
                raise RateLimited(_MEMO_SECONDS)
            self._store.reserve(_BUDGET, limit=limit, seconds=SPAN_SECONDS)
        except RateLimited as full:
            BUDGET.hit()
            logs.event("limit", level=logging.WARNING, outcome="detect_budget")
            # A thousand people need not ask Redis to hear the same.
            self._full_until[last_resort] = time.monotonic() + min(full.wait, _MEMO_SECONDS)
            raise

    def _call(self, question: Question) -> tuple[str | None, bool]:
        """Nylas's answer if there is one, and whether Nylas is well."""
        try:
            provider = self._client.detect(question.email).provider
        except Refused as error:
            return None, self._understand(error)
        except UpstreamError:
            # Nylas may wait for the name servers of this domain, which a stranger can own.
            return None, self._client.answers()
        life = FOUND_SECONDS if provider else NOT_FOUND_SECONDS
        self._store.put(f"detect:{question.key}", provider, seconds=life)
        if provider:
            self._store.put(f"detect:old:{question.key}", provider, seconds=OLD_SECONDS)
        return provider, True

    def _understand(self, error: Refused) -> bool:
        refusal = error.refusal
        if refusal.status == 401:
            # Only our key can be at fault here: look again whether it still works.
            self._connectors.invalidate()
        if refusal.status == 429:
            # Another program spends the same budget. Until it has room, no process of ours asks.
            seconds = min(refusal.retry_after or LIMIT_SECONDS, _LONGEST_PAUSE)
            self._breaker.shut(seconds)
            self._store.put(_LIMIT, 1, seconds=seconds)
        return refusal.status in _ABOUT_THE_ADDRESS


def _text(value: object) -> str | None:
    """A value of another version of this program, or a foreign one, counts as none."""
    return value if isinstance(value, str) else None

"""Delivers what is due, until the app took it or a day has passed."""

import dataclasses
import logging
import threading
import time

from latchkey.apps.webhooks.event import WebhookEvent, sign
from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.infra.metrics import Counter
from latchkey.infra.store import Claim, Outbox
from latchkey.infra.upstream_call import UpstreamCall

_ANSWER_SECONDS = 10.0
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 5 * 60.0
# A receiver that answers slowly must not hold up everything, nor get everything at once.
_AT_ONCE = 8
# These are left to what is not minor: a receiver that hangs at failed sign-ins, which strangers can
# cause, must not hold up what was connected.
_NEVER_MINOR = 2
_TROUBLE_SECONDS = 1.0

_CALL = UpstreamCall("webhook")
# delayed: the first try failed. What is delayed ends as recovered or given up.
_WEBHOOKS = Counter(
    "latchkey_webhooks", "Result webhooks by what became of them.",
    outcome=("delivered", "delayed", "recovered", "given_up"),
)  # fmt: skip


class Sender:
    """A thread that waits for what is due, and one more for each delivery under way.

    :param url: where the app takes webhooks.
    :param secret: signs them.
    """

    def __init__(self, outbox: Outbox, http: HttpClient, *, url: str, secret: str) -> None:
        self._outbox = outbox
        self._http = http
        self._url = url
        self._secret = secret
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._under_way: set[threading.Thread] = set()
        self._news = threading.Event()
        self._over = False

    def wake(self) -> None:
        """Start if need be, and look at once for what is due."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()
        self._news.set()

    def close(self) -> None:
        """Stop, once what is under way has an end."""
        self._over = True
        self._news.set()
        with self._lock:
            threads = [self._thread] if self._thread else []
            threads += self._under_way
        for thread in threads:
            thread.join()

    def _run(self) -> None:
        while not self._over:
            self._news.clear()
            try:
                wait = self._look()
            except Exception as error:
                # Whatever it was, the events after it have to be delivered.
                logs.unexpected(error)
                wait = _TROUBLE_SECONDS
            self._news.wait(wait)

    def _look(self) -> float:
        """Begin to deliver what is due; return the seconds until the next look."""
        free = _AT_ONCE - len(self._under_way)
        claims, wait = self._outbox.claim(free, minor=max(0, free - _NEVER_MINOR))
        for claim in claims:
            thread = threading.Thread(target=self._deliver, args=(claim,), daemon=True)
            with self._lock:
                # In this order: one that cannot be started is not under way.
                thread.start()
                self._under_way.add(thread)
        # With all hands full, the first that is free again wakes this up.
        return wait if len(self._under_way) < _AT_ONCE else _ANSWER_SECONDS

    def _deliver(self, claim: Claim) -> None:
        try:
            self._try(claim, WebhookEvent.unpack(claim.value))
        except Exception as error:
            logs.unexpected(error)
        finally:
            with self._lock:
                self._under_way.discard(threading.current_thread())
            self._news.set()

    def _try(self, claim: Claim, event: WebhookEvent) -> None:
        trouble = self._post(event)
        wait = min(_FIRST_WAIT_SECONDS * 2**event.tries, _LONGEST_WAIT_SECONDS)
        if not trouble:
            self._outbox.done(claim)
            _report(event, "delivered")
        elif time.time() + wait > event.until:
            self._outbox.done(claim)
            _report(event, "given up", trouble)
        else:
            again = dataclasses.replace(event, tries=event.tries + 1)
            self._outbox.again(claim, again.pack(), seconds=wait)
            if not event.tries:
                _report(event, "delayed", trouble)

    def _post(self, event: WebhookEvent) -> str:
        """Try it once; return what went wrong, "" when nothing did."""
        body, headers = sign(event, self._secret)
        try:
            answer = self._http.send(
                "POST", self._url, call=_CALL, seconds=_ANSWER_SECONDS, headers=headers,
                content=body,
            )  # fmt: skip
        except UpstreamError as error:
            return f"{type(error).__name__}: {error}"
        return "" if 200 <= answer.status < 300 else str(answer.status)


def _report(event: WebhookEvent, outcome: str, trouble: str = "") -> None:
    recovered = outcome == "delivered" and event.tries
    _WEBHOOKS.count(outcome="recovered" if recovered else outcome.replace(" ", "_"))
    logs.event(
        "webhook",
        level=logging.WARNING if trouble else logging.INFO,
        visit=event.content["sign_in"],
        provider=event.content["provider"],
        outcome=outcome,
        detail=f"{event.content['type']} {event.content['id']} {trouble}".strip(),
    )

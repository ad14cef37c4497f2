"""A process that is too busy to wake up in time does not send together with those behind it."""

import itertools
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from latchkey.infra.store import Store, rates
from tests.servers import redis
from tests.stores import store_at

pytestmark = pytest.mark.slow

LIMIT, SPAN_SECONDS, LATE_SECONDS = 4, 0.6, 0.5
# What a moment may be noted too late here, on a machine that does other things, too.
NOTED_SECONDS = 0.3


@pytest.fixture(params=["alone", pytest.param("two", marks=pytest.mark.redis)])
def processes(request: pytest.FixtureRequest) -> Iterator[list[Store]]:
    """One process without Redis, or two that share one."""
    if request.param == "alone":
        yield [Store()]
        return
    with redis() as server:
        stores = [store_at(server.url), store_at(server.url)]
        yield stores
        for store in stores:
            store.close()


@pytest.fixture
def oversleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of eight waits end late, as in a process that has other work to do first."""
    numbers = itertools.count()

    def sleep(seconds: float) -> None:
        time.sleep(seconds + (LATE_SECONDS if next(numbers) % 8 < 4 else 0))

    monkeypatch.setattr(rates, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))


def send_slot(store: Store) -> float:
    """Send; the moment at which that was done."""
    with store.send_slot("sent", limit=LIMIT, seconds=SPAN_SECONDS, max_wait=60):
        return time.monotonic()


@pytest.mark.usefixtures("oversleep")
def test_no_span_sees_more_than_the_rate_however_late_some_wake_up(processes: list[Store]) -> None:
    sent: list[float] = []
    threads = [
        threading.Thread(target=lambda store=store: sent.append(send_slot(store)))
        for store in processes * (12 // len(processes))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == 12
    sent.sort()
    spans = [late - early for early, late in zip(sent, sent[LIMIT:], strict=False)]
    assert min(spans) > SPAN_SECONDS - NOTED_SECONDS, spans

"""Replay at another instance: what was used stays used when Redis stops and comes back."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browser.nylas import Nylas
from tests.calling import CallingApp, refusal
from tests.journeys.conftest import Line
from tests.journeys.test_once import DONE, EMAIL, USED, WAITS, app_of, connect, link_of
from tests.servers import RedisServer, redis

pytestmark = pytest.mark.redis

# Until a process asks Redis again.
PAUSE = 1.1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that keeps what it knows, as the README asks for."""
    tmp_path.chmod(0o755)
    kept = ("--appendonly", "yes", "--appendfsync", "always", "--dir", str(tmp_path))
    with redis(*kept) as running:
        yield running


@pytest.fixture
def instances(line: Line, nylas: Nylas, server: RedisServer) -> Iterator[list[CallingApp]]:
    with contextlib.ExitStack() as closing:
        apps = [app_of(line, REDIS_URL=server.url) for _ in range(2)]
        for app in apps:
            closing.callback(app.page.extensions["services"].store.close)
        yield apps


def code_of(app: CallingApp) -> str:
    visitor, page = app.send(login_hint=EMAIL, provider="imap")
    return app.get_back(visitor, visitor.submit(page, password="secret"))["code"]


def test_a_link_stays_used(instances: list[CallingApp], nylas: Nylas, server: RedisServer) -> None:
    here, there = instances
    link = link_of(here)
    assert connect(here, link) == DONE
    server.stop()
    assert connect(there, link) == WAITS
    server.start()
    time.sleep(PAUSE)
    assert connect(there, link) == USED
    assert len(nylas.sent) == 1


def test_a_code_stays_used(instances: list[CallingApp], server: RedisServer) -> None:
    here, there = instances
    code = code_of(here)
    assert here.exchange(code).status_code == 200
    server.stop()
    assert refusal(there.exchange(code)) == (503, "temporarily_unavailable")
    server.start()
    time.sleep(PAUSE)
    assert refusal(there.exchange(code)) == (400, "invalid_grant")


def burst(server: RedisServer, use: Callable[[CallingApp], object], apps: list[CallingApp]) -> None:
    """Fifty uses over all instances, with a restart of Redis among them."""
    tenth = threading.Event()

    def once(numbered: tuple[int, CallingApp]) -> None:
        number, app = numbered
        if number == 10:
            tenth.set()
        use(app)

    def restart() -> None:
        tenth.wait(30)
        server.stop()
        server.start()

    with ThreadPoolExecutor(9) as pool:
        pool.submit(restart)
        list(pool.map(once, enumerate(itertools.islice(itertools.cycle(apps), 50))))


def test_of_a_burst_during_a_restart_one_link_makes_one_grant(
    instances: list[CallingApp], nylas: Nylas, server: RedisServer
) -> None:
    link = link_of(instances[0])
    seen: list[str] = []
    burst(server, lambda app: seen.append(connect(app, link)), instances)
    assert len(seen) == 50
    assert set(seen) <= {DONE, USED, WAITS}
    expected = USED if nylas.sent else DONE
    time.sleep(PAUSE)
    assert connect(instances[1], link) == expected
    assert len(nylas.sent) == 1


def test_of_a_burst_during_a_restart_one_code_is_exchanged_once(
    instances: list[CallingApp], server: RedisServer
) -> None:
    code = code_of(instances[0])
    seen: list[int] = []
    burst(server, lambda app: seen.append(app.exchange(code).status_code), instances)
    assert len(seen) == 50
    assert seen.count(200) <= 1
    assert set(seen) <= {200, 400, 503}
    time.sleep(PAUSE)
    last = instances[1].exchange(code)
    assert (last.status_code == 200) == (200 not in seen)

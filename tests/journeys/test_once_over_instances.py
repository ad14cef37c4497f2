"""Replays over two instances while their Redis stops and starts: each link and code counts once."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.browser.nylas import Nylas
from tests.calling import CALLBACK, CallingApp, refusal
from tests.journeys.conftest import Line
from tests.pages import Visitor
from tests.servers import RedisServer, redis

pytestmark = pytest.mark.redis

EMAIL = "someone@example.com"
BURST = 50
# Redis restarts while these many of the burst have been answered.
BEFORE = 5
Instances = tuple[CallingApp, CallingApp]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """Redis as the README wants it: each mark is on the disk before it is answered."""
    tmp_path.chmod(0o777)
    with redis("--appendonly", "yes", "--appendfsync", "always", "--dir", str(tmp_path)) as running:
        yield running


@pytest.fixture
def instances(line: Line, nylas: Nylas, server: RedisServer) -> Iterator[Instances]:
    with contextlib.ExitStack() as closing:
        apps = []
        for _ in range(2):
            page = line.app(RETURN_URIS=CALLBACK, REDIS_URL=server.url)
            closing.callback(page.extensions["services"].store.close)
            closing.callback(page.extensions["services"].webhooks.close)
            apps.append(CallingApp(page))
        yield apps[0], apps[1]


def code_of(app: CallingApp) -> str:
    visitor, page = app.send(login_hint=EMAIL, provider="imap")
    return app.get_back(visitor, visitor.submit(page, password="secret"))["code"]


def link_of(app: CallingApp) -> str:
    made: str = app.page.extensions["services"].links.make(EMAIL, provider="imap", seconds=3600)
    return made


def burst(server: RedisServer, send: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Send fifty at once, and restart Redis among them."""
    with ThreadPoolExecutor(10) as pool:
        sent = [pool.submit(send, number) for number in range(BURST)]
        sent[BEFORE].result()
        server.stop()
        server.start()
        return [each.result() for each in sent]


def posting(instances: Instances, link: str) -> Callable[[int], httpx.Response]:
    """Sends one form of one browser to either instance."""
    visitor = Visitor.inside(instances[0].page)
    page = visitor.get(f"/?link={link}" if link else "/")
    page = page if link else visitor.enter(EMAIL)
    typed = page.fields() | {"password": "secret"}

    def send(number: int) -> httpx.Response:
        other = Visitor.inside(instances[number % 2].page)
        other.client.cookies.update(visitor.client.cookies)
        return other.client.post(str(page.url), data=typed)

    return send


def test_a_code_and_a_link_used_at_one_are_used_at_the_other_whatever_redis_does(
    instances: Instances, server: RedisServer, nylas: Nylas
) -> None:
    one, other = instances
    code, link = code_of(one), link_of(one)
    assert one.exchange(code).status_code == 200
    send = posting(instances, link)
    assert send(0).headers["location"].startswith("/connected?")
    server.stop()
    assert refusal(other.exchange(code)) == (503, "temporarily_unavailable")
    assert Visitor.inside(other.page).get(f"/?link={link}").status == 503
    server.start()
    for app in (other, one):
        found_again(app)
        assert refusal(app.exchange(code)) == (400, "invalid_grant")
        assert Visitor.inside(app.page).get(f"/?link={link}").status == 410
    assert len(nylas.sent) == 2, "one for the code, one for the link"


def test_a_burst_for_one_code_gives_one_token_at_most(
    instances: Instances, server: RedisServer
) -> None:
    code = code_of(instances[0])
    answers = burst(server, lambda number: instances[number % 2].exchange(code))
    for app in instances:
        found_again(app)
        answers.append(app.exchange(code))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 400, 503}
    assert statuses.count(200) <= 1


def test_a_burst_for_one_link_makes_one_grant_at_most(
    instances: Instances, server: RedisServer, nylas: Nylas
) -> None:
    send = posting(instances, link_of(instances[0]))
    answers = burst(server, send)
    for number, app in enumerate(instances):
        found_again(app)
        answers.append(send(number))
    # 504: this instance cannot know how the submission of the other one ended.
    assert {answer.status_code for answer in answers} <= {303, 410, 503, 504}
    assert len(nylas.sent) <= 1


def test_a_burst_of_one_form_is_sent_once_by_each_instance_at_most(
    instances: Instances, server: RedisServer, nylas: Nylas
) -> None:
    answers = burst(server, posting(instances, ""))
    assert {answer.status_code for answer in answers} <= {303, 503, 504}
    # Sign-ins go on without Redis, so each instance knows of its own submissions only. Nylas keeps
    # one grant for each address, whichever of them made it.
    assert 1 <= len(nylas.sent) <= 2


def found_again(app: CallingApp) -> None:
    """Wait until the instance asks Redis again."""
    store = app.page.extensions["services"].store
    for _ in range(100):
        if store.ask(lambda remote: True, False):
            return
        time.sleep(0.1)

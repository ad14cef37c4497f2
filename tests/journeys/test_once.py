"""Links and codes work once: across restarts, processes and a shared store that is lost."""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.browser.nylas import Nylas
from tests.calling import CALLBACK, CallingApp, refusal
from tests.journeys.conftest import Line
from tests.pages import Visitor
from tests.servers import RedisServer, redis

EMAIL = "someone@example.com"
DONE = "Your mailbox is connected"
USED = "This link was used already"
WAITS = "Please try your link again in a moment"


def app_of(line: Line, **variables: str) -> CallingApp:
    return CallingApp(line.app(RETURN_URIS=CALLBACK, **variables))


def link_of(app: CallingApp) -> str:
    made: str = app.page.extensions["services"].links.make(EMAIL, provider="imap", seconds=3600)
    return made


def connect(app: CallingApp, link: str) -> str:
    """Use the link; gives the heading that the user sees in the end."""
    visitor = Visitor.inside(app.page)
    page = visitor.get(f"/?link={link}")
    if page.status == 200:
        page = visitor.submit(page, password="secret")
    return page.heading


def test_a_restart_forgets_neither_links_nor_codes(
    line: Line, nylas: Nylas, tmp_path: Path
) -> None:
    before = app_of(line, STATE_DIR=str(tmp_path))
    link = link_of(before)
    visitor, page = before.send(link=link)
    code = before.get_back(visitor, visitor.submit(page, password="secret"))["code"]
    assert before.exchange(code).status_code == 200
    after = app_of(line, STATE_DIR=str(tmp_path))
    assert connect(after, link) == USED
    assert refusal(after.exchange(code)) == (400, "invalid_grant")
    assert len(nylas.sent) == 1


def test_ten_thousand_stale_callbacks_do_not_make_a_link_good_again(
    line: Line, nylas: Nylas
) -> None:
    app = app_of(line)
    link = link_of(app)
    assert connect(app, link) == DONE
    store = app.page.extensions["services"].store
    for number in range(10_100):
        store.add(f"submission:{number}", 1, seconds=120)
    assert connect(app, link) == USED


def test_a_form_of_a_link_that_is_sent_twice_is_answered_twice_and_sent_once(
    line: Line, nylas: Nylas
) -> None:
    app = app_of(line)
    visitor = Visitor.inside(app.page)
    page = visitor.get(f"/?link={link_of(app)}")
    typed = page.fields() | {"password": "secret"}
    start = threading.Barrier(3)

    def send(_: int) -> str:
        other = Visitor.inside(app.page)
        other.client.cookies.update(visitor.client.cookies)
        start.wait(10)
        answer = other.client.post(str(page.url), data=typed)
        return str(answer.headers.get("location", answer.text))

    with ThreadPoolExecutor(3) as pool:
        for location in pool.map(send, range(3)):
            assert location.startswith("/connected?")
    assert len(nylas.sent) == 1


def test_where_no_mark_can_be_kept_links_are_refused_and_sign_ins_and_codes_work(
    line: Line, nylas: Nylas
) -> None:
    app = app_of(line, STATE_DIR="/dev/null/state")
    page = Visitor.inside(app.page).get(f"/?link={link_of(app)}")
    assert (page.status, page.heading) == (503, WAITS)
    visitor, page = app.send(login_hint=EMAIL, provider="imap")
    page = visitor.submit(page, password="secret")
    assert app.receive(visitor, page)["email"] == EMAIL


@pytest.mark.redis
class TestLostStore:
    """The Redis that the instances share does not answer."""

    @pytest.fixture
    def server(self) -> Iterator[RedisServer]:
        with redis() as running:
            yield running

    @pytest.fixture
    def app(self, line: Line, nylas: Nylas, server: RedisServer) -> Iterator[CallingApp]:
        app = app_of(line, REDIS_URL=server.url)
        with contextlib.closing(app.page.extensions["services"].store):
            yield app

    def test_links_wait_with_a_calm_page(self, app: CallingApp, server: RedisServer) -> None:
        link = link_of(app)
        visitor = Visitor.inside(app.page)
        form = visitor.get(f"/?link={link}")
        with server.paused():
            page = Visitor.inside(app.page).get(f"/?link={link}")
            assert (page.status, page.heading) == (503, WAITS)
            assert int(page.response.headers["retry-after"]) > 0
            page = visitor.submit(form, password="secret")
            assert (page.status, page.heading) == (503, WAITS)
            assert int(page.response.headers["retry-after"]) > 0
        time.sleep(1.1)  # until Redis is asked again
        assert connect(app, link) == DONE

    def test_sign_ins_go_on_and_their_codes_wait(
        self, app: CallingApp, server: RedisServer, nylas: Nylas
    ) -> None:
        with server.paused():
            visitor, page = app.send(login_hint=EMAIL, provider="imap")
            page = visitor.submit(page, password="secret")
            assert page.heading == DONE
            code = app.get_back(visitor, page)["code"]
            for _ in range(3):
                answer = app.exchange(code)
                assert refusal(answer) == (503, "temporarily_unavailable")
                assert int(answer.headers["retry-after"]) > 0
        assert len(nylas.sent) == 1

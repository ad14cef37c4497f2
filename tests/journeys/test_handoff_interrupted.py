"""Sign-ins for apps with something in between: other tabs, time, new keys, other instances."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from latchkey.web.flow import IDLE_SECONDS
from latchkey.web.flow.lifecycle import REVIVED_SECONDS
from tests.browser.nylas import Nylas
from tests.calling import CALLBACK, CallingApp
from tests.conftest import SECRET, Clock
from tests.journeys.conftest import Line
from tests.journeys.test_handoff import APP, DONE, EMAIL, FIRST, OTHER, PAGE
from tests.latchkey.apps.test_id_tokens import checked
from tests.latchkey.web.flow.test_flow import again
from tests.pages import Visitor
from tests.servers import redis


def test_two_tabs_for_two_apps_do_not_mix() -> None:
    visitor = Visitor.inside(PAGE)
    other = CallingApp(PAGE, redirect_uri=OTHER)
    _, one = APP.send(visitor, state="one", code_challenge="verifier-1")
    _, two = other.send(visitor, state="two")
    one = visitor.submit(one, email="one@example.com")
    two = visitor.submit(two, email="two@example.com")
    assert APP.get_back(visitor, one)["state"] == "one"
    two = visitor.submit(two, password="wrong")
    assert other.get_back(visitor, two)["error_code"] == "25022"
    one = visitor.submit(one, password="secret")
    two = visitor.submit(two, password="secret")
    assert other.receive(visitor, two)["email"] == "two@example.com"
    first = APP.get_back(visitor, one)
    assert first["state"] == "one"
    assert other.exchange(first["code"]).status_code == 400, "not of the other app"
    told = APP.exchange(first["code"], client_secret=None, code_verifier="verifier-1").json()
    assert told["email"] == "one@example.com"


def test_a_sign_in_of_somebody_else_cannot_be_slipped_in() -> None:
    attacker, theirs = APP.send(state="attacker")
    victim, ours = APP.send(state="victim")
    page = victim.get(again(theirs))
    assert page.heading == FIRST
    assert "/return" not in str(page.links), "nobody goes on for the attacker's app"
    page = victim.submit(ours, email=EMAIL)
    assert str(page.url.params["s"]) != str(ours.url.params["s"])
    page = victim.submit(page, password="secret")
    assert attacker.get(again(page)).heading == FIRST
    assert APP.get_back(victim, page)["state"] == "victim"


@pytest.mark.parametrize("waits", [IDLE_SECONDS + 1, REVIVED_SECONDS - 1])
def test_who_took_too_long_goes_on_for_the_same_app(wait: Clock, waits: int) -> None:
    visitor, page = APP.send(state="s", code_challenge="verifier-1", provider="imap")
    page = visitor.submit(page, email=EMAIL)
    wait(waits)
    over = visitor.get(again(page))
    assert (over.heading, over.fields()["email"]) == (FIRST, EMAIL)
    assert APP.get_back(visitor, over)["state"] == "s"
    page = visitor.submit(over)
    wait(waits)
    over = visitor.submit(page, password="secret")
    assert (over.status, over.heading) == (400, FIRST)
    page = visitor.submit(visitor.submit(over), password="secret")
    told = APP.receive(visitor, page, client_secret=None, code_verifier="verifier-1")
    assert told["email"] == EMAIL


def test_who_took_more_than_a_day_begins_anew_here(wait: Clock) -> None:
    visitor, page = APP.send(state="s")
    wait(REVIVED_SECONDS + 1)
    over = visitor.get(again(page))
    assert over.heading == FIRST
    assert CALLBACK not in over.html
    assert not [href for href in over.links.values() if "/return" in href]


def of_company(line: Line, **variables: str) -> CallingApp:
    page = line.app(RETURN_URIS=OTHER, **variables)
    return CallingApp(page, redirect_uri=OTHER)


def moved(visitor: Visitor, app: CallingApp) -> Visitor:
    """The same browser, answered by another instance."""
    other = Visitor.inside(app.page)
    other.client.cookies = visitor.client.cookies
    return other


def test_a_new_secret_key_interrupts_nobody_on_the_way(line: Line, nylas: Nylas) -> None:
    new = SECRET[::-1]
    before = of_company(line)
    after = of_company(line, SECRET_KEY=new, SECRET_KEY_FALLBACKS=SECRET)
    link = before.page.extensions["services"].links.make(EMAIL, seconds=3600)
    visitor, page = before.send(state="s", link=link)
    visitor = moved(visitor, after)
    page = visitor.submit(visitor.submit(page), password="secret")
    code = after.get_back(visitor, page)["code"]
    # An instance that has not been restarted yet may know the new key for a fallback only.
    beside = of_company(line, SECRET_KEY=SECRET, SECRET_KEY_FALLBACKS=new)
    told = beside.exchange(code).json()
    assert told["email"] == EMAIL
    published = after.server.get("/.well-known/jwks.json").json()
    assert checked(told["id_token"], published, APP.client_id)["sub"] == told["grant_id"]
    way_back = before.server.get(page.leading("/return?"), follow_redirects=False)
    assert way_back.status_code == 302


@pytest.mark.redis
class TestTwoInstances:
    """They share a Redis, and people and apps meet now one, now the other."""

    @pytest.fixture
    def both(self, line: Line, nylas: Nylas) -> Iterator[tuple[CallingApp, CallingApp]]:
        with redis() as server:
            apps = [of_company(line, REDIS_URL=server.url) for _ in range(2)]
            yield apps[0], apps[1]
            for app in apps:
                app.page.extensions["services"].store.close()

    def test_a_code_works_once(self, both: tuple[CallingApp, CallingApp]) -> None:
        one, other = both
        visitor, page = one.send(login_hint=EMAIL)
        visitor = moved(visitor, other)
        page = visitor.submit(visitor.submit(page), password="secret")
        code = other.get_back(visitor, page)["code"]
        start = threading.Barrier(8)

        def ask(number: int) -> int:
            start.wait(10)
            return both[number % 2].exchange(code).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(ask, range(8))) == [200] + [400] * 7
        assert [app.exchange(code).status_code for app in both] == [400, 400]

    def test_a_link_works_once(
        self, both: tuple[CallingApp, CallingApp], line: Line, nylas: Nylas
    ) -> None:
        links = both[0].page.extensions["services"].links
        link = links.make(EMAIL, provider="imap", seconds=3600)
        opened = [app.send(link=link) for app in (*both, *both)]
        start = threading.Barrier(4)

        def sign_in(number: int) -> str:
            visitor, page = opened[number]
            start.wait(10)
            return visitor.submit(page, password="secret").heading

        with ThreadPoolExecutor(4) as pool:
            headings = sorted(pool.map(sign_in, range(4)))
        assert headings == ["This link was used already"] * 3 + [DONE]
        assert len(nylas.sent) == 1
        for app in both:
            assert app.send(link=link)[1].heading == "This link was used already"

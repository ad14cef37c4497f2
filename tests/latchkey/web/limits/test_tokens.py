from typing import Any

import httpx
import pytest

from tests.calling import TOKEN, CallingApp
from tests.conftest import KEY, Clock, stopped_clock
from tests.latchkey.web.limits.many_clients import Town
from tests.latchkey.web.pages.test_token import new_code

INFO = "/v3/connect/tokeninfo"


def good_token(town: Town) -> str:
    """An access token of this application, as Nylas issued it to an app."""
    app = CallingApp(town.app, secret=KEY)
    return str(app.exchange(new_code(app)).json()["access_token"])


def ask(town: Town, address: str, token: str, **headers: str) -> httpx.Response:
    client = town.client(address, **headers).client
    return client.get(INFO, params={"access_token": token})


def refresh(town: Town, address: str, **changes: Any) -> httpx.Response:
    app = CallingApp(town.app, secret=KEY)
    body = app.asks(grant_type="refresh_token", refresh_token="invented", **changes)
    return town.client(address).client.post(TOKEN, json=body)


def flood(town: Town) -> list[int]:
    """Invented tokens of a hundred networks at the same moment."""
    return [ask(town, f"198.51.{number}.66", "invented").status_code for number in range(100)]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1_000)


def test_a_client_with_invented_tokens_stops_itself_and_no_other_client() -> None:
    town = Town(LIMITS="token_refused=3/5m")
    statuses = [ask(town, "198.51.100.66", "invented").status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 429, 429]
    assert refresh(town, "198.51.100.66", client_secret=None).status_code == 429
    assert town.nylas.tokens == 3
    assert ask(town, "203.0.113.9", "invented").status_code == 400


def test_good_tokens_are_not_counted_as_refused() -> None:
    town = Town(LIMITS="token_refused=1/5m")
    token = good_token(town)
    assert [ask(town, "203.0.113.9", token).status_code for _ in range(5)] == [200] * 5


@pytest.mark.slow
def test_clients_of_many_networks_leave_half_of_the_pace_to_those_that_were_right(
    wait: Clock,
) -> None:
    town = Town()
    token = good_token(town)
    assert ask(town, "203.0.113.9", token).status_code == 200
    for _ in range(3):
        wait(1.01)
        statuses = flood(town)
        assert statuses == [400] * 10 + [429] * 90
        late = ask(town, "198.51.200.1", token)
        assert (late.status_code, late.headers["retry-after"]) == (429, "1")
        assert late.json()["error"] == "temporarily_unavailable"
        answers = [ask(town, "203.0.113.9", token).status_code for _ in range(10)]
        assert answers == [200] * 10
    assert ask(town, "203.0.113.9", token).status_code == 429, "20 a second in all"
    wait(1.01)
    assert ask(town, "198.51.200.1", token).status_code == 200


def test_an_app_with_its_key_or_a_code_notices_nothing(wait: Clock) -> None:
    town = Town()
    token = good_token(town)
    flood(town)
    for address in ("203.0.113.9", "198.51.0.66"):
        assert ask(town, address, "invented").status_code == 429
        assert ask(town, address, token, Authorization=f"Bearer {KEY}").status_code == 200
        app = CallingApp(town.app, secret=KEY)
        app.server = town.client(address).client
        assert app.exchange(new_code(app)).status_code == 200
        assert refresh(town, address).status_code == 400, "Nylas refuses it, not we"

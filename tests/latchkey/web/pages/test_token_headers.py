"""What is said beside the answers about tokens: how long to wait, how to show who asks."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app import create_app
from tests.calling import TOKEN, CallingApp, refusal
from tests.conftest import KEY, make_settings
from tests.hostile import Play, hostile, http, say
from tests.latchkey.apps.test_codes import ticket
from tests.latchkey.web.pages.test_token import APP, new_code
from tests.latchkey.web.pages.test_token_odd import INFO, REFRESH

SLOW_DOWN = '{"error": "slow_down"}'
BUSY = say(http("429 Too Many Requests", SLOW_DOWN, retry_after="7"))


def ask(nylas: Play, request: Callable[[CallingApp], httpx.Response]) -> httpx.Response:
    """What an app hears while Nylas answers like this."""
    with hostile(nylas) as server:
        settings = make_settings(
            NYLAS_API_KEY=KEY, NYLAS_API_URI=server.url, NYLAS_CLIENT_ID="app-1"
        )
        app = CallingApp(create_app(settings), client_id="app-1", secret=KEY)
        return request(app)


ASKED: dict[str, Callable[[CallingApp], httpx.Response]] = {
    "refresh": lambda app: app.server.post(TOKEN, json=REFRESH),
    "refresh without the secret": lambda app: app.server.post(
        TOKEN, json=REFRESH | {"client_secret": None}
    ),
    "whose token": lambda app: app.server.get(f"{INFO}?access_token=a"),
}


@pytest.mark.parametrize("request_", ASKED.values(), ids=ASKED)
def test_how_long_nylas_wants_no_calls_goes_on_to_the_app(request_: Any) -> None:
    answer = ask(BUSY, request_)
    assert (answer.status_code, answer.text.strip()) == (429, '{"error":"slow_down"}')
    assert answer.headers["retry-after"] == "7"


@pytest.mark.parametrize("request_", ASKED.values(), ids=ASKED)
def test_what_nylas_does_not_say_is_not_made_up(request_: Any) -> None:
    answer = ask(say(http("429 Too Many Requests", SLOW_DOWN)), request_)
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("request_", ASKED.values(), ids=ASKED)
def test_an_answer_of_a_gateway_says_how_long_to_wait_too(request_: Any) -> None:
    answer = ask(say(http("503 Unavailable", "<html>", retry_after="7")), request_)
    assert refusal(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "7"


def test_who_cannot_exchange_a_code_yet_hears_when_to_try_again() -> None:
    def exchange(app: CallingApp) -> httpx.Response:
        services = app.page.extensions["services"]
        return app.exchange(services.codes.issue(ticket(redirect_uri=app.redirect_uri)))

    answer = ask(BUSY, exchange)
    assert refusal(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "7"


def test_a_client_of_oauth_may_show_id_and_secret_as_its_standard_says() -> None:
    given = APP.asks(code=new_code(), client_id=None, client_secret=None)
    wrong = APP.server.post(TOKEN, data=given, auth=(APP.client_id, "another"))
    assert refusal(wrong) == (401, "invalid_client")
    another = APP.server.post(TOKEN, data=given, auth=("another", APP.secret))
    assert refusal(another) == (401, "invalid_client")
    answer = APP.server.post(TOKEN, data=given, auth=(APP.client_id, APP.secret))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("Bearer another", "Bearer"),
        ("bearer", "Bearer"),
        ("Basic YTpi", "Basic"),
        ("Basic", "Basic"),
        ("Digest a", "Basic"),
    ],
)
def test_who_is_refused_by_the_header_hears_how_to_use_it(header: str, scheme: str) -> None:
    given = APP.asks(code=new_code(), client_secret=None)
    answer = APP.server.post(TOKEN, json=given, headers={"Authorization": header})
    assert refusal(answer) == (401, "invalid_client")
    assert answer.headers["www-authenticate"] == f'{scheme} realm="token"'


def test_who_is_refused_by_nylas_hears_it_too() -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = ask(
        say(http("401 Unauthorized", '{"error": "invalid_client"}')),
        lambda app: app.server.post(TOKEN, json=REFRESH, headers=headers),
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="token"'


def test_nobody_else_is_told_about_headers() -> None:
    given = APP.asks(code=new_code(), client_secret=None)
    assert "www-authenticate" not in APP.server.post(TOKEN, json=given).headers
    invented = {**given, "code": "invented"}
    headers = {"Authorization": "Bearer another"}
    answer = APP.server.post(TOKEN, json=invented, headers=headers)
    assert refusal(answer) == (400, "invalid_grant")
    assert "www-authenticate" not in answer.headers

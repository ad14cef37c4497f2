"""Whose token it is: who may ask about which, and who answers."""

from typing import Any

import httpx
import pytest

from latchkey.apps import TokenRefused
from latchkey.nylas import TokenAnswer
from tests.conftest import KEY
from tests.latchkey.apps.test_codes import ticket
from tests.latchkey.apps.token_parts import CLIENT, ISSUER, TokenRules, refusal

OURS = {"request_id": "r", "data": {"aud": CLIENT, "sub": "g"}}
NOT_OURS = (400, "invalid_request", "The token is not one of this application")


def told_of(data: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"data": data})


@pytest.mark.parametrize("email", ["someone@example.com", ""])
def test_an_id_token_of_ours_is_read_without_nylas(email: str) -> None:
    rules = TokenRules()
    token = rules.id_tokens.issue(ticket(email=email), issuer=ISSUER)
    answer = rules.inspect(id_token=token, access_token="")
    assert answer.status == 200
    assert set(answer.content) == {"request_id", "data"}
    data = dict(answer.content["data"])
    assert data.pop("exp") == data.pop("iat") + 3600
    named = {"email": email} if email else {}
    assert data == {"iss": ISSUER, "aud": CLIENT, "sub": "grant-1", **named}
    assert not rules.requests


def test_an_id_token_for_another_application_is_none_of_ours() -> None:
    rules = TokenRules(told_of(None, status=401))
    token = rules.id_tokens.issue(ticket(client_id="app-2"), issuer=ISSUER)
    assert rules.inspect(id_token=token).status == 401
    assert rules.requests[0].url.params["id_token"] == token


@pytest.mark.parametrize("name", ["access_token", "id_token"])
def test_who_shows_the_key_asks_nylas_with_it(name: str) -> None:
    rules = TokenRules(told_of({"aud": "another"}))
    answer = rules.inspect(f"Bearer {KEY}", **{name: "token-1"}, more="x")
    assert answer == TokenAnswer(status=200, content={"data": {"aud": "another"}})
    (request,) = rules.requests
    assert dict(request.url.params) == {name: "token-1"}
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert rules.strangers == 0


def test_nylas_is_not_asked_for_the_application_where_the_key_says_enough() -> None:
    rules = TokenRules(told_of({"aud": "another"}), known=False)
    assert rules.inspect(f"Bearer {KEY}", access_token="token-1").status == 200
    assert len(rules.requests) == 1


@pytest.mark.parametrize("authorization", ["", "Basic a"])
def test_others_ask_nylas_without_it(authorization: str) -> None:
    rules = TokenRules(httpx.Response(200, json=OURS))
    answer = rules.inspect(authorization, access_token="token-1")
    assert answer == TokenAnswer(status=200, content=OURS)
    (request,) = rules.requests
    assert dict(request.url.params) == {"access_token": "token-1"}
    assert "authorization" not in request.headers
    assert rules.strangers == 1


def test_a_wrong_key_asks_nothing() -> None:
    rules = TokenRules()
    told = (401, "invalid_client", "The key is not the API key")
    assert refusal(lambda: rules.inspect("Bearer another", access_token="a")) == told
    assert not rules.requests


@pytest.mark.parametrize(
    "given", [{}, {"access_token": ""}, {"access_token": "a", "id_token": "b"}, {"token": "a"}]
)
def test_one_token_has_to_be_given(given: dict[str, str]) -> None:
    told = (400, "invalid_request", "Give one access_token or one id_token")
    assert refusal(lambda: TokenRules().inspect(**given)) == told


@pytest.mark.parametrize("name", ["access_token", "id_token"])
def test_a_token_that_cannot_be_one_is_refused_without_nylas(name: str) -> None:
    rules = TokenRules(known=False)
    told = (400, "invalid_request", "The token holds characters that none has")
    assert refusal(lambda: rules.inspect(**{name: "ü"})) == told
    assert not rules.requests


@pytest.mark.parametrize(
    "data", [None, "text", [], {}, {"aud": "another"}, {"aud": None, "sub": 7}]
)
def test_a_stranger_hears_nothing_of_a_token_of_another_application(data: Any) -> None:
    rules = TokenRules(told_of(data))
    assert refusal(lambda: rules.inspect(access_token="a")) == NOT_OURS
    assert len(rules.requests) == 1


@pytest.mark.parametrize(("status", "ours"), [(200, True), (404, False)])
def test_a_token_is_ours_when_its_grant_is(status: int, ours: bool) -> None:
    info = told_of({"aud": "https://elsewhere.example", "sub": "grant-1"})
    rules = TokenRules(info, httpx.Response(status, json={"data": {"id": "grant-1"}}))
    if ours:
        assert rules.inspect(access_token="a").content["data"]["sub"] == "grant-1"
    else:
        assert refusal(lambda: rules.inspect(access_token="a")) == NOT_OURS
    assert rules.requests[-1].url.path == "/v3/grants/grant-1"


def test_what_nylas_refuses_is_passed_on() -> None:
    rules = TokenRules(told_of({"aud": "another"}, status=400))
    assert rules.inspect(access_token="a").status == 400


@pytest.mark.parametrize("authorization", ["", f"Bearer {KEY}"])
def test_an_answer_without_content_is_none(authorization: str) -> None:
    rules = TokenRules(httpx.Response(503, headers={"Retry-After": "7"}))
    told = (503, "temporarily_unavailable", "Nylas does not answer")
    assert refusal(lambda: rules.inspect(authorization, access_token="a")) == told
    with pytest.raises(TokenRefused) as raised:
        rules.inspect(authorization, access_token="a")
    assert raised.value.wait == 7

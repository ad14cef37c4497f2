"""Other requests for tokens: which go on to Nylas, and with what."""

import json

import httpx
import pytest

from latchkey.nylas import TokenAnswer
from tests.conftest import KEY
from tests.latchkey.apps.token_parts import CLIENT, TokenRules, refusal

REFRESH = {"grant_type": "refresh_token", "client_id": CLIENT, "refresh_token": "r"}
CREDENTIALS = {"grant_type": "client_credentials", "client_id": CLIENT, "grant_id": "g"}
BOTH = pytest.mark.parametrize("given", [REFRESH, CREDENTIALS], ids=["refresh", "credentials"])
SECRET = {"client_secret": KEY}
NO_SECRET = (401, "invalid_client", "client_secret is missing")
KINDS = "grant_type must be authorization_code, refresh_token or client_credentials"


@BOTH
@pytest.mark.parametrize("status", [200, 400])
def test_a_request_with_the_secret_goes_on_with_what_nylas_knows_of_it(
    given: dict[str, str], status: int
) -> None:
    rules = TokenRules(httpx.Response(status, json={"any": "thing"}))
    more = {"code": "c", "code_verifier": "v", "scope": "s"}
    answer = rules.token(**given, **SECRET, **more)
    assert answer == TokenAnswer(status=status, content={"any": "thing"})
    (request,) = rules.requests
    assert json.loads(request.content) == {**given, **SECRET}
    assert rules.strangers == 0


def test_a_refresh_takes_its_redirect_uri_along() -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}))
    given = {**REFRESH, **SECRET, "redirect_uri": "https://app.example.com"}
    rules.token(**given, grant_id="g")
    assert json.loads(rules.requests[0].content) == given


def test_credentials_take_nothing_of_a_refresh_along() -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}))
    rules.token(**CREDENTIALS, **SECRET, refresh_token="r", redirect_uri="https://app.example.com")
    assert json.loads(rules.requests[0].content) == {**CREDENTIALS, **SECRET}


def test_a_refresh_without_the_secret_is_a_strangers() -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}))
    assert rules.token(**REFRESH).content == {"any": "thing"}
    assert json.loads(rules.requests[0].content) == REFRESH
    assert rules.strangers == 1


@BOTH
@pytest.mark.parametrize("required", [False, True])
def test_a_secret_in_the_header_alone_counts_and_goes_on(
    given: dict[str, str], required: bool
) -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}), secret_required=required)
    assert rules.token(authorization=f"Bearer {KEY}", **given).status == 200
    (request,) = rules.requests
    assert json.loads(request.content) == {**given, **SECRET}
    assert rules.strangers == 0


@BOTH
def test_another_secret_in_the_header_is_refused_unless_the_body_has_one(
    given: dict[str, str],
) -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}))
    told = (401, "invalid_client", "client_secret is not the API key")
    assert refusal(lambda: rules.token(authorization="Bearer another", **given)) == told
    assert not rules.requests
    assert rules.token(authorization="Bearer another", **given, **SECRET).status == 200


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", f"Basic {KEY}", KEY])
def test_a_header_without_a_secret_counts_as_none(header: str) -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}))
    assert refusal(lambda: rules.token(authorization=header, **CREDENTIALS)) == NO_SECRET
    assert rules.token(authorization=header, **REFRESH).status == 200
    assert rules.strangers == 1


@pytest.mark.parametrize(("given", "required"), [(CREDENTIALS, False), (REFRESH, True)])
def test_where_the_secret_is_needed_nothing_goes_on_without_it(
    given: dict[str, str], required: bool
) -> None:
    rules = TokenRules(httpx.Response(200, json={"any": "thing"}), secret_required=required)
    assert refusal(lambda: rules.token(**given)) == NO_SECRET
    assert not rules.requests
    assert rules.token(**given, **SECRET).status == 200


@BOTH
@pytest.mark.parametrize("value", [None, "", "\n", "\u00fc"])
def test_what_it_is_about_is_looked_at_first(given: dict[str, str], value: str | None) -> None:
    rules = TokenRules(known=False)
    name = "refresh_token" if given is REFRESH else "grant_id"
    changed = {key: text for key, text in given.items() if key != name}
    if value is not None:
        changed[name] = value
    told = (400, "invalid_request", f"{name} is missing, or none")
    assert refusal(lambda: rules.token(**changed)) == told
    assert not rules.requests


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_other_kinds_are_refused(given: dict[str, str], error: str) -> None:
    assert refusal(lambda: TokenRules().token(**given)) == (400, error, KINDS)


@pytest.mark.parametrize("secret", [{}, SECRET])
def test_an_answer_without_content_is_none(secret: dict[str, str]) -> None:
    told = (503, "temporarily_unavailable", "Nylas does not answer")
    assert refusal(lambda: TokenRules(httpx.Response(503)).token(**REFRESH, **secret)) == told

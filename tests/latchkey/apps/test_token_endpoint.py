"""Codes: which app gets tokens for one, and what it hears otherwise (RFC 6749, 5.2)."""

import json
from typing import Any

import httpx
import pytest

from latchkey.apps import TokenRefused
from tests.conftest import KEY
from tests.latchkey.apps.test_codes import FIELDS, NOWHERE, codes_of, ticket
from tests.latchkey.apps.test_pkce import RFC_CHALLENGE, RFC_VERIFIER
from tests.latchkey.apps.token_parts import CLIENT, ISSUER, TokenRules, refusal

GIVEN = {
    "grant_type": "authorization_code",
    "client_id": CLIENT,
    "client_secret": KEY,
    "redirect_uri": FIELDS["redirect_uri"],
}
PROOF = {"challenge": RFC_CHALLENGE, "method": "s256"}
TOKEN = httpx.Response(200, json={"access_token": "token-1"})
USED = (400, "invalid_grant", "The code is wrong, too old, or was used before")
NO_PROOF = (400, "invalid_grant", "code_verifier does not belong to the code")
NO_SECRET = (401, "invalid_client", "client_secret is missing")


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in GIVEN.items() if name not in names}


def new_code(rules: TokenRules, **changes: Any) -> str:
    return rules.codes.issue(ticket(**changes))


def test_an_app_gets_an_access_token_and_an_id_token_for_a_code() -> None:
    rules = TokenRules(TOKEN)
    answer = rules.token(**GIVEN, code=new_code(rules))
    assert answer.status == 200
    told = dict(answer.content)
    claims = rules.id_tokens.read(told.pop("id_token"), client_id=CLIENT)
    assert claims
    assert (claims["iss"], claims["sub"]) == (ISSUER, "grant-1")
    assert told == {
        "access_token": "token-1", "expires_in": 3600, "scope": "", "token_type": "Bearer",
        "grant_id": "grant-1", "provider": "imap", "email": "someone@example.com",
    }  # fmt: skip
    (request,) = rules.requests
    assert json.loads(request.content) == {
        "client_id": CLIENT, "client_secret": KEY, "grant_type": "client_credentials",
        "grant_id": "grant-1",
    }  # fmt: skip
    assert rules.strangers == 0


def test_what_nylas_says_of_the_token_is_passed_on_and_an_unknown_address_left_out() -> None:
    said = {"expires_in": 7, "scope": "mail", "token_type": "bearer", "more": "x"}
    rules = TokenRules(httpx.Response(200, json={"access_token": "token-1", **said}))
    told = dict(rules.token(**GIVEN, code=new_code(rules, email="")).content)
    del told["id_token"]
    del said["more"]
    assert told == {
        "access_token": "token-1", **said, "grant_id": "grant-1", "provider": "imap",
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"expires_in": None, "scope": None, "token_type": None},
        {"expires_in": "3600", "scope": ["mail"], "token_type": 7},
        {"expires_in": True, "scope": {}, "token_type": False},
    ],
)
def test_what_is_of_no_use_to_an_app_is_told_as_usual(said: dict[str, Any]) -> None:
    rules = TokenRules(httpx.Response(201, json={"access_token": "token-1", **said}))
    told = rules.token(**GIVEN, code=new_code(rules)).content
    assert {name: told[name] for name in said} == {
        "expires_in": 3600, "scope": "", "token_type": "Bearer",
    }  # fmt: skip


def test_the_apps_server_is_told_once_that_the_account_is_connected() -> None:
    rules = TokenRules(TOKEN, hook="https://app.example.com/hook")
    rules.token(**GIVEN, code=new_code(rules, visit="visit-1", state="s", reconnected=True))
    event = rules.webhooks.get(timeout=60)
    del event["id"], event["time"]
    assert event == {
        "type": "sign_in.connected", "sign_in": "visit-1", "state": "s", "provider": "imap",
        "grant_id": "grant-1", "reconnected": True, "email": "someone@example.com",
    }  # fmt: skip


def test_a_code_is_good_once() -> None:
    rules = TokenRules(TOKEN)
    code = new_code(rules)
    rules.token(**GIVEN, code=code)
    assert refusal(lambda: rules.token(**GIVEN, code=code)) == USED
    assert refusal(lambda: rules.token(**GIVEN, code="invented")) == USED


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(400, json={"access_token": "token-0"}),
        httpx.Response(200, json={"access_token": 7}),
        httpx.Response(200, json={"access_token": ""}),
        httpx.Response(200, json={}),
    ],
)
def test_a_code_stays_good_while_nylas_gives_no_access_token(trouble: httpx.Response) -> None:
    rules = TokenRules(trouble, TOKEN)
    code = new_code(rules)
    told = (503, "temporarily_unavailable", "Nylas gave no access token")
    assert refusal(lambda: rules.token(**GIVEN, code=code)) == told
    assert rules.token(**GIVEN, code=code).status == 200


def test_while_marks_cannot_be_reached_no_code_is_used() -> None:
    rules = TokenRules(TOKEN, codes=codes_of(folder=NOWHERE, processes=2))
    with pytest.raises(TokenRefused) as raised:
        rules.token(**GIVEN, code=new_code(rules))
    refused = raised.value
    assert (refused.status, refused.error) == (503, "temporarily_unavailable")
    assert (refused.description, refused.wait) == ("Codes cannot be checked right now", 60)
    assert not rules.requests


@pytest.mark.parametrize("name", ["code", "client_id", "redirect_uri"])
def test_what_is_missing_is_named(name: str) -> None:
    rules = TokenRules(TOKEN)
    given = {**GIVEN, "code": "invented"}
    del given[name]
    told = (400, "invalid_request", f"{name} is missing")
    assert refusal(lambda: rules.token(**given)) == told


@pytest.mark.parametrize(
    ("fields", "changes", "told"),
    [
        ({}, {"client_id": "another"},
         (401, "invalid_client", "client_id is not that of the Nylas application")),
        ({}, {"client_secret": "another"},
         (401, "invalid_client", "client_secret is not the API key")),
        ({}, {"redirect_uri": "https://app.example.com"},
         (400, "invalid_grant", "redirect_uri is not the one of the code")),
        ({"client_id": "app-2"}, {},
         (400, "invalid_grant", "client_id is not the one of the code")),
        ({}, {"code_verifier": RFC_VERIFIER}, NO_PROOF),
        (PROOF, {}, NO_PROOF),
        (PROOF, {"code_verifier": RFC_CHALLENGE}, NO_PROOF),
        ({**PROOF, "method": "plain"}, {"code_verifier": RFC_VERIFIER}, NO_PROOF),
    ],
)  # fmt: skip
def test_who_does_not_ask_as_for_the_code_gets_nothing_and_spends_nothing(
    fields: dict[str, str], changes: dict[str, str], told: tuple[int, str, str]
) -> None:
    rules = TokenRules(TOKEN)
    issued = ticket(**fields)
    given = {**GIVEN, "code": rules.codes.issue(issued), **changes}
    assert refusal(lambda: rules.token(**given)) == told
    assert not rules.codes.is_spent(issued.id)
    assert not rules.requests


@pytest.mark.parametrize("secret", [{}, {"client_secret": KEY}])
def test_an_app_with_a_proof_needs_no_secret(secret: dict[str, str]) -> None:
    rules = TokenRules(TOKEN)
    given = {**without("client_secret"), **secret, "code_verifier": RFC_VERIFIER}
    assert rules.token(**given, code=new_code(rules, **PROOF)).status == 200


@pytest.mark.parametrize(("fields", "required"), [({}, False), (PROOF, True), (PROOF, False)])
def test_the_secret_may_be_in_the_header_alone(fields: dict[str, str], required: bool) -> None:
    rules = TokenRules(TOKEN, secret_required=required)
    given = {**without("client_secret"), "code": new_code(rules, **fields)}
    given |= {"code_verifier": RFC_VERIFIER} if fields else {}
    told = (401, "invalid_client", "client_secret is not the API key")
    assert refusal(lambda: rules.token(authorization="Bearer another", **given)) == told
    assert rules.token(authorization=f"Bearer {KEY}", **given).status == 200


@pytest.mark.parametrize(("fields", "required"), [({}, False), (PROOF, True)])
def test_without_a_proof_or_where_it_is_required_the_secret_is_needed(
    fields: dict[str, str], required: bool
) -> None:
    rules = TokenRules(TOKEN, secret_required=required)
    given = {**without("client_secret"), "code_verifier": RFC_VERIFIER}
    code = new_code(rules, **fields)
    assert refusal(lambda: rules.token(**given, code=code)) == NO_SECRET
    proved = {"code_verifier": RFC_VERIFIER} if fields else {}
    assert rules.token(**GIVEN, code=code, **proved).status == 200


def test_what_is_no_code_of_ours_is_refused_before_nylas_is_asked() -> None:
    rules = TokenRules(known=False)
    assert refusal(lambda: rules.token(**GIVEN, code="invented")) == USED
    assert not rules.requests


def test_an_app_hears_how_long_nylas_asks_to_wait() -> None:
    rules = TokenRules(httpx.Response(429, headers={"Retry-After": "7"}, json={}))
    with pytest.raises(TokenRefused) as raised:
        rules.token(**GIVEN, code=new_code(rules))
    assert raised.value.wait == 7

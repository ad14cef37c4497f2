from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from latchkey.sandbox import SANDBOX_KEY

APP = {"client_id": "sandbox-application", "client_secret": SANDBOX_KEY}
FOR_A_GRANT = {**APP, "grant_type": "client_credentials"}
REFRESHED = {**APP, "grant_type": "refresh_token"}
FOR_A_CODE = {
    **APP,
    "grant_type": "authorization_code",
    "redirect_uri": "http://localhost:5000/callback",
    "code": "code",
}
TOKEN = {"refresh_token": "sandbox-refresh-a@gmail.com"}


@pytest.fixture
def grant(caller: Any) -> dict[str, Any]:
    return dict(caller.connect("google", TOKEN, scope=["one", "two"]).json["data"])


def refusal(answer: TestResponse) -> str:
    """The error's name; it comes in the shape that Nylas documents for these two calls."""
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert set(answer.json) == {"error", "error_description", "error_uri", "error_code"}
    assert answer.json["error_code"] == 400
    assert all(answer.json.values())
    return str(answer.json["error"])


def test_an_app_gets_an_access_token_for_a_grant(caller: Any, grant: dict[str, Any]) -> None:
    answer = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    token = told.pop("access_token")
    assert token.startswith("nylas_access_")
    assert len(token) > 40
    assert told == {
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": "one two",
        "grant_id": grant["id"],
        "email": "a@gmail.com",
        "provider": "google",
    }


def test_a_refresh_token_names_its_grant(caller: Any, grant: dict[str, Any]) -> None:
    token = "nylas_refresh_" + grant["id"]
    # Nylas's SDKs send the redirect URI here too.
    answer = caller.exchange(**REFRESHED, refresh_token=token, redirect_uri="http://localhost/")
    assert answer.status_code == 200
    assert (answer.json["grant_id"], answer.json["email"]) == (grant["id"], "a@gmail.com")
    assert "refresh_token" not in answer.json


@pytest.mark.parametrize("grant_type", ["client_credentials", "refresh_token"])
def test_a_form_does_as_well_as_json(caller: Any, grant: dict[str, Any], grant_type: str) -> None:
    named = {"grant_id": grant["id"], "refresh_token": "nylas_refresh_" + grant["id"]}
    answer = caller.exchange({**APP, "grant_type": grant_type, **named})
    assert (answer.status_code, answer.json["grant_id"]) == (200, grant["id"])


def test_every_access_token_is_a_new_one(caller: Any, grant: dict[str, Any]) -> None:
    answers = [caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]) for _ in range(3)]
    assert len({answer.json["access_token"] for answer in answers}) == 3


def test_a_grant_without_address_or_scopes_has_a_token_all_the_same(caller: Any) -> None:
    grant = caller.connect_imap("no-email@example.com").json["data"]
    told = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json
    assert "email" not in told
    assert told["scope"] == ""
    info = caller.tokeninfo(access_token=told["access_token"]).json["data"]
    assert "email" not in info
    assert info["sub"] == grant["id"]


@pytest.mark.parametrize("missing", ["grant_type", "client_id", "client_secret", "grant_id"])
@pytest.mark.parametrize("instead", [None, "", 1, ["x"]], ids=str)
def test_a_parameter_that_is_missing_or_no_text_is_told(
    caller: Any, grant: dict[str, Any], missing: str, instead: object
) -> None:
    answer = caller.exchange(**{**FOR_A_GRANT, "grant_id": grant["id"], missing: instead})
    assert refusal(answer) == "invalid_request"
    assert missing in answer.json["error_description"]


@pytest.mark.parametrize(
    ("body", "missing"),
    [(REFRESHED, "refresh_token"), ({**FOR_A_CODE, "code": ""}, "code")],
    ids=["refresh_token", "code"],
)
def test_each_grant_type_needs_something_else(
    caller: Any, body: dict[str, str], missing: str
) -> None:
    answer = caller.exchange(**body)
    assert refusal(answer) == "invalid_request"
    assert missing in answer.json["error_description"]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"json": []},
        {"json": "text"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b'{"grant_type": "client_credentials"}', "content_type": "text/plain"},
        {"data": {**FOR_A_GRANT, "grant_id": ["one", "two"]}},
        {"query_string": FOR_A_GRANT},
    ],
)
def test_a_body_that_is_neither_an_object_nor_a_form_is_refused(
    caller: Any, sent: dict[str, Any]
) -> None:
    answer = caller.http.post("/v3/connect/token", **sent)
    assert refusal(answer) == "invalid_request"


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
@pytest.mark.parametrize("body", [FOR_A_GRANT, REFRESHED, FOR_A_CODE], ids=str)
def test_nobody_else_is_the_application(
    caller: Any, grant: dict[str, Any], wrong: str, body: dict[str, str]
) -> None:
    named = {"grant_id": grant["id"], "refresh_token": "nylas_refresh_" + grant["id"]}
    answer = caller.exchange(**{**named, **body, wrong: "other"})
    assert refusal(answer) == "invalid_client"


def test_the_api_key_is_the_secret_wherever_it_was_chosen(make_caller: Callable[..., Any]) -> None:
    caller = make_caller(api_key="chosen")
    assert refusal(caller.exchange(**FOR_A_GRANT, grant_id="x")) == "invalid_client"
    right = {**FOR_A_GRANT, "client_secret": "chosen"}
    assert refusal(caller.exchange(**right, grant_id="x")) == "invalid_grant"


def test_only_what_stands_for_a_grant_gives_a_token(caller: Any, grant: dict[str, Any]) -> None:
    number = grant["id"]
    for refresh_token in (number, "nylas_refresh_", "nylas_refresh_x", f"nylas_refresh_{number}x"):
        answer = caller.exchange(**REFRESHED, refresh_token=refresh_token)
        assert refusal(answer) == "invalid_grant"
    for grant_id in ("x", f"nylas_refresh_{number}", "a@gmail.com"):
        assert refusal(caller.exchange(**FOR_A_GRANT, grant_id=grant_id)) == "invalid_grant"


def test_no_code_is_known_as_there_are_no_hosted_sign_in_pages(
    caller: Any, grant: dict[str, Any]
) -> None:
    for code in ("x", grant["id"], f"nylas_refresh_{grant['id']}"):
        answer = caller.exchange(**{**FOR_A_CODE, "code": code, "grant_id": grant["id"]})
        assert refusal(answer) == "invalid_grant"


@pytest.mark.parametrize("grant_type", ["password", "CLIENT_CREDENTIALS", "implicit"])
def test_other_grant_types_are_not_known(
    caller: Any, grant: dict[str, Any], grant_type: str
) -> None:
    answer = caller.exchange(**APP, grant_type=grant_type, grant_id=grant["id"])
    assert refusal(answer) == "unsupported_grant_type"


def test_the_outage_of_tokens_comes_after_the_grant(caller: Any) -> None:
    connected = caller.connect_imap("token-outage+1@example.com")
    assert connected.status_code == 201
    number = connected.json["data"]["id"]
    for body in (
        {**FOR_A_GRANT, "grant_id": number},
        {**REFRESHED, "refresh_token": f"nylas_refresh_{number}"},
    ):
        answer = caller.exchange(**body)
        assert (answer.status_code, answer.data) == (503, b"")
    wrong = {**FOR_A_GRANT, "client_secret": "other"}
    assert refusal(caller.exchange(**wrong, grant_id=number)) == "invalid_client"


def test_no_key_is_echoed(caller: Any, grant: dict[str, Any]) -> None:
    wrong = {**FOR_A_GRANT, "client_secret": "s3cr3t-value"}
    for answer in (caller.exchange(**wrong, grant_id="x"), caller.exchange(wrong)):
        assert "s3cr3t" not in answer.text


def test_tokeninfo_tells_whose_token_it_is(caller: Any, grant: dict[str, Any]) -> None:
    token = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json["access_token"]
    issued = int(caller.clock.now)
    caller.clock.now += 60
    answer = caller.tokeninfo(access_token=token)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "request_id": answer.headers["x-request-id"],
        "data": {
            "iss": "http://localhost",
            "aud": "sandbox-application",
            "sub": grant["id"],
            "email": "a@gmail.com",
            "iat": issued,
            "exp": issued + 3600,
        },
    }


def test_an_access_token_gets_old_within_an_hour(caller: Any, grant: dict[str, Any]) -> None:
    token = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json["access_token"]
    caller.clock.now += 3599
    assert caller.tokeninfo(access_token=token).status_code == 200
    caller.clock.now += 1
    assert refusal(caller.tokeninfo(access_token=token)) == "invalid_token"


def test_an_access_token_is_gone_with_its_grant(caller: Any, grant: dict[str, Any]) -> None:
    token = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json["access_token"]
    caller.send("DELETE", f"/grants/{grant['id']}")
    assert refusal(caller.tokeninfo(access_token=token)) == "invalid_token"
    assert refusal(caller.exchange(**FOR_A_GRANT, grant_id=grant["id"])) == "invalid_grant"


def test_an_access_token_outlives_a_re_authentication(caller: Any, grant: dict[str, Any]) -> None:
    token = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json["access_token"]
    assert caller.connect("google", TOKEN).json["data"]["id"] == grant["id"]
    assert caller.tokeninfo(access_token=token).status_code == 200


def test_only_access_tokens_of_this_sandbox_are_good(
    caller: Any, grant: dict[str, Any], make_caller: Callable[..., Any]
) -> None:
    token = caller.exchange(**FOR_A_GRANT, grant_id=grant["id"]).json["access_token"]
    for unknown in ("", "x", grant["id"], f"nylas_refresh_{grant['id']}", token + "x"):
        assert refusal(caller.tokeninfo(access_token=unknown)) == "invalid_token"
    assert refusal(make_caller().tokeninfo(access_token=token)) == "invalid_token"
    assert refusal(caller.tokeninfo(id_token=token)) == "invalid_token", "an access token is none"


def test_tokeninfo_takes_one_token(caller: Any) -> None:
    for query in ({}, {"token": "x"}, {"access_token": "x", "id_token": "x"}):
        assert refusal(caller.tokeninfo(**query)) == "invalid_request"
    assert refusal(caller.tokeninfo(access_token=["x", "x"])) == "invalid_request"


def test_a_wrong_key_in_the_header_does_not_matter_here(caller: Any, grant: dict[str, Any]) -> None:
    other = {"Authorization": "Bearer other"}
    body = {**FOR_A_GRANT, "grant_id": grant["id"]}
    told = caller.send("POST", "/connect/token", json=body, headers=other)
    assert told.status_code == 200
    query = {"access_token": told.json["access_token"]}
    info = caller.send("GET", "/connect/tokeninfo", query_string=query, headers=other)
    assert info.status_code == 200

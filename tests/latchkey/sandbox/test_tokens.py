"""How strict the sandbox's token endpoints are, and what their tokens say."""

import base64
import hmac
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.latchkey.sandbox.oauth_client import (
    ACCOUNT,
    KEYS,
    VERIFIER,
    Browser,
    challenge_of,
    json_of,
)


def claims_of(tokens: dict[str, Any], secret: str) -> dict[str, Any]:
    head, body, signature = tokens["id_token"].split(".")
    made = hmac.digest(secret.encode(), f"{head}.{body}".encode(), "sha256")
    assert base64.urlsafe_b64decode(signature + "=") == made
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert isinstance(claims, dict)
    return claims


WRONG_EXCHANGES: list[tuple[dict[str, Any], set[str]]] = [
    ({"grant_type": "refresh_token"}, {"unsupported_grant_type"}),
    ({"grant_type": "client_credentials"}, {"unsupported_grant_type"}),
    ({"grant_type": None}, {"unsupported_grant_type", "invalid_request"}),
    ({"code": None}, {"invalid_grant"}),
    ({"code": "unknown"}, {"invalid_grant"}),
    ({"redirect_uri": None}, {"invalid_grant", "redirect_uri_mismatch"}),
    ({"redirect_uri": "http://localhost:8001"}, {"invalid_grant", "redirect_uri_mismatch"}),
]
WRONG_VERIFIERS = [None, "", "v" * 42, "V" * 43, "v" * 44, challenge_of(VERIFIER)]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("change", "errors"), WRONG_EXCHANGES, ids=str)
def test_a_wrong_exchange_gives_no_tokens(
    browse: Callable[[str], Browser], key: str, change: dict[str, Any], errors: set[str]
) -> None:
    browser = browse(key)
    answer = browser.redeem(**{"code": browser.code(), **change})
    assert answer.status_code == 400
    assert json_of(answer)["error"] in errors


def test_google_names_a_redirect_mismatch_as_no_other(browse: Callable[[str], Browser]) -> None:
    for key, error in (("google", "redirect_uri_mismatch"), ("yahoo", "invalid_grant")):
        browser = browse(key)
        other = f"http://localhost/oauth/{key}/callback"
        assert json_of(browser.redeem(browser.code(), redirect_uri=other))["error"] == error


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("verifier", WRONG_VERIFIERS)
def test_only_the_right_verifier_proves_anything(
    browse: Callable[[str], Browser], key: str, verifier: str | None
) -> None:
    browser = browse(key)
    answer = browser.redeem(browser.code(), code_verifier=verifier)
    assert answer.status_code == 400
    assert json_of(answer)["error"] == "invalid_grant"


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "ü", "a" * 42 + "+"])
def test_a_verifier_is_made_as_the_rfc_says(
    browse: Callable[[str], Browser], verifier: str
) -> None:
    google = browse("google")
    code = google.code(query={"code_challenge": challenge_of(verifier)})
    assert google.redeem(code, code_verifier=verifier).status_code == 400


def test_a_verifier_may_be_of_any_allowed_length(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    for verifier in ("a" * 43, "aZ09-._~" * 16):
        code = google.code(query={"code_challenge": challenge_of(verifier)})
        assert google.redeem(code, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_a_code_serves_once(browse: Callable[[str], Browser], key: str) -> None:
    browser = browse(key)
    code = browser.code()
    assert browser.redeem(code).status_code == 200
    again = json_of(browser.redeem(code))
    assert again["error"] == "invalid_grant"
    assert key != "microsoft" or again["error_codes"] == [54005]


def test_of_many_who_redeem_a_code_at_once_one_gets_tokens(
    browse: Callable[[str], Browser],
) -> None:
    google = browse("google")
    code = google.code()
    start = threading.Barrier(8)
    seen = []

    def redeem() -> None:
        start.wait()
        client = Browser(google.http.application.test_client(), "google", None)
        seen.append(client.redeem(code).status_code)

    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200, *[400] * 7]


def test_a_code_gets_old_within_a_minute(browse: Callable[[str], Browser]) -> None:
    browser = browse("microsoft")
    code, older = browser.code(), browser.code()
    browser.clock.now += 59
    assert browser.redeem(code).status_code == 200
    browser.clock.now += 1
    assert json_of(browser.redeem(older))["error_codes"] == [70008]
    assert json_of(browser.redeem("unknown"))["error_codes"] == [70000]


def test_a_code_belongs_to_one_client(browse: Callable[[str], Browser]) -> None:
    code = browse("google").code()
    address = browse("google").redirect_uri
    for key in ("microsoft", "yahoo"):
        answer = browse(key).redeem(code, redirect_uri=address)
        assert json_of(answer)["error"] == "invalid_grant"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"client_secret": "other"},
        {"client_secret": None},
        {"client_secret": ""},
        {"basic": ("other", "other"), "client_id": None},
        {"basic": ("", ""), "client_id": None},
    ],
    ids=str,
)
def test_nobody_else_is_the_client(
    browse: Callable[[str], Browser], key: str, change: dict[str, Any]
) -> None:
    if key == "zoom" and "basic" not in change:
        change = {**change, "basic": ()}
    answer = browse(key).redeem(browse(key).code(), **change)
    assert answer.status_code == 401
    assert json_of(answer)["error"] == "invalid_client"


def test_a_stranger_does_not_use_the_code_up(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    code = google.code()
    assert google.redeem(code, client_secret="other").status_code == 401
    assert google.redeem(code).status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_every_provider_takes_basic(browse: Callable[[str], Browser], key: str) -> None:
    browser = browse(key)
    basic = (f"sandbox-{key}", f"sandbox-secret-{key}")
    assert browser.redeem(browser.code(), basic=basic, client_id=None).status_code == 200


def test_zoom_takes_nothing_but_basic(browse: Callable[[str], Browser]) -> None:
    zoom = browse("zoom")
    assert zoom.redeem(zoom.code(), basic=()).status_code == 401


def test_what_goes_into_basic_may_be_form_encoded(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    basic = ("sandbox%2Dgoogle", "sandbox%2Dsecret%2Dgoogle")
    assert google.redeem(google.code(), basic=basic, client_id=None).status_code == 200


def test_two_ways_of_authentication_are_too_many(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    right = "sandbox-secret-google"
    answer = google.redeem(google.code(), basic=("sandbox-google", right), client_secret=right)
    assert json_of(answer)["error"] == "invalid_request"
    answer = google.redeem(google.code(), basic=("sandbox-google", right), client_id="other")
    assert json_of(answer)["error"] == "invalid_client"


def test_an_unknown_client_is_asked_to_say_who_it_is(browse: Callable[[str], Browser]) -> None:
    answer = browse("google").redeem("unknown", client_secret="other")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_the_token_endpoint_reads_forms_without_repetitions_only(
    browse: Callable[[str], Browser],
) -> None:
    google = browse("google")
    answer = google.redeem(google.code(), grant_type=["authorization_code"] * 2)
    assert json_of(answer)["error"] == "invalid_request"
    form = {"client_id": "sandbox-google", "client_secret": "sandbox-secret-google"}
    for more in ({"json": form}, {"query_string": form}):
        answer = google.http.post("/oauth/google/token", **more)
        assert answer.status_code in (400, 401)
        assert "access_token" not in answer.text


def test_bodies_are_limited(browse: Callable[[str], Browser]) -> None:
    browser = browse("google")
    assert browser.redeem("c" * 70_000).status_code == 413
    assert browser.decide(browser.ask(), account="a" * 70_000).status_code == 413


GOOGLES_WAY = [
    # access_type, prompt, the second time?, refresh token?
    ("offline", None, False, True),
    ("offline", None, True, False),
    ("offline", "select_account", True, False),
    ("offline", "consent", True, True),
    ("offline", "consent select_account", True, True),
    ("online", "consent", False, False),
    (None, None, False, False),
]


@pytest.mark.parametrize(("access_type", "prompt", "again", "given"), GOOGLES_WAY)
def test_google_gives_a_refresh_token_for_the_first_consent_or_when_forced(
    browse: Callable[[str], Browser],
    access_type: str | None,
    prompt: str | None,
    again: bool,
    given: bool,
) -> None:
    google = browse("google")
    if again:
        google.tokens()
    tokens = google.tokens(query={"access_type": access_type, "prompt": prompt})
    assert ("refresh_token" in tokens) == given
    assert "refresh_token" in google.tokens(account="somebody-else@example.com")


def test_google_knows_an_account_in_any_case(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    google.tokens()
    assert "refresh_token" not in google.tokens(account=ACCOUNT.upper())


def test_microsoft_gives_a_refresh_token_with_offline_access(
    browse: Callable[[str], Browser],
) -> None:
    microsoft = browse("microsoft")
    assert "refresh_token" in microsoft.tokens()
    assert "refresh_token" not in microsoft.tokens(query={"scope": "openid Mail.Send"})


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_the_id_token_is_for_this_client_and_this_sign_in(
    browse: Callable[[str], Browser], key: str
) -> None:
    claims = claims_of(browse(key).tokens(), f"sandbox-secret-{key}")
    assert claims["aud"] == f"sandbox-{key}"
    assert claims["nonce"] == "n-1"
    assert claims["exp"] == claims["iat"] + 3600
    assert claims["email"] == ACCOUNT
    assert claims["sub"]
    without = browse(key).tokens(query={"nonce": None})
    assert "nonce" not in claims_of(without, f"sandbox-secret-{key}")


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_the_id_token_says_who_it_is_as_that_provider_does(
    browse: Callable[[str], Browser], key: str
) -> None:
    browser = browse(key)
    secret = f"sandbox-secret-{key}"
    claims = claims_of(browser.tokens(), secret)
    assert claims["iss"] == "http://localhost"
    assert claims["iat"] == browser.clock.now
    assert claims.get("email_verified") == (None if key == "microsoft" else True)
    assert claims.get("preferred_username") == (ACCOUNT if key == "microsoft" else None)
    assert claims_of(browser.tokens(), secret)["sub"] == claims["sub"]
    other = claims_of(browser.tokens(account="other@example.com"), secret)
    assert other["sub"] != claims["sub"]
    shy = claims_of(browser.tokens(query={"scope": "openid"}), secret)
    assert "email" not in shy


def test_without_openid_there_is_no_id_token_and_zoom_has_none(
    browse: Callable[[str], Browser],
) -> None:
    assert "id_token" not in browse("google").tokens(query={"scope": "email"})
    assert "id_token" not in browse("zoom").tokens()


NAMES = {
    "google": ["email"],
    "microsoft": ["mail", "userPrincipalName"],
    "yahoo": ["email"],
    "zoom": ["email"],
}


@pytest.mark.parametrize("key", KEYS)
def test_userinfo_tells_whose_token_it_is(browse: Callable[[str], Browser], key: str) -> None:
    browser = browse(key)
    told = browser.userinfo(browser.tokens()["access_token"]).json
    assert told is not None
    assert [told[name] for name in NAMES[key]] == [ACCOUNT] * len(NAMES[key])


@pytest.mark.parametrize("key", KEYS)
def test_userinfo_tells_an_account_by_a_name_of_its_own(
    browse: Callable[[str], Browser], key: str
) -> None:
    browser = browse(key)
    field = "id" if key in ("microsoft", "zoom") else "sub"
    accounts = [ACCOUNT, ACCOUNT, "other@example.com"]
    answers = [
        json_of(browser.userinfo(browser.tokens(account=account)["access_token"]))
        for account in accounts
    ]
    first, second, third = [told[field] for told in answers]
    assert first == second != third


@pytest.mark.parametrize("key", KEYS)
def test_userinfo_needs_a_token_of_this_provider(
    browse: Callable[[str], Browser], key: str
) -> None:
    browser = browse(key)
    other = browse("yahoo" if key == "zoom" else "zoom").tokens()["access_token"]
    refresh = browser.tokens().get("refresh_token", "")
    for token in ("", "unknown", other, refresh):
        assert browser.userinfo(token).status_code == 401
    assert browser.http.get(f"/oauth/{key}/userinfo").status_code == 401


def test_userinfo_wants_the_token_where_it_belongs(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    token = google.tokens()["access_token"]
    for headers in ({"Authorization": token}, {"Authorization": f"Token {token}"}):
        answer = google.http.get("/oauth/google/userinfo", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    answer = google.http.get("/oauth/google/userinfo", query_string={"access_token": token})
    assert answer.status_code == 401


def test_userinfo_tells_only_what_was_granted(browse: Callable[[str], Browser]) -> None:
    microsoft, google = browse("microsoft"), browse("google")
    token = microsoft.tokens(query={"scope": "openid Mail.Send"})["access_token"]
    assert microsoft.userinfo(token).status_code == 403
    token = google.tokens(query={"scope": "openid"})["access_token"]
    assert "email" not in json_of(google.userinfo(token))


def test_an_access_token_gets_old_within_an_hour(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    token = google.tokens()["access_token"]
    google.clock.now += 3599
    assert google.userinfo(token).status_code == 200
    google.clock.now += 1
    assert google.userinfo(token).status_code == 401


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_an_account_can_stay_unnamed(browse: Callable[[str], Browser], key: str) -> None:
    browser = browse(key)
    tokens = browser.tokens(ending="no-address")
    assert ACCOUNT not in str(claims_of(tokens, f"sandbox-secret-{key}"))
    assert ACCOUNT not in browser.userinfo(tokens["access_token"]).text


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo"])
def test_an_account_can_be_named_by_userinfo_alone(
    browse: Callable[[str], Browser], key: str
) -> None:
    browser = browse(key)
    tokens = browser.tokens(ending="no-email")
    assert ACCOUNT not in str(claims_of(tokens, f"sandbox-secret-{key}"))
    assert ACCOUNT in browser.userinfo(tokens["access_token"]).text


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_a_revoked_consent_is_gone_with_all_its_tokens(
    browse: Callable[[str], Browser], kind: str
) -> None:
    google = browse("google")
    tokens = google.tokens()
    answer = google.http.post("/oauth/google/revoke", data={"token": tokens[kind]})
    assert answer.status_code == 200
    assert google.userinfo(tokens["access_token"]).status_code == 401
    for token in (tokens["access_token"], tokens["refresh_token"]):
        again = google.http.post("/oauth/google/revoke", data={"token": token})
        assert again.status_code == 400
    assert "refresh_token" in google.tokens(), "the next consent is a first one again"


def test_revoking_the_access_token_stops_it(browse: Callable[[str], Browser]) -> None:
    google = browse("google")
    token = google.tokens()["access_token"]
    assert google.http.post("/oauth/google/revoke", data={"token": token}).status_code == 200
    assert google.userinfo(token).status_code == 401


@pytest.mark.parametrize("key", ["yahoo", "zoom"])
def test_only_google_s_own_tokens_can_be_revoked(
    browse: Callable[[str], Browser], key: str
) -> None:
    token = browse(key).tokens()["access_token"]
    http = browse("google").http
    for each in ("", "unknown", token):
        assert http.post("/oauth/google/revoke", data={"token": each}).status_code == 400
    assert browse(key).userinfo(token).status_code == 200


def test_what_a_client_should_not_do_is_remembered(browse: Callable[[str], Browser]) -> None:
    google, microsoft = browse("google"), browse("microsoft")
    events = google.http.application.extensions["sandbox-oauth"].events
    token = google.tokens()["refresh_token"]
    assert not events
    microsoft.ask(prompt="consent")
    google.redeem("", grant_type="refresh_token", refresh_token=token)
    google.http.post("/oauth/google/revoke", data={"token": token})
    assert list(events) == [
        ("consent-forced", "microsoft"),
        ("refreshed", "google"),
        ("revoked", "google"),
    ]

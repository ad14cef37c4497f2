from collections.abc import Callable
from typing import Any

import pytest

IMAP = {"imap_username": "a@example.com", "imap_password": "right"}
FULL_IMAP = {
    **IMAP,
    "imap_host": "imap.example.com",
    "imap_port": 993,
    "smtp_host": "smtp.example.com",
    "smtp_port": 465,
    "smtp_username": "b",
    "smtp_password": "c",
    "type": "generic",
}
ICLOUD = {"username": "a@icloud.com", "password": "abcd-efgh-ijkl-mnop"}
EWS = {"email": "a@corp.test", "ews_username": "a@corp.test", "ews_password": "right"}
TOKEN = {"refresh_token": "sandbox-refresh-a@example.com"}
OAUTH = ["google", "microsoft", "yahoo", "zoom"]

VALID = [
    ("imap", IMAP),
    ("imap", FULL_IMAP),
    ("icloud", ICLOUD),
    ("ews", EWS),
    ("ews", {**EWS, "ews_host": "mail.corp.test", "ews_port": 443}),
    *((provider, TOKEN) for provider in OAUTH),
    ("google", {**TOKEN, "credential_id": "5967ca40-a2d8-4ee0-a0e0-6f18ace39a90"}),
]
WRONG_SETTINGS = [
    ("imap", {**IMAP, "imap_port": "993"}),
    ("imap", {**IMAP, "imap_port": True}),
    ("imap", {**IMAP, "imap_port": 993.0}),
    ("imap", {**IMAP, "imap_port": None}),
    ("imap", {**IMAP, "smtp_port": 0}),
    ("imap", {**IMAP, "smtp_port": 65536}),
    ("imap", {**IMAP, "imap_host": 1}),
    ("imap", {**IMAP, "imap_user": "a"}),
    ("imap", {**IMAP, "email": "a@example.com"}),
    ("imap", {"imap_username": "a@example.com"}),
    ("imap", {**IMAP, "imap_password": ""}),
    ("imap", ["imap_username"]),
    ("imap", None),
    ("icloud", {"username": "a@icloud.com"}),
    ("icloud", {**ICLOUD, "imap_host": "imap.mail.me.com"}),
    ("ews", {"email": "a@corp.test", "ews_password": "right"}),
    ("ews", {**EWS, "ews_port": "443"}),
    ("yahoo", {"username": "a@yahoo.com", "password": "right"}),
    ("google", {}),
    ("google", {**TOKEN, "redirect_uri": "https://example.com"}),
]


@pytest.mark.parametrize(("provider", "settings"), VALID)
def test_documented_settings_make_a_grant(
    provider: str, settings: dict[str, Any], caller: Any
) -> None:
    answer = caller.connect(provider, settings, state="s" * 256)
    assert answer.status_code == 201
    grant = answer.json["data"]
    assert (grant["provider"], grant["grant_status"]) == (provider, "valid")
    assert grant["state"] == "s" * 256
    assert grant["created_at"] == grant["updated_at"] == int(caller.clock.now)
    assert caller.send("GET", f"/grants/{grant['id']}").json["data"] == grant


@pytest.mark.parametrize(("provider", "settings"), WRONG_SETTINGS)
def test_settings_that_are_not_documented_are_refused(
    provider: str, settings: Any, caller: Any
) -> None:
    answer = caller.connect(provider, settings)
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "api.invalid_request_error"
    assert caller.send("GET", "/grants").json["data"] == []


@pytest.mark.parametrize(
    "top",
    [
        {"email": "a@example.com"},
        {"state": "s" * 257},
        {"state": 1},
        {"state": None},
        {"scope": "a"},
        {"scope": [1]},
        {"scope": {}},
        {"scope": None},
    ],
)
def test_other_keys_beside_settings_are_refused(top: dict[str, Any], caller: Any) -> None:
    assert caller.connect("ews", EWS, **top).status_code == 400


def test_scope_exists_only_where_it_is_documented(caller: Any) -> None:
    for provider, settings in (("ews", EWS), ("google", TOKEN)):
        answer = caller.connect(provider, settings, scope=["one", "two"])
        assert answer.json["data"]["scope"] == ["one", "two"]
    for provider, settings in (("imap", IMAP), ("icloud", ICLOUD)):
        assert caller.connect(provider, settings, scope=[]).status_code == 400


def test_without_scope_the_grant_has_the_connectors(caller: Any) -> None:
    scope = caller.send("GET", "/connectors/ews").json["data"]["scope"]
    assert scope
    assert caller.connect("ews", EWS).json["data"]["scope"] == scope


@pytest.mark.parametrize(
    "sent",
    [
        {"json": []},
        {"json": "text"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b'{"provider": "imap"}', "content_type": "text/plain"},
        {"data": {"provider": "imap"}},
        {},
    ],
)
def test_a_body_that_is_no_json_object_is_refused(sent: dict[str, Any], caller: Any) -> None:
    answer = caller.send("POST", "/connect/custom", **sent)
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "api.invalid_request_payload"


def test_the_provider_must_be_one_that_can_be_connected(caller: Any) -> None:
    missing = caller.send("POST", "/connect/custom", json={"settings": IMAP})
    assert missing.json["error"]["type"] == "grant.provider_required"
    for provider in ("gmail", "virtual-calendar", 1, ["imap"]):
        assert caller.connect(provider, IMAP).status_code == 400


def test_a_provider_without_connector_is_not_found(make_caller: Callable[..., Any]) -> None:
    answer = make_caller(connectors=("google",)).connect("imap", IMAP)
    assert answer.status_code == 404
    assert answer.json["error"]["type"] == "api.not_found_error"


@pytest.mark.parametrize("again", ["a@example.com", "A@Example.COM"])
def test_the_same_address_again_keeps_its_grant(again: str, caller: Any) -> None:
    first = caller.connect("imap", IMAP, state="one").json["data"]
    caller.clock.now += 60
    second = caller.connect("imap", {**IMAP, "imap_username": again}, state="two").json["data"]
    assert second["id"] == first["id"]
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] == first["updated_at"] + 60
    assert second["state"] == "two"
    assert len(caller.grants("a@example.com")) == 1


def test_another_address_or_tag_is_another_grant(caller: Any) -> None:
    addresses = ("a@example.com", "a+b@example.com", "a@example.org")
    ids = {caller.connect_imap(address).json["data"]["id"] for address in addresses}
    assert len(ids) == 3


def test_a_grant_is_filed_under_the_login_name(caller: Any) -> None:
    assert caller.connect_imap("jdoe").json["data"]["email"] == "jdoe"
    assert "email" not in caller.connect_imap("no-email@example.com").json["data"]


@pytest.mark.parametrize("password", ["wrong", "pässword", "pass\u00a0word"])
def test_a_wrong_or_unusable_password_is_refused(password: str, caller: Any) -> None:
    answer = caller.connect_imap("a@example.com", password)
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "grant.invalid_authentication"


def test_only_imap_is_limited_to_ascii_passwords(caller: Any) -> None:
    assert caller.connect("icloud", {**ICLOUD, "password": "pässword"}).status_code == 201


@pytest.mark.parametrize("provider", OAUTH)
def test_a_refresh_token_from_elsewhere_is_dead(provider: str, caller: Any) -> None:
    answer = caller.connect(provider, {"refresh_token": "1//0-real-looking"})
    assert answer.status_code == 400
    assert answer.json["error"]["provider_error"]["error"] == "invalid_grant"


def test_a_refresh_token_names_its_account(caller: Any) -> None:
    token = "sandbox-refresh-"
    named = caller.connect("google", {"refresh_token": token + "a@gmail.com"})
    assert named.json["data"]["email"] == "a@gmail.com"
    assert "email" not in caller.connect("zoom", {"refresh_token": token + "7"}).json["data"]
    dead = caller.connect("google", {"refresh_token": token + "dead-token-401@gmail.com"})
    assert dead.status_code == 401


@pytest.mark.parametrize(
    ("provider", "settings"),
    [
        ("imap", {**IMAP, "imap_password": "s3cr3t-value", "smtp_password": "s3cr3t-value"}),
        ("imap", {**IMAP, "imap_password": "s3cr3t-value", "imap_port": "s3cr3t-value"}),
        ("imap", {**IMAP, "imap_password": "s3cr3t-valué"}),
        ("google", {"refresh_token": "s3cr3t-value"}),
        ("ews", {**EWS, "ews_password": ["s3cr3t-value"]}),
    ],
)
def test_no_secret_is_echoed_logged_or_kept(
    provider: str, settings: Any, caller: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = caller.connect(provider, settings)
    kept = repr(vars(caller.http.application.extensions["sandbox"].grants))
    for text in (answer.text, caplog.text, kept, caller.send("GET", "/grants").text):
        assert "s3cr3t" not in text

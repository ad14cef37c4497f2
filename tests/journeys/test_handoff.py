"""Whole ways from an app to a connected account and back."""

import re
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app import create_app
from tests.apps import company as company_page
from tests.apps import visitor_at
from tests.browser.nylas import Nylas
from tests.calling import CallingApp
from tests.conftest import KEY, Clock, make_settings
from tests.journeys.conftest import Line
from tests.journeys.test_oauth import decide, start
from tests.latchkey.web.flow.test_flow import again
from tests.latchkey.web.pages.test_chooser import choices
from tests.pages import Visitor

OTHER = "https://other.example.com/back?from=mail"
PAGE = create_app(make_settings(RETURN_URIS=OTHER))
APP = CallingApp(PAGE)
FIRST = "Connect your mailbox"
CHOOSER = "Who runs your mailbox?"
DONE = "Your mailbox is connected"
EMAIL = "someone@example.com"
CREDENTIAL = "0f6e2b5c-1d3e-4a5b-8c7d-9e0f1a2b3c4d"
GOOGLE = "https://www.googleapis.com/auth/"
WHO = ("userinfo.email", "userinfo.profile")


def test_somebody_with_a_password_is_connected_for_the_app() -> None:
    visitor, page = APP.send(state="s", login_hint=EMAIL)
    page = visitor.submit(visitor.submit(page), password="secret")
    told = APP.receive(visitor, page)
    assert (told["email"], told["provider"]) == (EMAIL, "imap")


def test_an_app_without_a_server_needs_no_secret() -> None:
    visitor, page = APP.send(code_challenge="verifier-1", login_hint=EMAIL)
    page = visitor.submit(visitor.submit(page), password="secret")
    told = APP.receive(visitor, page, client_secret=None, code_verifier="verifier-1")
    assert told["email"] == EMAIL


def test_an_app_finds_its_nonce_in_the_id_token_and_none_that_it_did_not_send() -> None:
    for nonce in ("n-0S6_WzA2Mj", None):
        visitor, page = APP.send(login_hint=EMAIL, nonce=nonce)
        page = visitor.submit(visitor.submit(page), password="secret")
        told = APP.receive(visitor, page)
        assert told.get("nonce") == nonce
        assert ("nonce" in told) == bool(nonce)


def test_a_state_as_long_as_clients_of_oauth_make_them_comes_back() -> None:
    # That of Auth.js has 435 characters; it is sealed, so nothing of it compresses.
    state = secrets.token_urlsafe(768)
    visitor, page = APP.send(login_hint=EMAIL, state=state, nonce=secrets.token_urlsafe(96))
    page = visitor.submit(visitor.submit(page), password="secret")
    answer = APP.get_back(visitor, page)
    assert answer["state"] == state
    assert APP.exchange(answer["code"]).status_code == 200


def test_an_app_of_a_computer_is_gone_back_to_at_the_port_that_it_named() -> None:
    registered = "http://127.0.0.1:8080/callback"
    page_of_app = create_app(make_settings(RETURN_URIS=registered))
    app = CallingApp(page_of_app, redirect_uri="http://127.0.0.1:51004/callback")
    visitor, page = app.send(login_hint=EMAIL)
    page = visitor.submit(visitor.submit(page), password="secret")
    code = app.get_back(visitor, page)["code"]
    assert app.exchange(code, redirect_uri=registered).json()["error"] == "invalid_grant"
    assert app.exchange(code).status_code == 200


GRAPH = "https://graph.microsoft.com/"


@pytest.mark.parametrize(
    ("key", "scope", "named"),
    [
        ("microsoft", "Mail.Read Mail.Send User.Read", ["Read mail", "Send mail"]),
        ("microsoft", f"{GRAPH}Mail.ReadWrite {GRAPH}mail.send", ["Read mail", "Send mail"]),
        ("microsoft", "Mail.Read Mail.ReadWrite", ["Read mail"]),
        ("microsoft", "Mail.Send Tasks.Read", []),
        ("google", f"{GOOGLE}gmail.send", ["Send mail"]),
        ("google", f"{GOOGLE}gmail.compose {GOOGLE}calendar", []),
        ("google", "openid", []),
    ],
)
def test_what_is_asked_for_is_named_as_a_whole_or_not_at_all(
    key: str, scope: str, named: list[str]
) -> None:
    _, page = APP.send(provider=key, scope=scope)
    (listed,) = re.findall(r'<ul class="works">(.*?)</ul>', page.html, re.S) or [""]
    assert re.findall(r"<li>(.*?)</li>", listed) == named
    assert ("shows you what" in page.text) == (not named)


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo", "zoom"])
def test_nobody_types_an_address_that_the_provider_tells_anyway(key: str) -> None:
    visitor, page = APP.send(provider=key)
    assert page.heading.startswith("Continue with ")
    consent = start(visitor, page)
    assert "login_hint" not in parse_qs(consent.url.query.decode(), keep_blank_values=True)
    page = visitor.get(decide(visitor, consent, account="Someone@Example.com"))
    told = APP.receive(visitor, page)
    assert (told["email"].lower(), told["provider"]) == (EMAIL, key)
    assert "Please note" not in page.text


def test_an_account_that_nobody_tells_is_not_made_up_from_a_hint() -> None:
    visitor, page = APP.send(provider="zoom", login_hint="the boss")
    consent = start(visitor, page)
    page = visitor.get(
        decide(visitor, consent, account="no-email@example.com", ending="no-address")
    )
    assert "email" not in APP.receive(visitor, page)
    assert "the boss" not in page.text


def test_an_account_is_called_by_its_own_address_not_by_the_one_that_was_typed() -> None:
    visitor, page = APP.send(provider="zoom", login_hint="boss@example.com")
    page = visitor.get(decide(visitor, start(visitor, page), account="other@example.com"))
    assert APP.receive(visitor, page)["email"] == "other@example.com"
    assert "Please note: this is not boss@example.com" in page.text


def test_who_chose_a_provider_first_has_its_page_after_the_address() -> None:
    visitor, page = APP.send(prompt="select_provider")
    assert page.heading == CHOOSER
    page = visitor.get(page.leading("/connect/icloud"))
    assert page.heading == FIRST
    page = visitor.submit(page, email=EMAIL)
    assert page.heading == "Sign in to Apple iCloud"
    done = visitor.submit(page, password="abcd-efgh-ijkl-mnop")
    assert APP.receive(visitor, done)["provider"] == "icloud"


def test_who_chose_a_sign_in_page_first_types_no_address() -> None:
    visitor, page = APP.send(prompt="select_provider,detect")
    page = visitor.get(page.leading("/oauth/google"))
    page = visitor.get(decide(visitor, start(visitor, page), account="me@gmail.com"))
    assert APP.receive(visitor, page)["email"] == "me@gmail.com"


def test_who_chose_wrongly_can_go_back_and_choose_again() -> None:
    visitor, page = APP.send(prompt="select_provider")
    visitor.get(page.leading("/connect/icloud"))
    page = visitor.get(visitor.get(again(page)).leading("/connect/ews"))
    page = visitor.submit(page, email=EMAIL)
    assert page.heading == "Sign in to example.com"
    assert APP.receive(visitor, visitor.submit(page, password="secret"))["provider"] == "ews"


def test_no_password_is_sent_before_anybody_knows_whose_it_is(line: Line, nylas: Nylas) -> None:
    app = CallingApp(line.app(RETURN_URIS=OTHER), redirect_uri=OTHER)
    visitor, page = app.send(prompt="select_provider")
    token = visitor.get("/").fields()["csrf_token"]
    typed = {"csrf_token": token, "username": EMAIL, "password": "secret"}
    answer = visitor.client.post(page.leading("/connect/imap"), data=typed)
    assert answer.status_code == 303
    assert visitor.get(answer.headers["location"]).heading == FIRST
    assert not nylas.sent


@pytest.mark.parametrize(
    ("provider", "email", "heading"),
    [
        ("google,imap", "a@gmail.com", "Continue with Google"),
        ("google,imap", EMAIL, "Sign in to example.com"),
        ("google,ews", EMAIL, CHOOSER),
        ("ews", EMAIL, "Sign in to example.com"),
    ],
)
def test_what_is_detected_counts_as_far_as_the_app_wants_it(
    provider: str, email: str, heading: str
) -> None:
    visitor, page = APP.send(provider=provider, prompt="detect")
    page = visitor.submit(page, email=email)
    assert page.heading == heading
    if heading == CHOOSER:
        assert list(choices(page).values()) == ["/oauth/google", "/connect/ews"]


def test_the_same_address_again_keeps_its_grant_and_only_the_app_is_told(
    wait: Clock, line: Line, nylas: Nylas
) -> None:
    app = CallingApp(line.app(RETURN_URIS=OTHER), redirect_uri=OTHER)
    told, texts = [], []
    for _ in range(2):
        visitor, page = app.send()
        page = visitor.submit(visitor.submit(page, email=EMAIL), password="secret")
        texts.append(page.text)
        code = app.get_back(visitor, page)["code"]
        told.append(app.page.extensions["services"].codes.read(code))
        wait(3600)
    assert texts[0] == texts[1]
    assert told[0].grant_id == told[1].grant_id
    assert [each.reconnected for each in told] == [False, True]


def test_a_mailbox_that_cannot_send_is_not_enough_when_the_app_wants_to_send() -> None:
    visitor, page = APP.send(options="smtp_required", provider="imap")
    page = visitor.submit(page, email="someone@nowhere.example")
    page = visitor.submit(page, password="secret")
    assert page.status == 422
    assert page.error_at("smtp_host") == "Please type the server for sending. It is needed here."
    assert page.is_open()
    page = visitor.submit(page, password="secret", smtp_host="smtp.nowhere.example")
    assert page.heading == DONE


def test_permissions_and_credential_of_the_app_are_used(line: Line, nylas: Nylas) -> None:
    google = "http://localhost/oauth/google"
    page = line.app(
        RETURN_URIS=OTHER, GOOGLE_CLIENT_ID="sandbox-google",
        GOOGLE_CLIENT_SECRET="sandbox-secret-google", GOOGLE_TOKEN_URL=f"{google}/token",
        GOOGLE_AUTHORIZE_URL=f"{google}/authorize",
    )  # fmt: skip
    app = CallingApp(page, redirect_uri=OTHER)
    visitor, shown = app.send(
        provider="google", scope=f"{GOOGLE}gmail.readonly", credential_id=CREDENTIAL
    )
    there = visitor.client.get(shown.leading("/start?")).headers["location"]
    asked = parse_qs(urlsplit(there).query)["scope"][0].split()
    # Whose account it is has to be told all the same.
    assert set(asked) == {"openid", *(f"{GOOGLE}{name}" for name in WHO), f"{GOOGLE}gmail.readonly"}
    at_google = visitor_at(line, "http://localhost")
    back = decide(at_google, at_google.client.get(there), account="me@gmail.com")
    confirmation = visitor.get(back)
    assert "Reading mail" in confirmation.text
    assert "Latchkey can’t send mail from it" in confirmation.text
    assert "Calendar" not in confirmation.text
    assert app.receive(visitor, confirmation)["email"] == "me@gmail.com"
    assert nylas.settings["credential_id"] == CREDENTIAL


def test_exchange_is_asked_for_the_permissions_of_the_app(line: Line, nylas: Nylas) -> None:
    app = CallingApp(line.app(RETURN_URIS=OTHER), redirect_uri=OTHER)
    visitor, page = app.send(provider="ews", scope="ews.messages", login_hint=EMAIL)
    app.receive(visitor, visitor.submit(page, password="secret"))
    assert nylas.sent[-1]["scope"] == ["ews.messages"]


def with_auto_return() -> Flask:
    return company_page(AUTO_RETURN="true", NYLAS_CLIENT_ID="app-1", RETURN_URIS=OTHER)


def test_people_are_led_back_by_themselves_without_a_script() -> None:
    app = CallingApp(with_auto_return(), client_id="app-1", redirect_uri=OTHER, secret=KEY)
    visitor, page = app.send(state="s", login_hint=EMAIL)
    assert "refresh" not in page.response.headers
    page = visitor.submit(visitor.submit(page), password="secret")
    seconds, _, url = page.response.headers["refresh"].partition("; url=")
    assert 1 <= int(seconds) <= 10
    assert app.heard(visitor.client.get(url)).keys() == {"code", "state"}
    assert url == page.links["Continue to Latchkey"], "who is faster takes the link"
    assert "This happens by itself in a moment." in page.text


@pytest.mark.parametrize("sent", [True, False])
def test_nobody_is_led_anywhere_without_an_app_or_unasked(sent: bool) -> None:
    page = PAGE if sent else with_auto_return()
    visitor = Visitor.inside(page)
    shown = APP.send(visitor)[1] if sent else visitor.get("/")
    shown = visitor.submit(visitor.submit(shown, email=EMAIL), password="secret")
    assert shown.heading == DONE
    assert "refresh" not in shown.response.headers
    assert "by itself" not in shown.text


def test_an_administrator_is_written_to_without_an_address_that_nobody_knows() -> None:
    visitor, page = APP.send(provider="microsoft")
    page = visitor.get(decide(visitor, start(visitor, page), ending="admin"))
    assert "with my mailbox. Our organisation" in page.text
    assert "login_hint" not in page.text
    visitor, page = APP.send(provider="microsoft", login_hint=EMAIL)
    page = visitor.get(decide(visitor, start(visitor, page), ending="admin"))
    assert f"with my mailbox {EMAIL}. Our organisation" in page.text
    assert f"/?login_hint={EMAIL}" in page.text

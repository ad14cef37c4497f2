"""Nylas's library for browsers, @nylas/connect, as it comes: it takes the page for Nylas."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, expect

from app import create_app
from tests.browser.hosted import APPLICATION, BACK, EMAIL
from tests.browser.states import send
from tests.conftest import make_settings
from tests.servers import find_node_package

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent.parent / "independent"
# Where the library keeps what it began.
STATE_KEY = f"@nylas/connect:nylas_auth_state_{APPLICATION}"
TOLD = ["CONNECT_SUCCESS", "SIGNED_IN"]
POPUP = ["CONNECT_STARTED", "CONNECT_POPUP_OPENED", "CONNECT_POPUP_CLOSED"]


@dataclass(frozen=True, kw_only=True)
class World:
    """Addresses: of the page, of an app that it may lead back to, and of one that it may not."""

    url: str
    app: str
    stranger: str


def an_app(config: dict[str, str]) -> Flask:
    """An app with a page for its people, which is at /callback as well."""
    _, library = find_node_package(HERE, "@nylas/connect")
    page = (HERE / "connect.html").read_text()
    scripts = {
        "connect.mjs": (HERE / "connect.mjs").read_text(),
        "nylas-connect.js": (library / "dist" / "index.js").read_text(),
    }
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "page", lambda: page)
    app.add_url_rule("/callback", "callback", lambda: page)
    app.add_url_rule("/config.json", "config", lambda: config)
    app.add_url_rule(
        "/<any('connect.mjs', 'nylas-connect.js'):name>", "script",
        lambda name: Response(scripts[name], mimetype="text/javascript"),
    )  # fmt: skip
    # Chromium asks every site for it.
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    return app


@pytest.fixture
def world(served: Callable[..., str]) -> World:
    config: dict[str, str] = {}
    # Another host name than the page's, as apps have in real life.
    app, stranger = (
        served(an_app(config)).replace("127.0.0.1", "localhost") for _ in range(2)
    )  # fmt: skip
    callback = f"{app}/callback"
    url = served(create_app(make_settings(RETURN_URIS=callback)))
    config.update(clientId=APPLICATION, redirectUri=callback, apiUrl=f"{url}/v3")
    return World(url=url, app=app, stranger=stranger)


@pytest.fixture
def app(world: World, open_page: Callable[..., Page]) -> Page:
    """Somebody at the app."""
    return open_page(url=world.app, apps=[world.url])


def ask(app: Page, **asked: object) -> None:
    """Open the app's page, which asks for this when it sends the person away."""
    app.goto(f"/?asked={quote(json.dumps(asked))}")


def popup_of(app: Page) -> Page:
    with app.expect_popup() as opened:
        app.get_by_role("button", name="Connect in a popup").click()
    return opened.value


def keeps_its_opener(popup: Page) -> bool:
    # Another site may ask for no more than this.
    return bool(popup.evaluate("opener !== null && !opener.closed"))


def result(app: Page) -> Any:
    """What the library gave, or how it failed."""
    expect(app.locator("#result")).not_to_be_empty()
    return json.loads(app.locator("#result").inner_text())


def events(app: Page) -> Any:
    return json.loads(app.locator("#events").inner_text())


def test_a_popup_connects_a_mailbox(app: Page) -> None:
    ask(app)
    popup = popup_of(app)
    popup.get_by_label("E-mail address").fill(EMAIL)
    assert keeps_its_opener(popup)
    popup.get_by_role("button", name="Continue").click()
    send(popup, "wrong")
    assert keeps_its_opener(popup)
    with popup.expect_event("close"):
        send(popup)
        popup.get_by_role("link", name="Continue to Latchkey").click()
    given = result(app)
    assert given["grantId"]
    assert given["accessToken"]
    grant = given["grantInfo"]
    assert (grant["id"], grant["email"], grant["provider"]) == (given["grantId"], EMAIL, "imap")
    assert events(app) == [*POPUP, *TOLD]


def test_a_popup_that_goes_to_the_provider_comes_back(app: Page) -> None:
    scopes = ["openid", "https://www.googleapis.com/auth/gmail.modify"]
    ask(app, provider="google", loginHint="someone@gmail.com", scopes=scopes)
    popup = popup_of(app)
    popup.get_by_role("link", name="Sign in with Google").click()
    popup.get_by_role("button", name="Allow").click()
    assert keeps_its_opener(popup)
    popup.get_by_role("link", name="Continue to Latchkey").click()
    given = result(app)
    assert given["grantInfo"]["email"] == "someone@gmail.com"
    assert given["grantInfo"]["provider"] == "google"
    assert events(app) == [*POPUP, *TOLD]


@pytest.mark.parametrize("way", ["cancels", "fails", "closes"])
def test_a_popup_without_an_account_is_told_to_the_app(app: Page, way: str) -> None:
    ask(app, provider="imap", loginHint=EMAIL)
    popup = popup_of(app)
    if way != "closes":
        if way == "fails":
            send(popup, "wrong")
            expect(popup).to_have_title(re.compile("^Error: "))
        popup.get_by_role("link", name=BACK).click()
        # In case of an error, the library leaves the popup to the app, also with Nylas.
        assert result(popup)["type"] == "OAuthAccessDeniedError"
        assert keeps_its_opener(popup)
    popup.close()
    given = result(app)
    assert given["type"] == "PopupError"
    assert given["message"] == "Popup was closed before authentication completed"
    assert events(app) == [*POPUP, "CONNECT_CANCELLED"]


def test_a_popup_that_is_refused_at_once_keeps_its_opener(app: Page) -> None:
    ask(app, scopes=["no scope: ü"])
    popup = popup_of(app)
    assert result(popup)["type"] == "OAuthInvalidScopeError"
    assert keeps_its_opener(popup)


def test_the_same_window_connects_a_mailbox(app: Page, world: World) -> None:
    ask(app, state="of the app")
    app.get_by_role("button", name="Connect in this window").click()
    app.get_by_label("E-mail address").fill(EMAIL)
    app.get_by_role("button", name="Continue").click()
    send(app)
    app.get_by_role("link", name="Continue to Latchkey").click()
    given = result(app)
    assert (given["grantInfo"]["email"], given["grantInfo"]["provider"]) == (EMAIL, "imap")
    assert events(app) == ["CONNECT_CALLBACK_RECEIVED", *TOLD]
    assert app.url == f"{world.app}/callback", "the library takes the code out of the address"
    # From here on, the library asks the page with what it has kept.
    assert app.evaluate("client.getConnectionStatus()") == "connected"
    app.reload()
    expect(app.get_by_role("button").first).to_be_enabled()
    assert (
        app.evaluate("client.getSession().then((session) => session.grantId)") == given["grantId"]
    )


@pytest.mark.parametrize(
    ("email", "error", "description"),
    [
        ("", "OAuthAccessDeniedError", "The person cancelled the sign-in"),
        ("wrong-password@example.com", "OAuthAccessDeniedError", "wrong_password"),
        ("bad-key@example.com", "OAuthServerError", "bad_key"),
        ("internal@example.com", "OAuthTemporarilyUnavailableError", "nylas_down"),
    ],
)
def test_a_failure_has_its_error_in_the_library(
    app: Page, email: str, error: str, description: str
) -> None:
    ask(app, **({"loginHint": email, "provider": "imap"} if email else {}))
    app.get_by_role("button", name="Connect in this window").click()
    if email:
        send(app)
        expect(app).to_have_title(re.compile("^Error: "))
    app.get_by_role("link", name=BACK).click()
    given = result(app)
    assert given["type"] == error
    assert description in given["description"]


@contextlib.contextmanager
def at(browser: Browser, url: str) -> Iterator[Page]:
    """Somebody at an app whose pages are told what they may not do."""
    with contextlib.closing(browser.new_context(base_url=url)) as context:
        yield context.new_page()


def test_the_pages_of_another_app_get_no_tokens(browser: Browser, world: World) -> None:
    with at(browser, world.stranger) as page:
        page.goto("/")
        page.get_by_role("button", name="Connect in this window").click()
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_role("button", name="Continue").click()
        send(page)
        page.get_by_role("link", name="Continue to Latchkey").click()
        assert result(page)["type"] == "OAuthError", "the allowed app did not ask for this code"
        landed = page.url
        page.goto("/")
        expect(page.get_by_role("button").first).to_be_enabled()
        page.evaluate("(url) => client.callback(url).then(show, showError)", landed)
        given = result(page)
        assert (given["type"], given["message"]) == ("NetworkError", "Token exchange failed")
        kept = page.evaluate("key => JSON.parse(localStorage.getItem(key))", STATE_KEY)
    exchange = {
        "grant_type": "authorization_code",
        "client_id": APPLICATION,
        "redirect_uri": f"{world.app}/callback",
        "code": httpx.URL(landed).params["code"],
        "code_verifier": kept["codeVerifier"],
    }
    answer = httpx.post(f"{world.url}/v3/connect/token", json=exchange, trust_env=False)
    assert answer.json()["email"] == EMAIL, "the browser did not even ask"

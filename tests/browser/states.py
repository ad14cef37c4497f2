"""Every state a page can be in, and how a visitor gets there in any language, without script."""

import re
import time
from collections.abc import Callable
from unittest import mock
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from config import SANDBOX_API_KEY
from latchkey.apps import SignedLinks
from latchkey.infra.marks import UsedMarks
from tests.conftest import LINK_KEY
from tests.pages import Visitor

ENTRY = "Connect your mailbox"
CHOOSER = "Choose your mail provider"
FORM = "Sign in to example.com"
DONE = "Your mailbox is connected"

EWS = "someone@exchange.example.com"
UNKNOWN = "someone@nobody-knows.test"
LONG_ADDRESS = "long" + "g" * 60 + "@" + ".".join(["d" * 61, "e" * 61, "f" * 58]) + ".test"


def enter(page: Page, email: str) -> None:
    """Go through the e-mail step."""
    page.goto("/")
    _give(page, email)


def _give(page: Page, email: str) -> None:
    page.locator("#email").fill(email)
    lead_on(page)


def lead_on(page: Page) -> None:
    """Press the button that leads on, in any language."""
    page.locator("form button.primary").click()


def password(page: Page) -> Locator:
    """The box for the password."""
    return page.locator("#password")


def send(page: Page, text: str = "secret") -> None:
    """Type the password and send the form."""
    password(page).fill(text)
    lead_on(page)


def sign_in(page: Page, email: str, text: str = "secret") -> None:
    """Go the whole way with a provider that takes a password."""
    enter(page, email)
    send(page, text)


def unfold(page: Page) -> None:
    """Open the server settings."""
    page.locator("form summary").click()


def choose(page: Page, provider: str) -> None:
    """Get to a provider's page by the chooser."""
    enter(page, UNKNOWN)
    page.get_by_role("link", name=provider).click()


def _entry(page: Page) -> None:
    page.goto("/")


def _sandbox_code(page: Page) -> None:
    page.goto("/sandbox-code")


def _preview(page: Page) -> None:
    page.goto("/preview")


def _start_again(page: Page) -> None:
    page.goto("/")
    page.context.clear_cookies()
    _give(page, "someone@example.com")
    expect(page.get_by_role("alert")).to_be_visible()


def _imap_open(page: Page) -> None:
    enter(page, "someone@example.com")
    unfold(page)


def _host_refused(page: Page) -> None:
    enter(page, "someone@example.com")
    unfold(page)
    page.locator("#imap_host").fill("imap.somewhere-else.test")
    send(page)


def _for_app(page: Page, **more: str) -> None:
    """Come from an app, as its own address asks for it."""
    asked = {
        "client_id": "sandbox-application",
        "redirect_uri": "http://localhost:5000/callback",
        "response_type": "code",
        **more,
    }
    page.goto(f"/v3/connect/auth?{urlencode(asked)}")


def _app_connected(page: Page) -> None:
    _for_app(page, login_hint="someone@example.com", provider="imap")
    send(page)


def _app_outage(page: Page) -> None:
    _for_app(page, login_hint="internal@example.com", provider="imap")
    send(page)


def _pinned(page: Page) -> None:
    link = SignedLinks((LINK_KEY,), UsedMarks(None)).make("someone@example.com", seconds=60)
    page.goto(f"/?link={link}")


def _link_broken(page: Page) -> None:
    page.goto("/?link=abc")


def _languages(page: Page) -> None:
    page.goto("/languages?to=/")


def _not_found(page: Page) -> None:
    page.goto("/no-such-page")


def _approved(page: Page) -> None:
    page.goto("/oauth/microsoft/callback?admin_consent=True&state=x")


def _limited(page: Page) -> None:
    sign_in(page, "wrong-password@example.com")
    expect(page.get_by_role("alert")).to_be_visible()
    send(page)


def _trouble(page: Page) -> None:
    page.goto("/")
    for number in range(20):
        visitor = Visitor.at(page.url)
        visitor.client.headers["X-Forwarded-For"] = f"127.0.1.{number}"
        visitor.sign_in("unreachable@icloud.com")
    enter(page, "someone@icloud.com")
    expect(page.locator("main .note[role=status]")).to_be_visible()


def _was_connected(page: Page) -> None:
    sign_in(page, "someone@example.com")
    page.wait_for_url("**/connected*")
    later = time.time() + 45 * 60
    # The server is in this process, so its clock is the one that is set.
    with mock.patch("time.time", return_value=later):
        page.reload()


# The start of the title, and the way there.
def _passwordless(page: Page) -> None:
    enter(page, "someone@microsoft.company.example")
    page.locator("main a[href^='/providers']").click()
    page.locator("main a[href^='/connect/ews']").click()


def _oauth_admin(page: Page) -> None:
    enter(page, "someone@outlook.com")
    start = page.locator("main a[href*='/start']").get_attribute("href")
    away = page.context.request.get(str(start), max_redirects=0).headers["location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    refusal = {"error": "access_denied", "error_description": "AADSTS90094:", "state": state}
    page.goto(f"/oauth/microsoft/callback?{urlencode(refusal)}")


def _oauth_over(page: Page) -> None:
    page.goto("/oauth/zoom/callback?code=1")


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "entry": (ENTRY, _entry),
    "entry-error": (f"Error: {ENTRY}", lambda page: enter(page, "someone@")),
    "entry-start-again": (ENTRY, _start_again),
    "typing-slip": ("Did you mean gmail.com?", lambda page: enter(page, "someone@gmial.com")),
    "chooser": (CHOOSER, lambda page: enter(page, UNKNOWN)),
    "chooser-long": (CHOOSER, lambda page: enter(page, LONG_ADDRESS)),
    "imap": (FORM, lambda page: enter(page, "someone@example.com")),
    "imap-open": (FORM, _imap_open),
    "imap-known": ("Sign in to Yahoo! Mail", lambda page: enter(page, "someone@yahoo.com")),
    "imap-no-password": (f"Error: {FORM}", lambda page: sign_in(page, "someone@example.com", "")),
    "imap-wrong-password": (
        f"Error: {FORM}", lambda page: sign_in(page, "wrong-password@example.com"),
    ),
    "imap-known-wrong-password": (
        "Error: Sign in to Yahoo! Mail", lambda page: sign_in(page, "wrong-password@yahoo.com"),
    ),
    "imap-no-app-password": (
        "Error: Sign in to Yahoo! Mail", lambda page: sign_in(page, "someone@yahoo.com"),
    ),
    "imap-unreachable": (f"Error: {FORM}", lambda page: sign_in(page, "unreachable@example.com")),
    "imap-host-refused": (f"Error: {FORM}", _host_refused),
    "imap-rejected": (f"Error: {FORM}", lambda page: sign_in(page, "rejected@example.com")),
    "icloud": ("Sign in to Apple iCloud", lambda page: enter(page, "someone@icloud.com")),
    "icloud-unreachable": (
        "Error: Sign in to Apple iCloud", lambda page: sign_in(page, "unreachable@icloud.com"),
    ),
    "ews": ("Sign in to exchange.example.com", lambda page: enter(page, EWS)),
    "trouble": ("Sign in to Apple iCloud", _trouble),
    "oauth": ("Continue with Google", lambda page: enter(page, "someone@gmail.com")),
    "oauth-admin": ("Your administrator has to approve", _oauth_admin),
    "oauth-over": ("This sign-in is over", _oauth_over),
    "passwordless": ("Sign in to microsoft.company.example", _passwordless),
    "connected": (DONE, lambda page: sign_in(page, "someone@example.com")),
    "connected-other-address": (DONE, lambda page: sign_in(page, "other-address@example.com")),
    "problem-operator": (
        "Error: This page isn’t set up", lambda page: sign_in(page, "bad-key@example.com"),
    ),
    "problem-unknown": (
        "Error: We don’t know whether", lambda page: sign_in(page, "timeout@example.com"),
    ),
    "problem-rate-limited": (
        "Error: Too many sign-ins", lambda page: sign_in(page, "rate-limited@example.com"),
    ),
    "problem-outage": (
        "Error: The service isn’t", lambda page: sign_in(page, "internal@example.com"),
    ),
    "app-entry": (ENTRY, _for_app),
    "app-chooser": (CHOOSER, lambda page: _for_app(page, prompt="select_provider")),
    "app-oauth": ("Continue with Google", lambda page: _for_app(page, provider="google")),
    "app-connected": (DONE, _app_connected),
    "app-outage": ("Error: The service isn’t", _app_outage),
    "app-unknown": ("Error: The way back", lambda page: _for_app(page, client_id="another")),
    "pinned": (ENTRY, _pinned),
    "link-broken": ("Error: This link", _link_broken),
    "approved": ("Nothing more to do here", _approved),
    "limited": ("Error: A short pause", _limited),
    "was-connected": ("Your mailbox was connected", _was_connected),
    "not-configured": (
        "Google is not configured here", lambda page: enter(page, "someone@gmail.com"),
    ),
    "sandbox-code": ("Open the sandbox", _sandbox_code),
    "preview": ("Preview", _preview),
    "languages": ("Language", _languages),
    "not-found": ("Error: This page doesn’t exist", _not_found),
}  # fmt: skip

# The settings of a site that gets into the state; the usual ones for all others.
SETTINGS = {
    "trouble": {"TRUSTED_PROXIES": "1"},
    "limited": {"LIMITS": "mailbox=1/5m"},
    "sandbox-code": {"SANDBOX_LAN": "true"},
    "preview": {"PREVIEW": "true"},
    "not-configured": {"NYLAS_API_KEY": SANDBOX_API_KEY},
}
# A state in which each template of a page is shown.
SHOWN = {
    "approved.html": "approved",
    "chooser.html": "chooser",
    "connected.html": "connected",
    "credentials.html": "imap",
    "entry.html": "entry",
    "languages.html": "languages",
    "limited.html": "limited",
    "not_configured.html": "not-configured",
    "oauth.html": "oauth",
    "preview.html": "preview",
    "problem.html": "problem-outage",
    "sandbox_code.html": "sandbox-code",
    "typing_slip.html": "typing-slip",
    "was_connected.html": "was-connected",
}


def reach(page: Page, state: str) -> None:
    """Bring the page into a state of the table."""
    title, go = STATES[state]
    go(page)
    expect(page).to_have_title(re.compile(f"^{re.escape(title)}"))
    page.wait_for_load_state()

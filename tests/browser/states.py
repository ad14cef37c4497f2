"""Every state a page can be in, and how a visitor gets there in any language, without script."""

import re
import time
from collections.abc import Callable
from functools import partial
from unittest import mock
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from config import SANDBOX_API_KEY
from latchkey.apps import SignedLinks
from latchkey.infra.marks import UsedMarks
from latchkey.sandbox import OUTCOMES
from latchkey.web.preview import State, make_states
from tests.conftest import LINK_KEY
from tests.pages import Visitor

ENTRY = "Connect your mailbox"
CHOOSER = "Choose your mail provider"
FORM = "Sign in to example.com"
DONE = "Your mailbox is connected"

EWS = "someone@exchange.example.com"
UNKNOWN = "someone@nobody-knows.test"


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


def _sandbox_code(page: Page) -> None:
    page.goto("/sandbox-code")


def _preview(page: Page) -> None:
    page.goto("/preview")


def _preview_frame(page: Page) -> None:
    page.goto("/preview/imap/320")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()


def _start_again(page: Page) -> None:
    page.goto("/")
    page.context.clear_cookies()
    _give(page, "someone@example.com")
    expect(page.get_by_role("alert")).to_be_visible()


def _imap_open(page: Page) -> None:
    enter(page, "someone@example.com")
    unfold(page)


def _pinned(page: Page) -> None:
    link = SignedLinks((LINK_KEY,), UsedMarks(None)).make("someone@example.com", seconds=60)
    page.goto(f"/?link={link}")


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


def walk(page: Page, state: State) -> None:
    """Go to a state of the gallery's list, as a person does."""
    page.goto(state.path)
    for typed in state.forms:
        for name, text in typed.items():
            box = page.locator(f"form [name={name}]:not([hidden])")
            box.wait_for(state="attached")
            if not box.is_visible():
                unfold(page)
            box.fill(text)
        lead_on(page)


# States of the gallery's list, and how the titles of their pages start.
TITLES = {
    "entry": ENTRY,
    "entry-error": f"Error: {ENTRY}",
    "typing-slip": "Did you mean gmail.com?",
    "chooser": CHOOSER,
    "chooser-long": CHOOSER,
    "imap": FORM,
    "imap-known": "Sign in to Yahoo! Mail",
    "icloud": "Sign in to Apple iCloud",
    "ews": "Sign in to exchange.example.com",
    "no-password": f"Error: {FORM}",
    "no-app-password": "Error: Sign in to Yahoo! Mail",
    "imap-known-wrong-password": "Error: Sign in to Yahoo! Mail",
    "icloud-unreachable": "Error: Sign in to Apple iCloud",
    "host-refused": f"Error: {FORM}",
    "oauth-google": "Continue with Google",
    "oauth-over": "This sign-in is over",
    "connected": DONE,
    "ending-wrong-password": f"Error: {FORM}",
    "ending-unreachable": f"Error: {FORM}",
    "ending-rejected": f"Error: {FORM}",
    "ending-other-address": DONE,
    "ending-bad-key": "Error: This page isn’t set up",
    "ending-timeout": "Error: We don’t know whether",
    "ending-rate-limited": "Error: Too many sign-ins",
    "ending-internal": "Error: The service isn’t",
    "app-entry": ENTRY,
    "app-chooser": CHOOSER,
    "app-oauth": "Continue with Google",
    "app-connected": DONE,
    "app-outage": "Error: The service isn’t",
    "app-unknown": "Error: The way back",
    "link-broken": "Error: This link",
    "approved": "Nothing more to do here",
    "languages": "Language",
    "not-found": "Error: This page doesn’t exist",
}
GALLERY = make_states((one.name, one.shows) for one in OUTCOMES if one.call == "connect")
# Those that need more than forms: settings, a clock, a link, a script or cookies that are gone.
OTHERS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "entry-start-again": (ENTRY, _start_again),
    "imap-open": (FORM, _imap_open),
    "trouble": ("Sign in to Apple iCloud", _trouble),
    "oauth-admin": ("Your administrator has to approve", _oauth_admin),
    "passwordless": ("Sign in to microsoft.company.example", _passwordless),
    "pinned": (ENTRY, _pinned),
    "limited": ("Error: A short pause", _limited),
    "was-connected": ("Your mailbox was connected", _was_connected),
    "not-configured": (
        "Google is not configured here",
        partial(walk, state=GALLERY["oauth-google"]),
    ),
    "sandbox-code": ("Open the sandbox", _sandbox_code),
    "preview": ("Preview", _preview),
    "preview-frame": ("imap, 320 pixels", _preview_frame),
}
STATES = {key: (title, partial(walk, state=GALLERY[key])) for key, title in TITLES.items()} | OTHERS

# The settings of a site that gets into the state; the usual ones for all others.
SETTINGS = {
    "trouble": {"TRUSTED_PROXIES": "1"},
    "limited": {"LIMITS": "mailbox=1/5m"},
    "sandbox-code": {"SANDBOX_LAN": "true"},
    "preview": {"PREVIEW": "true"},
    "preview-frame": {"PREVIEW": "true"},
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
    "oauth.html": "oauth-google",
    "preview.html": "preview",
    "preview_frame.html": "preview-frame",
    "problem.html": "ending-internal",
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

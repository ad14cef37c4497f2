"""A phone that ends the tab while a sign-in is under way, and comes back to the form."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app import create_app
from latchkey.problems.nylas import OUTCOME_UNKNOWN
from latchkey.web.lost_answer import SOONEST_SECONDS, WORDS, Lost
from tests.conftest import KEY, make_settings
from tests.grants import Grants
from tests.pages import Page, Visitor

EMAIL = "someone@company.example"


class Held(httpx.BaseTransport):
    """Nylas that answers a sign-in only when it may."""

    def __init__(self, grants: Grants) -> None:
        self.grants = grants
        self.asked, self.may = threading.Event(), threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/connect/custom"):
            self.asked.set()
            assert self.may.wait(20)
        return self.grants.transport().handle_request(request)


class Phone:
    """Sends the form of a sign-in, and gets no answer to it."""

    def __init__(self, held: Held) -> None:
        settings = make_settings(NYLAS_API_KEY=KEY, ALLOW_ANY_MAIL_HOST="true")
        self.app = create_app(settings, transport=held)
        self.visitor = Visitor.inside(self.app)
        self.form = self.visitor.enter(EMAIL)
        self.held = held

    def send(self) -> httpx.Response:
        """Send the form from a tab that is gone when the answer comes: no cookie is kept."""
        tab = Visitor.inside(self.app)
        tab.client.cookies = httpx.Cookies(self.visitor.client.cookies)
        servers = {name: f"{name[:4]}.company.example" for name in ("imap_host", "smtp_host")}
        typed = {"password": "secret", **servers}
        return tab.client.post(self.form.action(), data=self.form.fields() | typed)

    def comes_back(self) -> Page:
        time.sleep(SOONEST_SECONDS)
        return self.visitor.get(self.form.action())


@pytest.fixture
def phone() -> Iterator[Phone]:
    held = Held(Grants())
    yield Phone(held)
    held.may.set()


def test_while_it_runs_the_form_says_so_and_then_the_mailbox_is_connected(phone: Phone) -> None:
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(phone.send)
        assert phone.held.asked.wait(20)
        assert WORDS[Lost.UNDER_WAY][0] in phone.comes_back().text
        phone.held.may.set()
        assert sent.result().status_code == 303
    page = phone.comes_back()
    assert page.heading == "Your mailbox is connected"
    assert EMAIL in page.text
    assert len(phone.held.grants.sent) == 1


def test_a_try_that_failed_meanwhile_is_told(phone: Phone) -> None:
    phone.held.may.set()
    phone.held.grants.broken = lambda: httpx.Response(
        401, json={"error": {"type": "provider.authentication_error", "message": "Login failed"}}
    )
    phone.held.grants.makes = False
    assert phone.send().status_code >= 400
    assert WORDS[Lost.FAILED][0] in phone.comes_back().text


def test_what_is_not_known_is_not_told_as_a_failure(phone: Phone) -> None:
    phone.held.may.set()
    phone.held.grants.broken = lambda: httpx.Response(503)
    phone.held.grants.makes = False
    assert phone.send().status_code == 504
    page = phone.comes_back()
    assert f"<title>{OUTCOME_UNKNOWN.title} – Sign in to" in page.html
    assert OUTCOME_UNKNOWN.text % {"company": "Latchkey"} in page.text
    assert WORDS[Lost.FAILED][0] not in page.text


def test_a_crash_is_not_told_as_a_failure(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.held.may.set()
    monkeypatch.setattr("latchkey.web.pages.credentials.end_password", lambda *_: 1 / 0)
    assert phone.send().status_code == 500
    assert WORDS[Lost.UNKNOWN][0] in phone.comes_back().text


def test_nothing_is_told_of_a_form_that_was_not_sent(phone: Phone) -> None:
    text = phone.comes_back().text
    assert not [title for title, _ in WORDS.values() if title in text]


def test_nothing_is_told_twice_of_a_failure_that_was_shown(phone: Phone) -> None:
    phone.held.may.set()
    phone.held.grants.broken = lambda: httpx.Response(503)
    phone.held.grants.makes = False
    phone.visitor.submit(phone.form, password="secret", imap_host="imap.company.example",
                         smtp_host="smtp.company.example")  # fmt: skip
    assert WORDS[Lost.FAILED][0] not in phone.comes_back().text


def test_another_browser_learns_nothing(phone: Phone) -> None:
    phone.held.may.set()
    assert phone.send().status_code == 303
    stranger = Phone(phone.held)
    assert stranger.comes_back().heading == stranger.form.heading


def test_what_another_version_kept_is_no_answer(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.held.may.set()
    assert phone.send().status_code == 303
    store = phone.app.extensions["services"].store
    get = store.latest
    for kept in ("of a later version", {"grant_id": "g-1"}):

        def other(key: str, kept: object = kept) -> Any:
            return kept if key.startswith("answer:") else get(key)

        monkeypatch.setattr(store, "latest", other)
        page = phone.comes_back()
        assert page.url.path == "/connect/imap"
        assert all(words[0] not in page.text for words in WORDS.values())

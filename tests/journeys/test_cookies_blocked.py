"""Where a browser keeps no cookies, people are told so, and the app that sent them is not lost."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from flask import Flask

from app import create_app
from latchkey.apps import SignedLinks
from latchkey.infra.marks import UsedMarks
from tests.conftest import LINK_KEY, Clock, make_settings
from tests.pages import Page, Visitor

BACK = "https://app.example/back"
ASKED = {
    "client_id": "sandbox-application",
    "redirect_uri": BACK,
    "response_type": "code",
    "state": "the app's own",
}
TOLD = "Please allow cookies"


class Forgetful(httpx.Cookies):
    """Cookies that are never kept."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Keep nothing of ``response``."""


@pytest.fixture
def app() -> Flask:
    return create_app(make_settings(RETURN_URIS=BACK))


@pytest.fixture
def blocked(app: Flask) -> Visitor:
    """Somebody whose browser blocks cookies."""
    visitor = Visitor.inside(app)
    visitor.client._cookies = Forgetful()
    return visitor


def arrive(visitor: Visitor, **more: str) -> Page:
    return visitor.get(f"/v3/connect/auth?{urlencode(ASKED | more)}")


def allow_cookies(visitor: Visitor) -> None:
    visitor.client._cookies = httpx.Cookies()


def answer_to_app(visitor: Visitor, link: str) -> dict[str, list[str]]:
    address = visitor.client.get(link).headers["location"]
    assert address.startswith(f"{BACK}?")
    return parse_qs(urlsplit(address).query)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"prompt": "select_provider"},
        {"provider": "google"},
        {"provider": "imap", "login_hint": "someone@example.com"},
    ],
)
def test_who_comes_from_an_app_is_told_at_once_and_can_go_back(
    blocked: Visitor, more: dict[str, str]
) -> None:
    page = arrive(blocked, **more)
    assert TOLD in page.text
    query = answer_to_app(blocked, page.links["Cancel and go back to Latchkey"])
    assert query["error"] == ["access_denied"]
    assert query["state"] == ["the app's own"]


def test_however_often_the_form_is_sent_the_app_is_not_lost(blocked: Visitor) -> None:
    page = arrive(blocked)
    for _ in range(3):
        page = blocked.submit(page, email="someone@example.com")
        assert (page.status, TOLD in page.text) == (400, True)
        assert page.fields()["email"] == "someone@example.com"
    assert answer_to_app(blocked, page.links["Cancel and go back to Latchkey"])["state"]


def test_once_cookies_are_allowed_the_sign_in_goes_on_for_the_app(blocked: Visitor) -> None:
    page = blocked.submit(arrive(blocked), email="someone@example.com")
    allow_cookies(blocked)
    page = blocked.submit(page)
    page = blocked.submit(page)
    assert page.heading == "Sign in to example.com"
    page = blocked.submit(page, password="secret")
    query = answer_to_app(blocked, page.links["Continue to Latchkey"])
    assert query["state"] == ["the app's own"]
    assert query["code"]


def test_a_reload_with_cookies_allowed_is_enough(blocked: Visitor) -> None:
    page = arrive(blocked)
    allow_cookies(blocked)
    page = blocked.get(str(page.url))
    page = blocked.submit(blocked.get(str(page.url)), email="someone@example.com")
    assert page.heading == "Sign in to example.com"
    assert "/return" in page.links["Cancel and go back to Latchkey"]


def test_a_signed_link_is_not_lost_either(blocked: Visitor) -> None:
    link = SignedLinks((LINK_KEY,), UsedMarks(None)).make("pinned@example.com", seconds=600)
    page = blocked.get(f"/?link={link}")
    assert TOLD in page.text
    assert "pinned@example.com" in page.text
    allow_cookies(blocked)
    page = blocked.submit(blocked.submit(page))
    assert page.heading == "Sign in to example.com"
    assert "pinned@example.com" in page.text


@pytest.mark.parametrize("more", [{}, {"provider": "imap", "login_hint": "someone@example.com"}])
def test_a_first_visit_with_cookies_ends_at_an_address_without_it(
    app: Flask, more: dict[str, str]
) -> None:
    page = arrive(Visitor.inside(app), **more)
    assert set(page.url.params) == {"s"}
    assert "sent" not in page.fields()


def test_with_cookies_nothing_travels_in_addresses(app: Flask) -> None:
    visitor = Visitor.inside(app)
    visitor.get("/")
    page = arrive(visitor)
    assert "sent=" not in str(page.url)
    assert "sent=" not in page.links["Cancel and go back to Latchkey"]


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "", lambda text: "é" * 9])
def test_what_was_not_sealed_here_brings_nobody_anywhere(
    blocked: Visitor, change: Callable[[str], str]
) -> None:
    page = arrive(blocked)
    link = page.links["Cancel and go back to Latchkey"]
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    query["sent"] = change(query["sent"])
    answer = blocked.get(f"{parts.path}?{urlencode(query)}")
    assert TOLD in answer.text
    assert "Cancel and go back" not in answer.text


def test_what_is_carried_ends_with_the_sign_in(blocked: Visitor, wait: Clock) -> None:
    page = arrive(blocked)
    link = page.links["Cancel and go back to Latchkey"]
    wait(2 * 60 * 60 + 60)
    assert TOLD in blocked.get(link).text


@pytest.mark.parametrize("path", ["/", "/providers", "/connect/imap"])
@pytest.mark.parametrize(
    "query",
    ["key=a", "endpoint=a", "_method=POST", "_scheme=a", "_external=1", "_anchor=a", "a=1&a=2"],
)
def test_what_else_is_in_the_address_stays_there_whatever_its_name(
    app: Flask, path: str, query: str
) -> None:
    visitor = Visitor.inside(app)
    sign_in = visitor.enter("someone@example.com").url.params["s"]
    answer = visitor.client.get(f"{path}?s={sign_in}&sent=a&{query}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{path}?s={sign_in}&{query}"

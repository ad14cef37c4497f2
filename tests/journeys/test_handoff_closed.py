"""A page that only people with a link come into (``LINK_REQUIRED``)."""

import pytest

from app import create_app
from latchkey.web.flow import IDLE_SECONDS
from tests.calling import CallingApp
from tests.conftest import Clock, make_settings
from tests.journeys.test_handoff_links import DONE, EMAIL, FIRST, PAGE, link_for, opened
from tests.latchkey.web.flow.test_flow import again
from tests.pages import Page, Visitor

CLOSED = create_app(make_settings(LINK_REQUIRED="true"))
NEEDED = "You need a personal link"


@pytest.mark.parametrize(
    "url",
    ["/", "/?s=unknown1", "/?login_hint=someone@example.com", "/?response_type=code",
     "/providers", "/connect/imap", "/connected", "/oauth/google", "/return"],
)  # fmt: skip
def test_nobody_else_sees_a_form(url: str) -> None:
    page = Visitor.inside(CLOSED).get(url)
    assert (page.status, page.heading) == (403, NEEDED)
    assert page.tree.find(".//form") is None


def test_nobody_else_sends_a_form() -> None:
    visitor = Visitor.inside(CLOSED)
    elsewhere = Visitor.inside(PAGE)
    form = elsewhere.get("/").fields() | {"email": EMAIL}
    visitor.client.cookies = elsewhere.client.cookies
    for data in (form, {**form, "csrf_token": ""}):
        for url in ("/", "/connect/imap", "/?s=unknown1"):
            page = Page(visitor.client.post(url, data=data))
            assert (page.status, page.heading) == (403, NEEDED)
            assert page.tree.find(".//form") is None


def test_an_app_hears_that_a_link_is_needed() -> None:
    app = CallingApp(CLOSED)
    _, page = app.send(state="s")
    assert (page.status, page.heading) == (403, NEEDED)
    assert "error=access_denied" in page.leading(app.redirect_uri)


def test_a_link_opens_every_page() -> None:
    visitor, page = opened(link_for(), CLOSED)
    page = visitor.submit(page)
    assert visitor.get(again(page)).heading == "Sign in to example.com"
    assert visitor.get(page.leading("/providers")).status == 200
    assert visitor.submit(page, password="secret").heading == DONE


def test_somebody_with_a_link_who_took_too_long_goes_on(wait: Clock) -> None:
    visitor, page = opened(link_for(seconds=24 * 3600), CLOSED)
    page = visitor.submit(page)
    wait(IDLE_SECONDS + 1)
    over = visitor.submit(page, password="secret")
    assert (over.status, over.heading) == (400, FIRST)
    assert visitor.submit(visitor.submit(over), password="secret").heading == DONE


def test_apps_get_their_answers_all_the_same() -> None:
    client = Visitor.inside(CLOSED).client
    assert client.get("/healthz").status_code == 200
    assert client.get("/.well-known/jwks.json").status_code == 200
    assert client.post("/v3/connect/token", json={}).status_code == 400

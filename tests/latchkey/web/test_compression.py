"""Which pages are compressed: those that hold no secret to guess (BREACH)."""

import pytest
from flask import Flask

from app import create_app
from tests.conftest import make_settings
from tests.pages import Page, Visitor

ZIPS = {"Accept-Encoding": "gzip"}


@pytest.fixture
def app() -> Flask:
    return create_app(make_settings())


def is_compressed(page: Page) -> bool:
    return "Content-Encoding" in page.response.headers


def test_a_page_with_a_token_is_sent_as_it_is(app: Flask) -> None:
    answer = app.test_client().get("/", headers=ZIPS)
    assert "csrf_token" in answer.text
    assert "Content-Encoding" not in answer.headers


def test_a_form_and_its_answer_are_sent_as_they_are(visitor: Visitor) -> None:
    form = visitor.enter("someone@example.com")
    refused = visitor.submit(form, password="")
    assert refused.status == 422
    assert not is_compressed(form)
    assert not is_compressed(refused)


REPEATED_ELSEWHERE = ("again", "login_hint", "link", "admin_consent", "state", "error", "theme")


def test_the_confirmation_is_compressed_and_repeats_nothing_of_a_request(visitor: Visitor) -> None:
    done = visitor.sign_in("someone@example.com")
    assert is_compressed(done)
    assert "csrf_token" not in done.html
    query = "&".join(f"{name}=gu3ss" for name in (*REPEATED_ELSEWHERE, "x", "stay"))
    asked = visitor.get(f"{done.url}&{query}")
    assert asked.heading == done.heading
    assert "gu3ss" not in asked.html
    assert asked.html == done.html


def test_a_client_that_takes_no_gzip_gets_none(visitor: Visitor) -> None:
    done = visitor.sign_in("someone@example.com")
    visitor.client.headers["Accept-Encoding"] = "br, gzip;q=0"
    assert not is_compressed(visitor.get(str(done.url)))

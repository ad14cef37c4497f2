"""Which pages are compressed: those that hold no secret to guess (BREACH)."""

import gzip

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


def test_a_page_asked_for_without_cookies_is_compressed(app: Flask) -> None:
    answer = app.test_client().get("/", headers=ZIPS)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert "csrf_token" in gzip.decompress(answer.data).decode()


@pytest.mark.parametrize("takes", [{}, {"Accept-Encoding": "br, gzip;q=0"}])
def test_a_client_that_takes_no_gzip_gets_none(app: Flask, takes: dict[str, str]) -> None:
    answer = app.test_client().get("/", headers=takes)
    assert "Content-Encoding" not in answer.headers
    assert "csrf_token" in answer.text


def test_its_token_is_made_for_this_one_answer(app: Flask) -> None:
    tokens = {Visitor.inside(app).get("/").fields()["csrf_token"].partition(".")[0] for _ in "ab"}
    assert len(tokens) == 2


@pytest.mark.parametrize("cookie", ["signin=x", "other=1", "broken"])
def test_with_any_cookie_a_page_with_a_token_is_sent_as_it_is(app: Flask, cookie: str) -> None:
    answer = app.test_client(use_cookies=False).get("/", headers=ZIPS | {"Cookie": cookie})
    assert "Content-Encoding" not in answer.headers


def test_a_form_and_its_answer_are_sent_as_they_are(visitor: Visitor) -> None:
    form = visitor.enter("someone@example.com")
    refused = visitor.submit(form, password="")
    assert refused.status == 422
    assert not is_compressed(form)
    assert not is_compressed(refused)
    without_cookie = visitor.client.build_request("POST", "/", data=form.fields())
    del without_cookie.headers["Cookie"]
    assert "Content-Encoding" not in visitor.client.send(without_cookie).headers


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

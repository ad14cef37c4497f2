"""Every address of the page, with methods and forms that it does not expect."""

import re
from functools import cache
from typing import Any

import pytest
from flask import Flask

from app import create_app
from latchkey.web.pages import FOR_APPS
from tests.conftest import make_settings
from tests.pages import Page, Visitor

# None of them belongs to a page, and the last is none at all.
ODD_METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "QUERY", "GETPOST")
VALUES = {"key": "imap", "name": "logo.svg", "filename": "css/app.css"}


@cache
def sandbox_app() -> Flask:
    return create_app(make_settings())


def rules_of(method: str) -> list[str]:
    """Addresses that take the method, apart from those of apps, whose bodies tell who they are."""
    return sorted(
        re.sub(r"<(?:path:)?(\w+)>", lambda part: VALUES[part[1]], rule.rule)
        for rule in sandbox_app().url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint not in FOR_APPS
    )


@pytest.mark.parametrize("method", ODD_METHODS)
@pytest.mark.parametrize("path", sorted({*rules_of("GET"), "/v3/connect/token"}))
def test_no_address_takes_a_method_that_it_does_not_name(path: str, method: str) -> None:
    body = b"email=someone%40example.com"
    sent: Any = {"data": body, "environ_overrides": {"REQUEST_METHOD": method}}
    with sandbox_app().test_client().open(path, **sent) as answer:
        assert answer.status_code in (400, 404, 405)
        if answer.status_code == 405:
            assert method not in answer.headers["Allow"].split(", ")
        assert b"someone" not in answer.data
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", rules_of("POST"))
@pytest.mark.parametrize("token", [None, "", "forged", "of another session"])
def test_no_form_is_taken_without_the_token_of_its_session(path: str, token: str | None) -> None:
    visitor = Visitor.inside(sandbox_app())
    page = visitor.enter("someone@example.com")
    fields = page.fields() | {"password": "secret", "email": "someone@example.com"}
    del fields["csrf_token"]
    if token == "of another session":
        fields["csrf_token"] = Visitor.inside(sandbox_app()).get("/").fields()["csrf_token"]
    elif token is not None:
        fields["csrf_token"] = token
    answer = visitor.client.post(f"{path}?s={page.url.params['s']}", data=fields)
    assert answer.status_code in (400, 404), "only the sandbox on a phone has /sandbox-code"
    assert "secret" not in answer.text
    assert visitor.get("/connected").heading == "Connect your mailbox"


def test_such_forms_are_taken_with_their_token() -> None:
    """Without this, the test above might see refusals for another reason."""
    visitor = Visitor.inside(sandbox_app())
    page = visitor.enter("someone@example.com")
    assert visitor.submit(page, password="secret").heading == "Your mailbox is connected"


@pytest.mark.parametrize("path", rules_of("GET"))
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_connects_nothing(path: str, method: str) -> None:
    visitor = Visitor.inside(sandbox_app())
    page = visitor.enter("someone@example.com")
    query = {"s": page.url.params["s"], "password": "secret", "email": "someone@example.com"}
    answer = visitor.client.request(method, path, params=query)
    assert answer.status_code < 500
    assert visitor.get("/connected").heading == "Connect your mailbox"
    again = Page(visitor.client.get(str(page.url)))
    assert again.heading == page.heading

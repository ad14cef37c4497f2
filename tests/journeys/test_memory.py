"""What a request held goes when it ends, and not at the next run of the garbage collector."""

import gc
from collections.abc import Callable, Mapping
from functools import partial

import httpx
import pytest
from flask import Request

from app import create_app
from latchkey.infra.cached_answer import CachedAnswer
from latchkey.sandbox import create_sandbox
from latchkey.web.forms import CredentialsForm
from tests.conftest import KEY, make_settings
from tests.pages import Visitor

PEOPLE = ["someone", "wrong-password", "unreachable", "rate-limited", "outage", "broken-json"]


def held() -> int:
    """How many requests and forms, in which a password may be, are there."""
    return sum(isinstance(found, Request | CredentialsForm) for found in gc.get_objects())


@pytest.mark.parametrize("name", PEOPLE)
def test_no_request_and_no_form_outlives_its_answer(
    visit: Callable[..., Visitor], name: str
) -> None:
    visitor = visit()
    page = visitor.enter(f"{name}@example.com")
    fields = page.fields() | {"password": "a canary"}
    visitor.client.post(page.action(), data=fields)
    gc.collect()
    gc.disable()
    try:
        before = held()
        page = visitor.enter(f"{name}@example.com")
        fields = page.fields() | {"password": "another canary"}
        visitor.client.post(page.action(), data=fields)
        assert held() == before
    finally:
        gc.enable()


Failure = Callable[[], httpx.Response]


class Nylas(httpx.BaseTransport):
    """The sandbox, until it fails in one way.

    :ivar failing: makes what a path brings: an answer, or an error to raise.
    """

    def __init__(self) -> None:
        self.failing: Mapping[str, Failure] = {}
        self._sandbox = httpx.WSGITransport(app=create_sandbox(api_key=KEY))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        make = self.failing.get(request.url.path)
        if make is None:
            return self._sandbox.handle_request(request)
        return make()


def raising(kind: type[Exception]) -> Failure:
    """A failure that is an error, each time another one."""

    def fail() -> httpx.Response:
        raise kind("")

    return fail


CONNECT, CONNECTORS = "/v3/connect/custom", "/v3/connectors"
REFUSED = {"error": {"type": "token.unauthorized_access"}}
FAILING: dict[str, tuple[int, str, Failure]] = {
    "no answer": (504, CONNECT, raising(httpx.ReadTimeout)),
    "no connection": (503, CONNECT, raising(httpx.ConnectError)),
    "a fault of the program": (500, CONNECT, raising(RuntimeError)),
    "the key is refused": (503, CONNECTORS, partial(httpx.Response, 401, json=REFUSED)),
}


@pytest.mark.parametrize(("status", "path", "failure"), FAILING.values(), ids=FAILING)
def test_no_request_outlives_its_answer_when_nylas_fails(
    status: int, path: str, failure: Failure
) -> None:
    nylas = Nylas()
    visitor = Visitor.inside(create_app(make_settings(NYLAS_API_KEY=KEY), transport=nylas))
    page = visitor.enter("someone@example.com")
    nylas.failing = {path: failure}
    forget_answers()
    assert held_by(visitor, page.action(), page.fields()) == (status, 0)


def test_no_request_with_a_broken_token_outlives_its_answer(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.enter("someone@example.com")
    fields = page.fields() | {"csrf_token": "broken"}
    assert held_by(visitor, page.action(), fields) == (400, 0)


@pytest.mark.parametrize(("status", "path"), [(404, "/nowhere"), (405, "/connected")])
def test_no_form_that_is_sent_to_another_address_outlives_its_answer(
    visit: Callable[..., Visitor], status: int, path: str
) -> None:
    visitor = visit()
    page = visitor.enter("someone@example.com")
    assert held_by(visitor, path, page.fields()) == (status, 0)


def forget_answers() -> None:
    """Have all that was answered before asked for anew."""
    for found in gc.get_objects():
        if isinstance(found, CachedAnswer):
            found.invalidate()


def held_by(visitor: Visitor, action: str, fields: dict[str, str]) -> tuple[int, int]:
    """The status of the answer to a form, and how much more is held afterwards."""
    gc.collect()
    gc.disable()
    try:
        before = held()
        status = visitor.client.post(action, data=fields | {"password": "a canary"}).status_code
        return status, held() - before
    finally:
        gc.enable()

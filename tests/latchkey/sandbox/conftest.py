"""A sandbox to call, with the clock in the test's hand and waits too short to notice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from latchkey.sandbox import SANDBOX_KEY, create_sandbox
from tests.latchkey.sandbox.oauth_client import Browser


class Clock:
    """Unix time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An application's back end, calling its sandbox with the right key."""

    http: FlaskClient
    clock: Clock

    def send(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {SANDBOX_KEY}", **more.pop("headers", {})}
        return self.http.open("/v3" + path, method=method, headers=headers, **more)

    def detect(self, email: str, **query: str) -> TestResponse:
        query = {"email": email, **query}
        return self.send("POST", "/providers/detect", query_string=query)

    def connect(self, provider: str, settings: Any, **top: Any) -> TestResponse:
        body = {"provider": provider, "settings": settings, **top}
        return self.send("POST", "/connect/custom", json=body)

    def connect_imap(self, user: str, password: str = "right", **settings: Any) -> TestResponse:
        return self.connect("imap", {"imap_username": user, "imap_password": password, **settings})

    def exchange(self, form: Any = None, **body: Any) -> TestResponse:
        return self.http.post("/v3/connect/token", data=form, json=None if form else body)

    def tokeninfo(self, **query: Any) -> TestResponse:
        return self.http.get("/v3/connect/tokeninfo", query_string=query)

    def grants(self, email: str) -> list[Any]:
        answer = self.send("GET", "/grants", query_string={"email": email}).json
        assert answer is not None
        return list(answer["data"])


@pytest.fixture
def make_caller() -> Callable[..., Caller]:
    def make(**options: Any) -> Caller:
        clock = Clock()
        waits = {"slow_seconds": 0.01, "detect_slow_seconds": 0.01}
        sandbox = create_sandbox(clock=clock, **{**waits, **options})
        return Caller(http=sandbox.test_client(), clock=clock)

    return make


@pytest.fixture
def caller(make_caller: Callable[..., Caller]) -> Caller:
    return make_caller()


@pytest.fixture
def browse(make_caller: Callable[..., Any]) -> Callable[[str], Browser]:
    caller = make_caller()
    return lambda key: Browser(caller.http, key, caller.clock)

"""Browsers of many clients, and a Nylas that counts the passwords that reach it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from flask import Flask

from app import create_app
from latchkey.sandbox import create_sandbox
from tests.conftest import KEY, make_settings
from tests.pages import Page, Visitor


class CountingNylas:
    """The sandbox's Nylas, reached as if it was the real one.

    :ivar refuses: every password is wrong.
    """

    refuses = False

    def __init__(self) -> None:
        self.tries = 0
        self.detections = 0
        self.tokens = 0
        self._inner = httpx.WSGITransport(app=create_sandbox(api_key=KEY))
        self.transport = httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.tries += request.url.path == "/v3/connect/custom"
        self.tokens += request.url.path in ("/v3/connect/token", "/v3/connect/tokeninfo")
        self.detections += request.url.path == "/v3/providers/detect"
        if self.refuses and request.url.path == "/v3/connect/custom":
            content = json.loads(request.content)
            content["settings"]["imap_username"] = "wrong-password@example.com"
            headers = {"Authorization": request.headers["authorization"]}
            request = httpx.Request("POST", request.url, json=content, headers=headers)
        return self._inner.handle_request(request)


class Town:
    """One sign-in page, one Nylas, and clients by their addresses."""

    def __init__(self, **variables: str) -> None:
        self.nylas = CountingNylas()
        settings = make_settings(NYLAS_API_KEY=KEY, **{"LIMITS": "on", **variables})
        self.app: Flask = create_app(settings, transport=self.nylas.transport)

    def client(self, address: str = "203.0.113.1", **headers: str) -> Visitor:
        """A new browser at ``address``."""
        return browser_at(self.app, address, **headers)

    def guess(self, address: str, email: str, **typed: str) -> Page:
        """Try one password for ``email`` with a new browser at ``address``."""
        return self.client(address).sign_in(email, **{"password": "guess", **typed})


def browser_at(app: Flask, address: str, **headers: str) -> Visitor:
    """A new browser at ``address``."""
    transport = httpx.WSGITransport(app=app, remote_addr=address)
    return Visitor(httpx.Client(transport=transport, base_url="http://localhost", headers=headers))


def at_once(number: int, call: Callable[[int], Any]) -> list[Any]:
    """Do ``call`` so many times at the same moment."""
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(call, range(number)))

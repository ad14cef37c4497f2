"""A company's page, with a Nylas behind it that can be asked what it was sent."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest
from flask import Flask

from app import create_app
from config import SANDBOX_API_KEY
from tests.browser.nylas import Nylas
from tests.conftest import make_settings
from tests.pages import Visitor


class Line:
    """Leads from an app, which takes long to make, to the Nylas of the test that runs."""

    def __init__(self) -> None:
        self.nylas = Nylas()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        return self.nylas(environ, start_response)

    def app(self, **variables: str) -> Flask:
        settings = make_settings(NYLAS_API_KEY=SANDBOX_API_KEY, **variables)
        return create_app(settings, transport=httpx.WSGITransport(app=self))


@pytest.fixture(scope="session")
def line() -> Line:
    return Line()


@pytest.fixture(scope="session")
def usual_app(line: Line) -> Flask:
    return line.app()


@pytest.fixture
def nylas(line: Line) -> Nylas:
    """Nylas, without its waits, as the company of this test has it."""
    line.nylas = Nylas()
    return line.nylas


@pytest.fixture
def company(line: Line, nylas: Nylas, usual_app: Flask) -> Callable[..., Visitor]:
    """Makes somebody at the page of a company, not in the sandbox, with other settings."""

    def make(**variables: str) -> Visitor:
        return Visitor.inside(line.app(**variables) if variables else usual_app)

    return make

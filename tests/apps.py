"""Apps as a company runs them: with a key, and with a Nylas that answers inside the process."""

from functools import cache
from typing import Any

import httpx
from flask import Flask

from app import create_app
from latchkey.sandbox import create_sandbox
from tests.conftest import KEY, make_settings
from tests.pages import Visitor


@cache
def company(**variables: str) -> Flask:
    """The app of a company with these settings; several tests share it."""
    sandbox = create_sandbox(api_key=KEY)
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    return create_app(settings, transport=httpx.WSGITransport(app=sandbox))


def visitor_at(app: Any, url: str, **headers: str) -> Visitor:
    """Somebody who opened ``app``, a WSGI app, at ``url``."""
    transport = httpx.WSGITransport(app=app)
    return Visitor(httpx.Client(transport=transport, base_url=url, headers=headers))

"""Builds a sandbox: one Flask application with its own key, connectors, grants and quota."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from latchkey.sandbox import access, connect, detect, records
from latchkey.sandbox.answers import (
    ApiError,
    OAuthError,
    http_error_answer,
    oauth_error_answer,
    refusal_answer,
)
from latchkey.sandbox.catalogue import CALLBACK_URIS, CONNECTORS, Connector
from latchkey.sandbox.expiring_store import ExpiringStore
from latchkey.sandbox.oauth import pages, tokens
from latchkey.sandbox.oauth.state import OAuthState
from latchkey.sandbox.shapes import SHAPES, Shape
from latchkey.sandbox.state import ACCESS_SECONDS, DetectQuota, GrantStore, Sandbox, current_sandbox
from latchkey.sandbox.texts import SandboxTexts

SANDBOX_KEY = "sandbox"
"""The API key a sandbox accepts when none is chosen."""


def create_sandbox(
    *,
    api_key: str = SANDBOX_KEY,
    connectors: Iterable[str] = tuple(CONNECTORS),
    more_shapes: Mapping[str, Shape] = MappingProxyType({}),
    callback_uris: Iterable[str] = CALLBACK_URIS,
    slow_seconds: float = 6.0,
    detect_slow_seconds: float = 5.0,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return a small Nylas as a WSGI application, to be mounted in-process or served by a socket.

    :param connectors: the providers that the application has; ValueError for one unknown here.
    :param more_shapes: of providers that the sandbox does not know itself; each has a connector.
    :param callback_uris: where the application says that people may be sent back to.
    :param clock: gives Unix seconds.
    """
    app = Flask(__name__, static_folder=None)
    app.extensions["sandbox-oauth"] = OAuthState(clock)
    app.extensions["sandbox"] = Sandbox(
        api_key=api_key,
        connectors=_known(tuple(connectors)) | _connectors_of(more_shapes),
        shapes={**more_shapes, **SHAPES},
        callback_uris=tuple(callback_uris),
        slow_seconds=slow_seconds,
        detect_slow_seconds=detect_slow_seconds,
        **_timed(clock),
    )
    _answer_calls(app)
    return app


def set_page_texts(sandbox: Flask, page_texts: Callable[[], SandboxTexts]) -> None:
    """Have the sandbox's own pages in the language of the texts that a call in a request gives."""
    sandbox.extensions["page_texts"] = page_texts


def _known(connectors: tuple[str, ...]) -> dict[str, Connector]:
    if unknown := sorted(set(connectors) - set(CONNECTORS)):
        raise ValueError(f"no such connector in the sandbox: {', '.join(unknown)}")
    return {name: CONNECTORS[name] for name in connectors}


def _timed(clock: Callable[[], float]) -> dict[str, Any]:
    """The parts that forget by this clock."""
    return {
        "clock": clock,
        "grants": GrantStore(clock),
        "access_tokens": ExpiringStore(clock, ACCESS_SECONDS),
        "detect_quota": DetectQuota(clock),
    }


def _connectors_of(providers: Iterable[str]) -> dict[str, Connector]:
    return {key: Connector(provider=key) for key in providers}


def _answer_calls(app: Flask) -> None:
    set_page_texts(app, SandboxTexts)
    app.context_processor(_texts)
    # An exception must leave the application for a test address to break the connection.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.url_map.merge_slashes = False
    app.before_request(_number_request)
    app.after_request(_show_request_number)
    app.register_error_handler(ApiError, refusal_answer)
    app.register_error_handler(OAuthError, oauth_error_answer)
    app.register_error_handler(HTTPException, http_error_answer)
    app.register_blueprint(_api())
    # These come without a key in a header: it is in the body, or a browser asks, which has none.
    app.register_blueprint(access.bp, url_prefix="/v3")
    # Providers' sign-in pages: not a part of Nylas, so they need no key.
    for part in (pages.bp, tokens.bp):
        app.register_blueprint(part)


def _api() -> Blueprint:
    api = Blueprint("api", __name__, url_prefix="/v3")
    api.before_request(_require_key)
    for part in (detect.bp, connect.bp, records.bp):
        api.register_blueprint(part)
    return api


def _texts() -> dict[str, Any]:
    texts: SandboxTexts = current_app.extensions["page_texts"]()
    return {"texts": texts, "_": texts.translate}


def _number_request() -> None:
    g.request_id = str(uuid.uuid4())


def _show_request_number(answer: Response) -> Response:
    answer.headers["x-request-id"] = g.request_id
    return answer


def _require_key() -> None:
    if request.headers.get("Authorization") != f"Bearer {current_sandbox().api_key}":
        raise ApiError(401, "token.unauthorized_access", "Bearer token invalid")

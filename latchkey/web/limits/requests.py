"""Limits on requests that are no step of a sign-in. What is only looked at is never limited."""

import logging
import math
import threading
from collections.abc import Callable

from flask import Flask, has_request_context, jsonify, request
from flask.typing import ResponseReturnValue

from config import Settings
from latchkey.infra import logs
from latchkey.infra.limits import Hit, Use
from latchkey.infra.metrics import Limit
from latchkey.infra.unproxied import unproxied
from latchkey.problems import Problem
from latchkey.problems.limits import CLIENT_LIMIT
from latchkey.web.limits.client import uses_of_client
from latchkey.web.limits.device import init_device
from latchkey.web.limits.limiter import SHARED_STEPS
from latchkey.web.services import get_services

# Apps' requests for tokens; each client has one counter for both.
_OF_APPS = ("token.exchange", "token.inspect")
_METRICS = {
    rule: Limit(rule)
    for rule in (
        "address", "oauth_start", "oauth_callback", "all", "client", "client_refused",
        "client_mailbox", "client_mailbox_refused", "mailbox", "mailbox_refused", "owner",
        "detection", "token", "token_all", "token_refused", "token_new", "broken_link",
        "broken_link_all", "proof",
        *(f"{step}_{part}" for step in SHARED_STEPS for part in ("all", "new")),
    )
}  # fmt: skip


class TooManyRequests(Exception):
    """A limit was reached.

    :ivar problem: what people read.
    :ivar wait: whole seconds until the next request may come.
    """

    def __init__(self, problem: Problem, wait: int) -> None:
        super().__init__(f"{problem.kind}: {wait} s")
        self.problem = problem
        self.wait = wait


def init_limits(app: Flask, settings: Settings) -> None:
    """Count the requests that cost something, by client."""
    init_device(app, settings)
    app.before_request(_limit_apps)
    if settings.limits and not settings.trusted_proxies:
        app.before_request(_untrusted_proxy_warning())
    if not settings.limits and not settings.sandbox:
        detail = "LIMITS=off: passwords can be guessed through this page"
        logs.event("limits", level=logging.WARNING, outcome="off", detail=detail)


def count_refused_link() -> None:
    """Count a refused signed link, so that a client cannot try many.

    Good links are not counted, and open even while the client, or all of them, may try no others.

    :raises TooManyRequests: there were too many.
    """
    uses = [*uses_of_client("broken_link"), Use(rule="broken_link_all", subject="")]
    if hit := get_services().limiter.try_all(*uses):
        raise TooManyRequests(CLIENT_LIMIT, report(hit))


def detection_wait() -> float:
    """Take one detection from the client's share; return the seconds until there is one again.

    Outside of requests it is the operator who asks.
    """
    if not has_request_context():
        return 0.0
    hit = get_services().limiter.try_all(*uses_of_client("detection"))
    return float(report(hit)) if hit else 0.0


def report(hit: Hit) -> int:
    """Log and count that a limit was reached; return the whole seconds to wait."""
    wait = math.ceil(hit.wait)
    _METRICS[hit.rule].hit()
    logs.event("limit", level=logging.WARNING, outcome=hit.rule, detail=f"{wait} s")
    return wait


def _limit_apps() -> ResponseReturnValue | None:
    if unproxied(request).endpoint not in _OF_APPS:
        return None
    hit = get_services().limiter.try_all(*uses_of_client("token"))
    return _refuse_app(report(hit)) if hit else None


def _untrusted_proxy_warning() -> Callable[[], None]:
    """Make a hook that says once that clients cannot be distinguished behind a proxy."""
    warned = threading.Event()

    def warn() -> None:
        if "X-Forwarded-For" in unproxied(request).headers and not warned.is_set():
            warned.set()
            detail = "X-Forwarded-For arrives and TRUSTED_PROXIES is 0: all clients may be one"
            logs.event("limits", level=logging.WARNING, outcome="proxy", detail=detail)

    return warn


def _refuse_app(wait: int) -> ResponseReturnValue:
    """In Nylas's shape, as apps' SDKs expect it at the token endpoint."""
    answer = jsonify(
        error="temporarily_unavailable",
        error_description=f"Too many requests: try again in {wait} seconds",
        error_uri="https://developer.nylas.com/docs/api/errors/400-response/",
        error_code=429,
    )
    return answer, 429, {"Retry-After": str(wait)}

"""An app that has limits and no pages, so that a rule is tried without a whole sign-in."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeVar

from flask import Flask, Response
from flask.typing import ResponseReturnValue

from latchkey.apps import LinkClaims
from latchkey.infra.limits import Limiter, Window
from latchkey.infra.logs import init_logs
from latchkey.infra.store import Store
from latchkey.web.branding import Brands
from latchkey.web.flow import SignIn, init_flow
from latchkey.web.limits import TooManyRequests, init_limits, make_limiter
from tests.conftest import SECRET, make_settings

T = TypeVar("T")

ONCE = (Window(1, 60),)
HERE, ELSEWHERE = "203.0.113.1", "198.51.100.66"


def bare_app(rules: Mapping[str, Sequence[Window]] | None = None, /, **variables: str) -> Flask:
    """The app with these rules and no others, or with those of the settings."""
    settings = make_settings(**{"LIMITS": "on", **variables})
    store = Store()
    limiter = make_limiter(settings, store)
    if rules is not None:
        limiter = Limiter(store, rules, secret_key=SECRET)
    app = Flask(__name__)
    app.extensions["services"] = SimpleNamespace(
        settings=settings, store=store, limiter=limiter, brands=Brands.from_settings(settings)
    )
    init_logs(app, level="INFO", requests=False)
    init_flow(app, settings)
    init_limits(app, settings)
    app.register_error_handler(TooManyRequests, _held_up)
    return app


def _held_up(limit: TooManyRequests) -> ResponseReturnValue:
    return limit.problem.kind, 429, {"Retry-After": str(limit.wait)}


def limiter_of(app: Flask) -> Limiter:
    """What counts there."""
    limiter: Limiter = app.extensions["services"].limiter
    return limiter


class Browser:
    """A browser at an address, which keeps its cookies."""

    def __init__(
        self, app: Flask, address: str = HERE, cookies: Mapping[str, str] | None = None
    ) -> None:
        self.app = app
        self.address = address
        self.answer = Response()
        self.cookies = dict(cookies or {})

    def request(self, call: Callable[[], T], path: str = "/", **more: Any) -> T:
        """Make a request in which ``call`` is all that happens; gives what it returns."""
        cookie = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        with self.app.test_request_context(
            path, environ_base={"REMOTE_ADDR": self.address}, headers={"Cookie": cookie}, **more
        ):
            result = call()
            self.answer = self.app.process_response(Response())
        for line in self.answer.headers.getlist("Set-Cookie"):
            name, _, text = line.partition(";")[0].partition("=")
            self.cookies[name] = text
        return result


def sign_in(email: str = "someone@example.com", link: str = "", about: str = "") -> SignIn:
    """A sign-in, of the signed link of this id if any.

    :param about: whose mailbox the link is for, when it is another one.
    """
    claims = LinkClaims(id=link, email=about or email, exp=0) if link else None
    return SignIn(
        id="a", salt="b", email=email, display_address="", started=0, saved=0, link_claims=claims
    )

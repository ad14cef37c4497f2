"""The two sides of result webhooks: an app that takes them, and processes that send them."""

import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from werkzeug import Request, Response

from bench.ports import free_port
from latchkey.apps.webhooks import SignInReference, Webhooks
from latchkey.infra.http import HttpClient
from tests.servers import serve
from tests.stores import store_at

SECRET = "aR4nd0mSecretThatSignsNoticesInTests"
EMAIL = "someone+tag@example.com"
ABOUT = SignInReference(sign_in="sign-in-1", state="of the app", provider="imap", email=EMAIL)
# One for all, as it takes a while to make.
_UPSTREAM = HttpClient()


def reference_to(number: int) -> SignInReference:
    return SignInReference(sign_in=f"sign-in-{number}", state="", provider="imap", email=EMAIL)


def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request, however it was answered."""

    body: bytes
    headers: dict[str, str]
    at: float

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def is_signed(self) -> bool:
        return self.is_signed_by(SECRET)

    def is_signed_by(self, secret: str) -> bool:
        made = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(made, self.headers["X-Latchkey-Signature"])


class Receiver:
    """The app: it can be stopped, and started again at the same address."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Response] = lambda received: Response(status=204)
        self.over = threading.Event()
        self._port = free_port()
        self._running = contextlib.ExitStack()
        self.url = f"http://127.0.0.1:{self._port}/webhooks?of=latchkey"

    def start(self) -> None:
        self._running.enter_context(serve(self, port=self._port))

    def stop(self) -> None:
        self._running.close()

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        received = Received(
            body=request.get_data(), headers=dict(request.headers), at=time.monotonic()
        )
        self.received.append(received)
        return self.answer(received)(environ, start_response)

    def hang(self, received: Received) -> Response:
        """An answer that comes when the test is over."""
        self.over.wait(30)
        return Response(status=204)

    def answer_in_turn(self, *answers: int) -> None:
        """Answer the next requests with these statuses, all others with 204."""
        left = list(answers)
        self.answer = lambda received: Response(
            status=left.pop(0) if left else 204, headers={"Location": "/elsewhere"}
        )

    @property
    def told(self) -> list[tuple[str, str]]:
        """Type and sign-in of everything that came."""
        return [(each.told["type"], each.told["sign_in"]) for each in self.received]


class Company:
    """The app, and the processes of the page."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self._closing = contextlib.ExitStack()

    def process(
        self, redis_url: str = "", *, with_email: bool = False, secret: str = SECRET
    ) -> Webhooks:
        """The webhooks of a process that is just starting."""
        store = self._closing.enter_context(contextlib.closing(store_at(redis_url)))
        webhooks = Webhooks(
            store, _UPSTREAM, url=self.receiver.url, secret=secret, with_email=with_email
        )
        return self._closing.enter_context(contextlib.closing(webhooks))

    def close(self) -> None:
        self.receiver.over.set()
        self._closing.close()
        self.receiver.stop()


@contextlib.contextmanager
def company() -> Iterator[Company]:
    """A company whose app takes webhooks."""
    made = Company()
    made.receiver.start()
    try:
        yield made
    finally:
        made.close()

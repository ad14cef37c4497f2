"""The sandbox's Nylas with an ear to it: what it was sent, and when it may answer."""

import contextlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug import Response
from werkzeug.wsgi import get_input_stream

from config import SANDBOX_API_KEY
from latchkey.sandbox import create_sandbox

_PATIENCE = 30  # seconds


class Nylas:
    """A WSGI app: the sandbox without its waits, which keeps every ``connect/custom`` it was sent.

    :ivar sent: the JSON bodies, in order, without ``state``.
    :ivar states: each one's ``state``.
    :ivar aliases: what the answers name instead of a login name: the address of an own domain.
    """

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.states: list[str] = []
        self.aliases: dict[str, str] = {}
        self._asked = threading.Event()
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._sandbox = create_sandbox(
            api_key=SANDBOX_API_KEY, slow_seconds=0, detect_slow_seconds=0,
            # Looked up anew each time: tests turn the clock.
            clock=lambda: time.time(),
        )  # fmt: skip

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/v3/connect/custom":
            body = get_input_stream(environ).read()
            environ["wsgi.input"] = io.BytesIO(body)
            content = json.loads(body)
            self.states.append(content.pop("state"))
            self.sent.append(content)
            self._asked.set()
            self._may_answer.wait(_PATIENCE)
        return (
            self._named(environ, start_response)
            if self.aliases
            else self._sandbox(environ, start_response)
        )

    def _named(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        answer = Response.from_app(self._sandbox, environ)
        text = answer.get_data(as_text=True)
        for login, address in self.aliases.items():
            text = text.replace(json.dumps(login), json.dumps(address))
        answer.set_data(text)
        return answer(environ, start_response)

    @property
    def settings(self) -> dict[str, Any]:
        """The ``settings`` of the last sign-in."""
        settings: dict[str, Any] = self.sent[-1]["settings"]
        return settings

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Let sign-ins wait for their answer in here."""
        self._may_answer.clear()
        try:
            yield
        finally:
            self._may_answer.set()

    def wait_until_asked(self) -> None:
        """Return when a sign-in has arrived."""
        assert self._asked.wait(_PATIENCE), "no sign-in arrived"

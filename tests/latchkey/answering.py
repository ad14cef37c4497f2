"""Clients of Nylas that are answered inside the process."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from latchkey.infra.http import HttpClient
from latchkey.nylas import NylasClient
from latchkey.nylas.errors import Refusal, Refused
from tests.conftest import KEY

_answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
_numbers = itertools.count()
# One for all, as it takes a while to make; each client has a host of its own.
_http = HttpClient(
    transport=httpx.MockTransport(lambda request: _answers[request.url.host](request))
)


def client_answered_by(answer: Callable[[httpx.Request], httpx.Response]) -> NylasClient:
    """A client of a Nylas application whose every request is answered by ``answer``."""
    host = f"nylas-{next(_numbers)}.example"
    _answers[host] = answer
    return NylasClient(_http, base_url=f"https://{host}", api_key=KEY)


class Nylas:
    """Answers every request with the same, and keeps the requests."""

    def __init__(self, content: Any = None, status: int = 200, **headers: str) -> None:
        self.requests: list[httpx.Request] = []
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.client = client_answered_by(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.status, content=self.content, headers=self.headers)

    @property
    def request(self) -> httpx.Request:
        assert len(self.requests) == 1
        return self.requests[0]

    def refusal(self) -> Refusal:
        return self.refused().refusal

    def refused(self) -> Refused:
        with pytest.raises(Refused) as raised:
            self.client.create_grant("imap", {}, state="s")
        return raised.value

"""A Nylas that detects and lists as told, and detectors that ask it."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from latchkey.infra.store import Store
from latchkey.providers import PROVIDERS
from latchkey.providers.detection import ProviderDetector
from latchkey.providers.mailhosts import MailHosts
from tests.latchkey.answering import client_answered_by

EVERY = tuple(PROVIDERS)
WITH_CLIENT = ("google", "microsoft", "yahoo", "zoom")
WITH_PASSWORD = tuple(key for key, provider in PROVIDERS.items() if not provider.oauth)
PATIENCE = 20
TROUBLE: dict[str, Any] = {
    "limit": httpx.Response(429),
    "down": httpx.Response(503),
    "gateway": httpx.Response(502, text="<html>"),
    "timeout": httpx.ReadTimeout("no answer"),
    "no connection": httpx.ConnectError("refused"),
    "no JSON": httpx.Response(200, text="<html>"),
    "redirect": httpx.Response(302),
}


class Nylas:
    """Answers as told and counts. An exception stands for trouble on the way.

    :ivar asked: the addresses it was asked about, in order.
    :ivar listed: how often it was asked for the connectors.
    :ivar may_answer: cleared, it keeps everybody waiting.
    """

    def __init__(self, *, provider: str = "imap", connectors: tuple[str, ...] = EVERY) -> None:
        self.say(provider)
        self.list_connectors(*connectors)
        self.asked: list[str] = []
        self.listed = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.client = client_answered_by(self._answer)
        self.detector = self.new_detector()

    def new_detector(
        self,
        *,
        store: Store | None = None,
        oauth: Iterable[str] = WITH_CLIENT,
        per_minute: int = 1000,
        hosts: MailHosts | None = None,
        **more: Any,
    ) -> ProviderDetector:
        """A detector as in a process of its own, unless it is given a store."""
        return ProviderDetector(
            self.client, oauth=tuple(oauth), store=store or Store(), per_minute=per_minute,
            hosts=hosts, **more,
        )  # fmt: skip

    def say(self, provider: str) -> None:
        found = {"detected": bool(provider), **({"provider": provider} if provider else {})}
        self.detection: httpx.Response | Exception = httpx.Response(200, json={"data": found})

    def list_connectors(self, *providers: str) -> None:
        data = [{"name": key, "provider": key} for key in providers]
        self.connectors: httpx.Response | Exception = httpx.Response(200, json={"data": data})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("detect"):
            self.asked.append(request.url.params["email"])
            assert self.may_answer.wait(PATIENCE)
            answer = self.detection
        else:
            self.listed += 1
            assert self.may_answer.wait(PATIENCE)
            answer = self.connectors
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


def all_at_once(call: Callable[[str], str], emails: Iterable[str]) -> list[str]:
    """What ``call`` returns for each, called from a thread for each at the same time."""
    emails = list(emails)
    start = threading.Barrier(len(emails))

    def run(email: str) -> str:
        start.wait(PATIENCE)
        return call(email)

    with ThreadPoolExecutor(len(emails)) as pool:
        return list(pool.map(run, emails))

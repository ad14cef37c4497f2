"""Drills: a process is killed in the middle of a sign-in (``kill -9``, out of memory)."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.nylas import Nylas
from tests.drills.drilled import EMAIL, PASSWORD, Drilled, kill_with_socket, page
from tests.latchkey.webhook_receiver import eventually
from tests.pages import Page, Visitor
from tests.servers import redis, serve

KILLED = "was sent SIGKILL! Perhaps out of memory?"


class Asked:
    """Nylas, and the port that the latest sign-in came from."""

    def __init__(self) -> None:
        self.nylas = Nylas()
        self.port = 0

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/v3/connect/custom":
            self.port = int(environ["REMOTE_PORT"])
        return self.nylas(environ, start_response)


@contextlib.contextmanager
def two_processes(folder: Path, redis_url: str = "") -> Iterator[tuple[Drilled, Asked]]:
    asked = Asked()
    with (
        serve(asked) as nylas_url,
        page(folder, NYLAS_API_URI=nylas_url, WEB_CONCURRENCY="2", REDIS_URL=redis_url) as there,
    ):
        yield there, asked


def kill_while_sent(there: Drilled, asked: Asked) -> tuple[Visitor, Page]:
    """Kill the process that waits for Nylas; gives who waits for it, and the form to send again."""
    visitor, asked.nylas = there.visitor(), Nylas()
    form = visitor.enter(EMAIL)
    with ThreadPoolExecutor(1) as pool, asked.nylas.silent():
        answer = pool.submit(visitor.submit, form, password=PASSWORD)
        asked.nylas.wait_until_asked()
        kill_with_socket(there.workers, asked.port)
        with pytest.raises(httpx.TransportError):
            answer.result(30)
    eventually(lambda: KILLED in there.log)
    return visitor, form


@pytest.mark.redis
def test_with_redis_the_form_is_not_sent_to_nylas_twice(tmp_path: Path) -> None:
    with (
        redis() as server,
        two_processes(tmp_path, server.url) as (there, asked),
    ):
        visitor, form = kill_while_sent(there, asked)
        shown = visitor.submit(form, password=PASSWORD)
        assert (shown.status, shown.heading) == (504, "We don’t know whether it worked")
        assert len(asked.nylas.sent) == 1
        (line,) = there.logged("grant")
        assert line["outcome"] == "outcome_unknown"
        assert PASSWORD not in there.log


def test_without_redis_the_form_is_sent_again_and_the_mailbox_is_connected(tmp_path: Path) -> None:
    with two_processes(tmp_path) as (there, asked):
        assert there.sign_in("other@gmx.de").status == 200
        visitor, form = kill_while_sent(there, asked)
        assert there.counted("latchkey_sign_ins_total") == 1, "what was counted stays"
        shown = visitor.submit(form, password=PASSWORD)
        assert shown.heading == "Your mailbox is connected"
        assert len(asked.nylas.sent) == 2
        assert there.counted("latchkey_sign_ins_total", outcome="connected") == 2
        assert there.counted("latchkey_sign_ins_in_flight") == 0

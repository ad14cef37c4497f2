"""Connections to names with several addresses, and DNS that does not answer."""

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import httpcore
import pytest
from httpcore._backends.sync import SyncStream

from bench.ports import free_port
from config import ROOT
from latchkey.infra import http_connection, tcp
from latchkey.infra.errors import NotSent
from latchkey.infra.http import HttpClient
from tests.hostile import hang, hostile, http, say

pytestmark = pytest.mark.slow

HOST = "nylas.test"
SECONDS = 1.0
# For a busy machine; half of what another try or another address would take.
MORE_SECONDS = 0.5
Found = list[tuple[int, int, int, str, tuple[str, int]]]


def address(port: int) -> tuple[int, int, int, str, tuple[str, int]]:
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port)


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """A port that takes no connection and refuses none: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the name is found to be."""

    def names(found: Found) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    return names


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def fails(*, seconds: float = SECONDS) -> str:
    with pytest.raises(NotSent) as raised:
        HttpClient().send("POST", f"http://{HOST}/", seconds=seconds, json={})
    return str(raised.value)


def test_all_addresses_of_a_name_share_one_limit(dns: Any, silent: int) -> None:
    dns([address(silent)] * 4)
    with at_most(SECONDS + MORE_SECONDS):
        assert fails() == "ConnectTimeout"


def test_each_address_has_the_limit_of_a_connection(dns: Any, silent: int) -> None:
    with hostile(say(http(body=b"{}"))) as server:
        dns([address(silent), address(free_port()), address(server.port)])
        began = time.monotonic()
        tcp.connect(HOST, 1, seconds=SECONDS, deadline=began + 30).close()
        assert SECONDS <= time.monotonic() - began < SECONDS + MORE_SECONDS


def test_a_limit_that_was_used_up_is_not_used_up_again(
    dns: Any, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latchkey.infra.http_connection.CONNECT_SECONDS", SECONDS)
    monkeypatch.setattr("latchkey.infra.http.CONNECT_SECONDS", SECONDS)
    dns([address(silent)])
    with at_most(SECONDS + MORE_SECONDS):
        assert fails(seconds=30) == "ConnectTimeout"


def test_the_next_address_is_taken_when_one_refuses(dns: Any) -> None:
    with hostile(say(http(body=b"{}"))) as server:
        dns([address(free_port()), address(server.port)])
        assert HttpClient().send("GET", f"http://{HOST}/", seconds=30).body == b"{}"


@pytest.mark.parametrize(("ports", "why"), [(0, "ConnectError"), (2, "connection refused")])
def test_without_an_address_that_answers_there_is_no_connection(
    dns: Any, ports: int, why: str
) -> None:
    dns([address(free_port()) for _ in range(ports)])
    assert fails(seconds=30) == why


def test_dns_has_no_more_time_than_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
    try:
        with at_most(SECONDS + MORE_SECONDS):
            assert fails() == "ConnectTimeout"
    finally:
        over.set()


GEVENT = """
from gevent import monkey
monkey.patch_all()
import os
import socket
import time
import gevent
from latchkey.infra.errors import NotSent
from latchkey.infra.http import HttpClient

sleep = monkey.get_original("time", "sleep")
socket.getaddrinfo = lambda *_, **__: gevent.get_hub().threadpool.apply(sleep, (30,))

def call():
    try:
        HttpClient().send("GET", "http://nylas.test/", seconds=1)
    except NotSent as failure:
        return str(failure)

began = time.monotonic()
jobs = [gevent.spawn(call) for _ in range(3)]
turns = 0
while not all(job.ready() for job in jobs):
    gevent.sleep(0.01)
    turns += 1
print([job.get() for job in jobs], turns > 10, time.monotonic() - began < 3, flush=True)
os._exit(0)
"""


def test_dns_has_no_more_time_under_gevent_either_and_lets_others_go_on() -> None:
    command = [sys.executable, "-c", GEVENT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == f"{['ConnectTimeout'] * 3} True True\n"


def stream(sock: socket.socket, left: float) -> http_connection._Stream:
    return http_connection._Stream(SyncStream(sock), time.monotonic() + left, nullcontext)


@pytest.mark.parametrize("left", [-1.0, 0.2])
def test_tls_ends_with_the_deadline(left: float) -> None:
    tls = ssl.create_default_context()
    with (
        hostile(hang(), reads=False) as server,
        socket.create_connection(("127.0.0.1", server.port)) as sock,
        at_most(3),
        pytest.raises(httpcore.ConnectTimeout),
    ):
        stream(sock, left).start_tls(ssl_context=tls, server_hostname=HOST, timeout=10.0)


def test_what_nobody_reads_is_sent_no_longer_than_until_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, at_most(3), pytest.raises(httpcore.WriteTimeout):
        stream(ours, 0.2).write(b"x" * 10_000_000, timeout=10.0)

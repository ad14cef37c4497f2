"""Parts of the server that can be called without one; test_serving tries all of it by sockets."""

import io
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import gevent
import gevent.socket
import pytest
from gevent.lock import Semaphore
from gunicorn.http.errors import ParseException

from config import ROOT, VARIABLES
from latchkey.operator.serving import Answer, Worker, handle_hup, reload
from latchkey.operator.serving.body import Body
from latchkey.operator.serving.clients import Clients
from latchkey.operator.serving.connection import PIECE_BYTES, WRITE_SECONDS, Connection
from latchkey.operator.serving.refusal import answer, refuse


def apart(call: Callable[[], Any]) -> Any:
    """What ``call`` returns in a thread whose greenlets are those of no other test."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


class Upload:
    """A request's body as gunicorn has it, and whether the connection is given up."""

    def __init__(self, read: Callable[..., bytes]) -> None:
        self.inner = SimpleNamespace(read=read, readline=read, failed=False)
        self.given_up = 0
        self.body = Body(self.inner, self._give_up)

    def _give_up(self) -> None:
        self.given_up += 1


def test_a_body_is_read_by_size_and_by_line() -> None:
    assert apart(lambda: Upload(io.BytesIO(b"abc").read).body.read(2)) == b"ab"
    lines = Upload(io.BytesIO(b"a\nb").readline).body
    assert apart(lambda: [lines.readline(9), lines.readline(9)]) == [b"a\n", b"b"]


@pytest.mark.parametrize("error", [ParseException("broken"), OSError("cut off")])
def test_a_body_that_is_broken_ends_the_connection(error: Exception) -> None:
    def fail(size: int | None) -> bytes:
        raise error

    upload = Upload(fail)
    with pytest.raises(ConnectionResetError, match="broken or cut off"):
        apart(upload.body.read)
    assert upload.body.failed
    assert upload.given_up == 1


def timed_out(monkeypatch: pytest.MonkeyPatch, *, own: bool) -> Upload:
    """A body at which a time limit is over: its own, or another around it."""
    made: list[gevent.Timeout] = []

    class Limit(gevent.Timeout):  # type: ignore[misc]
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            made.append(self)

    def wait(size: int | None) -> bytes:
        raise made[-1] if own else Limit()

    monkeypatch.setattr(gevent, "Timeout", Limit)
    return Upload(wait)


def test_a_body_that_comes_too_slowly_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = timed_out(monkeypatch, own=True)
    with pytest.raises(ConnectionResetError, match="too slowly"):
        apart(upload.body.read)
    assert upload.inner.failed
    assert upload.given_up == 1


def test_a_time_limit_around_the_reading_is_not_taken_for_the_bodys_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = timed_out(monkeypatch, own=False)
    with pytest.raises(gevent.Timeout):
        apart(upload.body.read)
    assert upload.given_up == 0


@pytest.mark.parametrize("sent", [b"POST / HTTP/1.1", b"GET / HTTP/1.1"])
def test_a_form_gives_its_turn_back(sent: bytes) -> None:
    def received() -> tuple[bytes, int]:
        ours, theirs = gevent.socket.socketpair()
        turns = Semaphore(1)
        with ours, theirs:
            theirs.sendall(sent)
            return Connection(ours, turns).recv(99), turns.counter

    assert apart(received) == (sent, 1)


def test_a_form_whose_turn_does_not_come_has_its_time_anew() -> None:
    """Coverage does not follow a real wait; test_servers has one."""

    class Late:
        def __enter__(self) -> None:
            raise keepalive

        def __exit__(self, *_: object) -> None: ...

    keepalive = gevent.Timeout(60)
    with keepalive:
        keepalive.cancel()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(b"POST / HTTP/1.1")
            assert Connection(ours, Late()).recv(99) == b"POST / HTTP/1.1"
        assert keepalive.pending


def test_an_answer_goes_out_in_pieces() -> None:
    def sent() -> bytes:
        ours, theirs = gevent.socket.socketpair()
        with ours, theirs:
            there = Connection(ours, Semaphore())
            assert there.fileno() == ours.fileno()
            there.sendall(b"a" * PIECE_BYTES + b"b")
            assert ours.gettimeout() is None
            return bytes(theirs.recv(2 * PIECE_BYTES, socket.MSG_WAITALL))[-2:]

    assert apart(sent) == b"ab"


def test_a_client_that_does_not_read_is_given_up() -> None:
    limits: list[float | None] = []

    def wait(piece: memoryview) -> None:
        raise TimeoutError

    sock = SimpleNamespace(setsockopt=lambda *option: None, settimeout=limits.append, sendall=wait)
    with pytest.raises(ConnectionResetError, match="reads too slowly"):
        Connection(sock, Semaphore()).sendall(b"a" * PIECE_BYTES)
    assert limits == [WRITE_SECONDS, None]


def test_a_refusal_is_sent_as_it_is_and_says_nothing_of_the_request() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        refuse(ours, 431, "Canary", "Canary")
        assert theirs.recv(9999) == answer(431)


def test_one_connection_too_many_that_is_gone_already_is_no_trouble(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    ours.shutdown(socket.SHUT_WR)
    log = logging.getLogger("test")
    worker: Any = SimpleNamespace(_clients=Clients(0), _turns=None, log=log)
    with caplog.at_level(logging.DEBUG):
        Worker.handle(worker, None, ours, ("203.0.113.9", 1))
    assert caplog.messages == ["A connection that was refused is gone."]
    assert ours.fileno() == -1


class Master:
    """gunicorn's master, told to reload."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
        self.reloaded = 0
        self.logged: list[str] = []
        self.log = SimpleNamespace(error=lambda text, *values: self.logged.append(text % values))
        monkeypatch.setattr(reload, "_reload", self._reload)
        monkeypatch.chdir(ROOT)
        for row in VARIABLES:
            for name in (row.name, f"{row.name}_FILE"):
                monkeypatch.setenv(name, variables.get(name, ""))
        handle_hup(self, ["127.0.0.1:8000"])

    def _reload(self, master: "Master") -> None:
        self.reloaded += 1


def test_good_settings_are_taken_when_they_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    master = Master(monkeypatch, SANDBOX="true")
    assert (master.reloaded, master.logged) == (1, [])


def test_a_mistake_in_the_settings_is_logged_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    master = Master(monkeypatch, SANDBOX="perhaps")
    assert master.reloaded == 0
    (line,) = master.logged
    assert line.startswith("Nothing is reloaded; the page goes on as before. ")
    assert "SANDBOX must be" in line


def test_settings_that_cannot_be_tried_in_time_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reload, "_SECONDS", 0.01)
    master = Master(monkeypatch, SANDBOX="true")
    assert master.reloaded == 0
    assert master.logged == ["Nothing is reloaded; the page goes on as before. TimeoutExpired"]


@pytest.mark.parametrize(
    ("version", "closes", "said"),
    [
        ((1, 1), False, []),
        ((1, 1), True, ["Connection: close\r\n"]),
        ((1, 0), False, ["Connection: keep-alive\r\n"]),
        ((1, 0), True, ["Connection: close\r\n"]),
    ],
)
def test_the_head_of_an_answer_says_nothing_that_goes_without_saying(
    version: tuple[int, int], *, closes: bool, said: list[str]
) -> None:
    request = SimpleNamespace(version=version, should_close=lambda: closes, method="HEAD")
    made = Answer(request, None, None)
    made.status = "200 OK"
    status, date, *more = made.default_headers()
    assert status == f"HTTP/1.{version[1]} 200 OK\r\n"
    assert date.startswith("Date: ")
    assert more == said

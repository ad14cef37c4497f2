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
from latchkey.operator.serving import Worker, body, connection, handle_hup, reload
from latchkey.operator.serving.body import Body
from latchkey.operator.serving.clients import Clients
from latchkey.operator.serving.connection import PIECE_BYTES, Connection
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


def hang(size: int | None) -> bytes:
    gevent.sleep(30)
    return b""


def test_a_body_is_read_by_size_and_by_line() -> None:
    assert apart(lambda: Upload(io.BytesIO(b"abc").read).body.read(2)) == b"ab"
    assert apart(lambda: Upload(io.BytesIO(b"a\nb").readline).body.readline(9)) == b"a\n"


@pytest.mark.parametrize("error", [ParseException("broken"), OSError("cut off")])
def test_a_body_that_is_broken_ends_the_connection(error: Exception) -> None:
    def fail(size: int | None) -> bytes:
        raise error

    upload = Upload(fail)
    with pytest.raises(ConnectionResetError, match="broken or cut off"):
        apart(upload.body.read)
    assert upload.body.failed
    assert upload.given_up == 1


def test_a_body_that_comes_too_slowly_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_SECONDS", 0.05)
    upload = Upload(hang)
    with pytest.raises(ConnectionResetError, match="too slowly"):
        apart(upload.body.read)
    assert upload.inner.failed
    assert upload.given_up == 1


def test_a_time_limit_around_the_reading_is_not_taken_for_the_bodys_own() -> None:
    upload = Upload(hang)

    def read() -> str:
        try:
            with gevent.Timeout(0.05) as around:
                upload.body.read()
        except gevent.Timeout as timeout:
            return "around" if timeout is around else "another"
        return "none"

    assert apart(read) == "around"
    assert upload.given_up == 0


def test_forms_take_turns_and_pages_do_not() -> None:
    def received(sent: bytes, turns: Semaphore) -> bytes | None:
        ours, theirs = gevent.socket.socketpair()
        with ours, theirs:
            theirs.sendall(sent)
            read: bytes | None = gevent.with_timeout(
                0.2, Connection(ours, turns).recv, 99, timeout_value=None
            )
            return read

    def all_received() -> list[bytes | None]:
        return [
            received(b"POST / HTTP/1.1", Semaphore(1)),
            received(b"GET / HTTP/1.1", Semaphore(0)),
            received(b"POST / HTTP/1.1", Semaphore(0)),
        ]

    assert apart(all_received) == [b"POST / HTTP/1.1", b"GET / HTTP/1.1", None]


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


def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "WRITE_SECONDS", 0.05)

    def send() -> None:
        ours, theirs = gevent.socket.socketpair()
        with ours, theirs:
            Connection(ours, Semaphore()).sendall(b"a" * 4_000_000)

    with pytest.raises(ConnectionResetError, match="reads too slowly"):
        apart(send)


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
        handle_hup(self)

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

"""The server itself, by real sockets: broken, greedy and slow clients."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gevent.lock import Semaphore
from gunicorn.workers import ggevent

from latchkey.operator.serving.clients import Clients
from latchkey.operator.serving.connection import PIECE_BYTES, WRITE_SECONDS, Connection
from latchkey.operator.serving.refusal import answer
from latchkey.operator.serving.worker import MOST_PIPELINED
from tests.test_servers import ask, gunicorn_ready

HOST = "Host: localhost"
PAGE = "app:create_app()"
SECRET = "Zq7Canary"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of the page, and the file with what it logs."""
    folder = tmp_path_factory.mktemp("serving")
    with gunicorn_ready(folder, app=PAGE) as (port, _):
        yield port, folder / "log"


def exchange(port: int, sent: bytes, seconds: float = 10) -> str:
    """Send this; gives all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), seconds) as sock:
        sock.sendall(sent)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while data := sock.recv(65536):
                received += data
        return received.decode()


def test_headers_and_body_of_an_answer_leave_together() -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    connection = Connection(ours, Semaphore())
    connection.sendall(b"headers, ")
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
    connection.sendall(b"body")
    connection.flush()
    assert theirs.recv(100) == b"headers, body"
    connection.sendall(b"long".ljust(PIECE_BYTES))
    assert theirs.recv(100).startswith(b"long")
    connection.close()
    theirs.close()


def test_what_waits_is_written_before_the_connection_ends() -> None:
    ours, theirs = socket.socketpair()
    connection = Connection(ours, Semaphore())
    connection.sendall(b"the last answer")
    connection.close()
    assert theirs.recv(100) == b"the last answer"
    theirs.close()


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
BROKEN = {
    "no hexadecimal number": b"ZZ\r\nab\r\n0\r\n\r\n",
    "a prefix": b"0x1\r\na\r\n0\r\n\r\n",
    "a sign": b"-1\r\na\r\n0\r\n\r\n",
    "an underscore": b"1_0\r\na\r\n0\r\n\r\n",
    "no number": b"\r\na\r\n0\r\n\r\n",
    "a broken extension": b"1;a\nb\r\na\r\n0\r\n\r\n",
    "data without its end": b"1\r\naXX0\r\n\r\n",
    "data that is too long": b"1\r\nabcdef\r\n0\r\n\r\n",
    "a bare line feed": b"1\na\n0\n\n",
    "a broken trailer": b"1\r\na\r\n0\r\nno trailer\n\r\n\r\n",
}


@pytest.mark.parametrize("path", ["/", "/v3/connect/token", "/connect/imap"])
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_chunk_ends_the_connection(page: tuple[int, Path], path: str, body: bytes) -> None:
    port, log = page
    head = f"POST {path} HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: chunked\r\n".encode()
    received = exchange(port, head + FORM + b"\r\n" + body + HEALTH * 2)
    assert received.startswith("HTTP/1.1 400 ")
    assert received.count("HTTP/1.1 ") == 1
    assert "connection: close" in received.lower()
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert not [line for line in lines if line["level"] == "error"]
    assert "Traceback" not in log.read_text()


HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Hidden: 1\r\n\r\n"
TWO_WAYS = {
    "both": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "both, the other way round": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 99\r\n",
    "a list of lengths": b"Content-Length: 4, 99\r\n",
    "a sign": b"Content-Length: +4\r\n",
    "a blank before the colon": b"Content-Length : 4\r\n",
    "a folded line": b"Transfer-Encoding:\r\n chunked\r\n",
    "another coding": b"Transfer-Encoding: xchunked\r\n",
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n",
    "chunked and more": b"Transfer-Encoding: chunked, identity\r\n",
    "a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n",
    "a bare line feed": b"X-A: b\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "a bare carriage return": b"X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n",
}


@pytest.mark.parametrize("headers", TWO_WAYS.values(), ids=TWO_WAYS)
def test_a_body_that_can_be_read_in_two_ways_ends_the_connection(
    page: tuple[int, Path], headers: bytes
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + FORM + headers + b"\r\n"
    received = exchange(page[0], head + b"0\r\n\r\n" + HIDDEN)
    assert received.startswith(("HTTP/1.1 400 ", "HTTP/1.1 501 "))
    assert received.count("HTTP/1.1 ") == 1, "what was hidden behind it is not answered"
    assert "connection: close" in received.lower()


def test_a_body_that_is_cut_off_is_no_failure(page: tuple[int, Path]) -> None:
    port, log = page
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n" + FORM)
        sock.sendall(b"\r\nemail=a")
        sock.shutdown(socket.SHUT_WR)
        assert b" 400 " in sock.recv(65536)
    assert "unexpected_error" not in log.read_text()


REFUSED = {
    "400": (f"GET /{SECRET} HTTP/1.1 more\r\n{HOST}\r\n\r\n", 400),
    "400 for a header": (f"GET / HTTP/1.1\r\n{HOST}\r\nBad {SECRET}: 1\r\n\r\n", 400),
    "400 for a method": (f"G\x01{SECRET} / HTTP/1.1\r\n{HOST}\r\n\r\n", 400),
    "400 without a host": (f"GET /?{SECRET} HTTP/1.1\r\n\r\n", 400),
    "400 without any header": (f"GET /{SECRET} HTTP/1.1\r\n\r\n", 400),
    "400 for two hosts": (f"GET /{SECRET} HTTP/1.1\r\n{HOST}\r\nHost: {SECRET}\r\n\r\n", 400),
    "414": (f"GET /{SECRET * 1000} HTTP/1.1\r\n{HOST}\r\n\r\n", 414),
    "431 for its size": (f"GET / HTTP/1.1\r\n{HOST}\r\nCookie: {SECRET * 3000}\r\n\r\n", 431),
    "431 for their number": (f"GET / HTTP/1.1\r\n{HOST}\r\n" + "A: b\r\n" * 90 + "\r\n", 431),
    "501": (f"POST / HTTP/1.1\r\n{HOST}\r\nTransfer-Encoding: {SECRET}\r\n\r\n", 501),
}


@pytest.mark.parametrize(("request_text", "status"), REFUSED.values(), ids=REFUSED)
def test_what_the_server_refuses_itself_has_its_headers_and_repeats_nothing(
    page: tuple[int, Path], request_text: str, status: int
) -> None:
    port, log = page
    received = exchange(port, request_text.encode("latin-1") + HEALTH)
    head, _, text = received.partition("\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert SECRET.lower() not in received.lower()
    for header in (
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
        f"Content-Length: {len(text.encode())}",
    ):
        assert header in head.split("\r\n")
    assert "HTTP/1.1" not in text
    assert SECRET not in log.read_text()


def test_http_1_0_needs_no_host(page: tuple[int, Path]) -> None:
    assert exchange(page[0], b"GET /healthz HTTP/1.0\r\n\r\n").startswith("HTTP/1.0 200")


def test_cookies_of_other_apps_are_read_up_to_sixteen_kilobytes(page: tuple[int, Path]) -> None:
    cookies = "; ".join(f"theirs-{number}={'a' * 900}" for number in range(17))
    assert " 200 OK" in ask(page[0], "GET / HTTP/1.1", HOST, f"Cookie: {cookies}")


def test_the_address_of_an_app_is_read_up_to_eight_kilobytes(page: tuple[int, Path]) -> None:
    asked = f"GET /?login_hint={'a' * 8000} HTTP/1.1"
    assert " 200 OK" in ask(page[0], asked, HOST)


def test_few_pipelined_requests_are_answered_and_many_end_the_connection(
    page: tuple[int, Path],
) -> None:
    port, _ = page
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert exchange(port, HEALTH * 9 + last).count("200 OK") == 10
    assert exchange(port, HEALTH * 1000).count("200 OK") == MOST_PIPELINED + 1


def test_a_form_does_not_count_as_pipelined(page: tuple[int, Path]) -> None:
    form = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n" + FORM + b"\r\nemail=a"
    with socket.create_connection(("127.0.0.1", page[0]), 10) as sock:
        for _ in range(MOST_PIPELINED + 3):
            sock.sendall(form)
            received = b""
            while b"</html>" not in received:
                received += sock.recv(65536)


@pytest.mark.slow
def test_one_client_cannot_have_all_connections(tmp_path: Path) -> None:
    connections = 100
    few = with_files(2 * connections + 200)
    with gunicorn_ready(tmp_path, before=few) as (port, _):
        socks = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(connections)]
        try:
            answers = []
            for sock in socks:
                sock.settimeout(0.05)
                with contextlib.suppress(TimeoutError):
                    answers.append(sock.recv(4096))
            assert connections // 2 == len(answers)
            assert {text[:12] for text in answers} == {b"HTTP/1.1 503"}
            # Another client of this machine.
            with socket.create_connection(
                ("127.0.0.1", port), 10, source_address=("127.0.0.2", 0)
            ) as other:
                other.sendall(HEALTH)
                assert b"200 OK" in other.recv(4096)
        finally:
            for sock in socks:
                sock.close()


def with_files(number: int) -> tuple[str, ...]:
    """What to put before a command that may open so many files."""
    return ("sh", "-c", f'ulimit -n {number} && exec "$@"', "sh")


@pytest.mark.slow
def test_behind_a_proxy_connections_are_not_counted(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path, before=with_files(400), TRUSTED_PROXIES="1") as (port, _):
        socks = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(60)]
        assert "200 OK" in ask(port, "GET / HTTP/1.1", HOST)
        for sock in socks:
            sock.close()


LARGE_APP = """
def app(environ, start_response):
    size = 200 if environ["PATH_INFO"] == "/healthz" else 1_000_000
    start_response("200 OK", [("Content-Length", str(size))])
    return [b"a" * size]
"""


@contextlib.contextmanager
def reader(port: int) -> Iterator[socket.socket]:
    """A client with little room for what it did not read yet."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", port))
        yield sock


@pytest.mark.slow
def test_clients_that_do_not_read_are_let_go_and_slow_ones_are_served(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(LARGE_APP)
    get = b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with (
        gunicorn_ready(tmp_path, app="large:app", before=with_files(600)) as (port, _),
        contextlib.ExitStack() as opened,
    ):
        unread = [opened.enter_context(reader(port)) for _ in range(80)]
        steady = opened.enter_context(reader(port))
        for sock in (*unread, steady):
            sock.sendall(get)
        received = 0
        end = time.monotonic() + WRITE_SECONDS + 3
        while time.monotonic() < end:
            received += len(steady.recv(1 << 16))
            time.sleep(0.05)
        for sock in unread:
            # What the kernels hold still comes, and then the end.
            sock.settimeout(10)
            with contextlib.suppress(ConnectionResetError):
                while sock.recv(1 << 20):
                    pass
        steady.settimeout(10)
        while data := steady.recv(1 << 20):
            received += len(data)
        assert received > 1_000_000
        assert "200 OK" in ask(port, "GET /healthz HTTP/1.1", HOST)


def test_clients_are_counted_by_address_or_ipv6_network() -> None:
    clients = Clients(1)
    others = ["192.0.2.2", "::ffff:192.0.2.3", "2001:db8:0:1::1", "/run/sock", "fe80::1%eth0"]
    with clients.connected("192.0.2.1") as first, contextlib.ExitStack() as opened:
        assert first
        assert [opened.enter_context(clients.connected(address)) for address in others] == [
            True
        ] * len(others)
        for again in ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.3", "2001:db8:0:1:f::2"):
            with clients.connected(again) as welcome:
                assert not welcome, again
    with clients.connected("192.0.2.1") as welcome:
        assert welcome


def test_an_answer_of_any_status_is_complete() -> None:
    assert answer(599).startswith(b"HTTP/1.1 599 Refused\r\n")


def test_a_worker_of_several_accepts_more_than_one_connection_at_a_time() -> None:
    server = ggevent.StreamServer(("127.0.0.1", 0), handle=lambda sock, address: sock.close())
    # As gunicorn does for several workers, before the start.
    server.max_accept = 1
    server.start()
    try:
        assert server.max_accept > 1
    finally:
        server.stop()

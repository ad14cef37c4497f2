import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import httpcore
import httpx
import pytest
from httpcore._backends.sync import SyncStream

from bench.ports import free_port
from latchkey.infra import http_connection
from latchkey.infra.errors import BadAnswer, NotSent, OutcomeUnknown, UpstreamError
from latchkey.infra.http import MAX_BYTES, Answer, HttpClient
from tests.hostile import Hostile, Play, drip, flood, gzip_bomb, hang, hostile, http, reset, say
from tests.servers import certificate

SECONDS = 0.5
ENOUGH_SECONDS = 10.0
SECRET = "hunter2-nobody-may-see-this"
UPSTREAM = HttpClient()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 400\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def send(server: Hostile, *, seconds: float = SECONDS) -> Answer:
    return UPSTREAM.send(
        "POST", f"{server.url}/v3/connect/custom", seconds=seconds, json={"password": SECRET}
    )


def failure(server: Hostile, *, seconds: float = SECONDS) -> UpstreamError:
    """How sending fails; within its deadline, or not much later."""
    started = time.monotonic()
    with pytest.raises(UpstreamError) as raised:
        send(server, seconds=seconds)
    # What drips here would last for minutes; a busy machine may take some seconds more.
    assert time.monotonic() - started < seconds + 15
    return raised.value


UNKNOWN = {
    "headers that drip": drip(http(body=b"{}")),
    "a body that drips": drip(b" " * 400, after=HEAD),
    "chunks that drip": drip(b"1\r\n \r\n" * 100, after=CHUNKED),
    "no answer": hang(),
    "half of the headers, then nothing": hang(b"HTTP/1.1 200 OK\r\ncontent-"),
    "half of the body, then nothing": hang(HEAD + b"{"),
    "closed at once": say(),
    "reset": reset(),
    "body cut off": say(HEAD, b'{"data": '),
    "chunks cut off": say(CHUNKED, b"5\r\n12"),
    "not HTTP": say(b"220 mail.example.com ESMTP\r\n"),
    "endless headers": flood(b"HTTP/1.1 200 OK\r\n", b"x-header: " + b"x" * 1000 + b"\r\n"),
    "only 100 Continue": hang(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless 100 Continue": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
BAD = {
    "gzip bomb": say(gzip_bomb()),
    "compressed": say(http(body=b"xx", content_encoding="br")),
    "compressed twice": say(http(body=b"xx", content_encoding="identity, gzip")),
    "too large": say(http(body=b" " * 1024 * 1024)),
    "one byte too large": say(http(body=b" " * (MAX_BYTES + 1))),
    "endless": flood(CHUNKED, b"1000\r\n" + b" " * 0x1000 + b"\r\n"),
    "301": say(http("301 Moved", location="/v3/elsewhere")),
    "303": say(http("303 See Other", location="/v3/elsewhere")),
    "304": say(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
}
GOOD = {
    "HTML": (http(body="<html></html>", content_type="text/html"), 200, b"<html></html>"),
    "HTML of a gateway": (http("502 Bad Gateway", "<html>"), 502, b"<html>"),
    "empty body": (http("503 Unavailable"), 503, b""),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    "100 Continue first": (b"HTTP/1.1 100 Continue\r\n\r\n" + http(body=b"{}"), 200, b"{}"),
    "two answers": (http(body=b"first") + http(body=b"second"), 200, b"first"),
    "no length": (b"HTTP/1.1 200 OK\r\n\r\n{}", 200, b"{}"),
    "old HTTP": (b"HTTP/1.0 200 OK\r\n\r\n{}", 200, b"{}"),
    "chunks": (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", 200, b"{}"),
    "not UTF-8": (http(body=b"\xff\xfe"), 200, b"\xff\xfe"),
    "largest": (http(body=b" " * MAX_BYTES), 200, b" " * MAX_BYTES),
    "encoding named but none": (http(body=b"{}", content_encoding="Identity"), 200, b"{}"),
}


@pytest.mark.parametrize("play", UNKNOWN.values(), ids=UNKNOWN)
def test_a_request_that_arrived_is_not_repeated_and_its_outcome_is_unknown(play: Play) -> None:
    with hostile(play) as server:
        error = failure(server)
        assert isinstance(error, OutcomeUnknown)
        assert len(server.requests) == server.connections == 1


def test_the_outcome_is_unknown_too_when_nobody_reads_the_request() -> None:
    with hostile(hang(), reads=False) as server:
        assert isinstance(failure(server), OutcomeUnknown)
        assert server.connections == 1


@pytest.mark.parametrize("play", BAD.values(), ids=BAD)
def test_an_answer_that_nylas_never_gives_is_bad_and_not_asked_for_again(play: Play) -> None:
    with hostile(play) as server:
        assert type(failure(server, seconds=ENOUGH_SECONDS)) is BadAnswer
        assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize(("answer", "status", "body"), GOOD.values(), ids=GOOD)
def test_any_other_answer_comes_back_as_it_is(answer: bytes, status: int, body: bytes) -> None:
    with hostile(say(answer)) as server:
        found = send(server, seconds=ENOUGH_SECONDS)
        assert (found.status, found.body) == (status, body)
        assert len(server.requests) == server.connections == 1


def test_a_refused_connection_is_tried_twice() -> None:
    tried = []

    def refuse(request: httpx.Request) -> httpx.Response:
        tried.append(request)
        raise httpx.ConnectError("refused", request=request)

    upstream = HttpClient(transport=httpx.MockTransport(refuse))
    with pytest.raises(NotSent):
        upstream.send("POST", "https://nylas.example", seconds=SECONDS, json={"password": SECRET})
    assert len(tried) == 2


def test_a_server_that_is_back_at_the_second_try_gets_one_request() -> None:
    tried = []

    def refuse_once(request: httpx.Request) -> httpx.Response:
        tried.append(request)
        if len(tried) == 1:
            raise httpx.ConnectTimeout("too slow", request=request)
        return httpx.Response(200, content=b"{}")

    upstream = HttpClient(transport=httpx.MockTransport(refuse_once))
    assert upstream.send("GET", "https://nylas.example", seconds=SECONDS).status == 200
    assert len(tried) == 2


def test_a_port_that_nobody_listens_on_means_that_nothing_was_sent() -> None:
    assert type(failure(Hostile(port=free_port()))) is NotSent


@pytest.mark.parametrize("address", ["ftp://nylas.example/", "http://[/", "nonsense"])
def test_an_address_that_cannot_be_called_means_that_nothing_was_sent(address: str) -> None:
    with pytest.raises(NotSent):
        UPSTREAM.send("GET", address, seconds=SECONDS)


def test_the_moment_to_send_comes_once_there_is_a_connection_and_before_anything_is_sent() -> None:
    moments: list[tuple[str, int]] = []

    def answer(sock: socket.socket, over: threading.Event) -> None:
        moments.append(("came", server.connections))
        sock.sendall(http(body=b"{}"))

    @contextlib.contextmanager
    def send_slot() -> Iterator[None]:
        time.sleep(0.2)
        moments.append(("its turn", server.connections))
        yield
        moments.append(("begun", server.connections))

    with hostile(answer) as server:
        UPSTREAM.send("POST", server.url, seconds=ENOUGH_SECONDS, json={}, send_slot=send_slot)
    # The second write, of the body, is what "came" waits for.
    assert moments == [("its turn", 1), ("begun", 1), ("came", 1)]


@pytest.mark.slow
def test_a_moment_that_comes_too_late_means_that_nothing_was_sent() -> None:
    @contextlib.contextmanager
    def send_slot() -> Iterator[None]:
        time.sleep(2 * SECONDS)
        yield

    heard: list[bytes] = []

    def listen(sock: socket.socket, over: threading.Event) -> None:
        heard.append(sock.recv(100))

    with hostile(listen) as server:
        with pytest.raises(NotSent):
            UPSTREAM.send(
                "POST", server.url, seconds=SECONDS, json={"a": "secret"}, send_slot=send_slot
            )
        assert server.connections == 1
    assert b"".join(heard) == b""


def test_no_time_left_means_that_nothing_was_sent() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        with pytest.raises(NotSent):
            send(server, seconds=0)
        assert server.connections == 0


@pytest.mark.parametrize(
    ("days", "trusted", "words"),
    [(-1, True, "certificate has expired"), (1, False, "self-signed certificate")],
)
def test_a_certificate_that_is_refused_is_named(
    days: int, trusted: bool, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cert, key = certificate(tmp_path, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            for _ in range(2):  # a connection that cannot be made is tried once more
                with contextlib.suppress(OSError):
                    context.wrap_socket(listener.accept()[0], server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}/"
        with pytest.raises(NotSent) as raised:
            HttpClient().send("POST", url, seconds=10, json={"password": SECRET})
        thread.join()
    assert str(raised.value) == f"certificate refused: {words}"


def test_over_tls_an_answer_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with context.wrap_socket(listener.accept()[0], server_side=True) as tls:
                tls.recv(9999)
                tls.sendall(http(body=b"{}"))

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}/"
        came = HttpClient().send("GET", url, seconds=10)
        thread.join()
    assert (came.status, came.body) == (200, b"{}")


def test_a_host_name_that_nobody_has_is_told_apart() -> None:
    with pytest.raises(NotSent) as raised:
        UPSTREAM.send("GET", "https://api.nylas.invalid/", seconds=10)
    assert str(raised.value) == "host name not found"


@pytest.mark.slow
def test_an_answer_that_is_still_coming_at_the_deadline_is_none() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"{"
        time.sleep(2 * SECONDS)
        yield b"}"

    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=chunks()))
    with pytest.raises(OutcomeUnknown, match="deadline"):
        HttpClient(transport=transport).send("GET", "https://nylas.example/", seconds=SECONDS)


def test_nothing_is_read_after_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"late")
        stream = http_connection._Stream(SyncStream(ours), time.monotonic() - 1, nullcontext)
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(10)
        assert ours.recv(10) == b"late"

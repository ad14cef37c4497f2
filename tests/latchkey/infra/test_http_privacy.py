import gc
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.ports import free_port
from latchkey.infra.errors import BadAnswer, NotSent, UpstreamError
from latchkey.infra.http import Answer, HttpClient
from tests.hostile import Hostile, Play, hang, hostile, http, reset, say
from tests.servers import certificate

SECONDS = 0.5
ENOUGH_SECONDS = 10.0
SECRET = "hunter2-nobody-may-see-this"
UPSTREAM = HttpClient()


def send(server: Hostile, *, seconds: float = ENOUGH_SECONDS) -> Answer:
    return UPSTREAM.send("POST", f"{server.url}/v3/x", seconds=seconds, json={"password": SECRET})


def failure(server: Hostile) -> UpstreamError:
    with pytest.raises(UpstreamError) as raised:
        send(server, seconds=SECONDS)
    return raised.value


def everything_in(error: BaseException) -> Iterator[str]:
    """All texts that hang on an exception and those behind it, local variables excepted."""
    todo: list[Any] = [error]
    seen = set()
    while todo:
        thing = todo.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        yield repr(thing)
        if isinstance(thing, BaseException):
            todo += [thing.__cause__, thing.__context__, *thing.args]
        if isinstance(thing, list | tuple):
            todo += thing
        todo += getattr(thing, "__dict__", {}).values()


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect", "308 Permanent"])
def test_a_redirect_never_carries_a_password_to_another_server(status: str) -> None:
    with (
        hostile(say(http(body=b'{"data": {}}'))) as thief,
        hostile(say(http(status, location=f"{thief.url}/v3/connect/custom"))) as server,
    ):
        assert type(failure(server)) is BadAnswer
        assert thief.connections == 0


FAILURES = {
    "timeout": hang(),
    "closed": say(),
    "reset": reset(),
    "not HTTP": say(b"220 hello\r\n"),
    "redirect": say(http("301 Moved", location="/")),
    "too large": say(http(body=b" " * 1024 * 1024)),
}


@pytest.mark.parametrize("play", FAILURES.values(), ids=FAILURES)
def test_no_exception_holds_what_was_sent(play: Play) -> None:
    with hostile(play) as server:
        error = failure(server)
        assert json.loads(server.requests[0].body) == {"password": SECRET}
    assert not [text for text in everything_in(error) if SECRET in text]


def test_no_exception_about_a_missing_connection_holds_what_was_to_be_sent() -> None:
    error = failure(Hostile(port=free_port()))
    assert not [text for text in everything_in(error) if SECRET in text]


def test_an_answer_does_not_show_its_body_when_printed() -> None:
    with hostile(say(http(body=SECRET))) as server:
        assert SECRET not in repr(send(server))


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile(say(http(body=b"{}"))) as proxy, hostile(say(http(body=b"{}"))) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        send(server)
        assert (proxy.connections, server.connections) == (0, 1)


def test_a_request_asks_for_plain_json_and_says_no_more_than_it_must() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        send(server)
        assert server.requests[0].headers["accept-encoding"] == "identity"
        assert server.requests[0].headers["accept"] == "application/json"
        assert server.requests[0].headers["content-type"] == "application/json"
        assert "cookie" not in server.requests[0].headers


@pytest.mark.slow
def test_what_was_sent_goes_with_its_answer_and_not_at_the_next_garbage_collection() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        send(server)
        gc.collect()
        gc.disable()
        try:
            send(server)
            requests = [found for found in gc.get_objects() if isinstance(found, httpx.Request)]
        finally:
            gc.enable()
        # What other tests hold is none of its concern.
        assert [found for found in requests if found.url == server.url] == []


def test_cookies_of_an_answer_are_not_sent_with_the_next_request() -> None:
    with hostile(say(http(body=b"{}", set_cookie="a=b; Path=/"))) as server:
        for _ in range(2):
            UPSTREAM.send("GET", server.url, seconds=ENOUGH_SECONDS)
        assert [request.headers.get("cookie") for request in server.requests] == [None, None]


def test_every_request_has_a_connection_of_its_own() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        for _ in range(3):
            UPSTREAM.send("GET", server.url, seconds=ENOUGH_SECONDS)
        assert server.connections == 3


def test_a_form_is_sent_as_one() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        UPSTREAM.send("POST", server.url, seconds=ENOUGH_SECONDS, form={"a": "b c&d"})
        assert server.requests[0].body == b"a=b+c%26d"


def test_bytes_are_sent_as_they_are() -> None:
    with hostile(say(http(body=b"{}"))) as server:
        UPSTREAM.send("POST", server.url, seconds=ENOUGH_SECONDS, content=b'{"a":  "\xff"}')
        assert server.requests[0].body == b'{"a":  "\xff"}'


def test_a_certificate_that_nobody_vouches_for_means_that_nothing_was_sent(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    received = []

    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            sock = listener.accept()[0]
            try:
                with context.wrap_socket(sock, server_side=True) as tls:
                    received.append(tls.recv(1024))
            except OSError:
                sock.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(NotSent) as raised:
            UPSTREAM.send(
                "POST",
                f"https://127.0.0.1:{listener.getsockname()[1]}/",
                seconds=ENOUGH_SECONDS,
                json={"password": SECRET},
            )
        thread.join(ENOUGH_SECONDS)
    assert b"".join(received) == b""
    assert not [text for text in everything_in(raised.value) if SECRET in text]


def test_a_server_that_never_finishes_its_tls_handshake_was_sent_nothing() -> None:
    started = time.monotonic()
    with hostile(hang(), reads=False) as server, pytest.raises(NotSent):
        UPSTREAM.send("GET", f"https://127.0.0.1:{server.port}/", seconds=SECONDS)
    assert time.monotonic() - started < SECONDS + 3

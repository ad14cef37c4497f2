import contextlib
import imaplib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.ports import free_port
from config import ROOT, VARIABLES
from tests.servers import (
    dovecot,
    dovecot_config,
    dovecot_version,
    redis,
    trusting_nobody,
    wait_for,
)

pytestmark = pytest.mark.slow

ODD = "  sp ace\"'<&+%\\:;{}$ü "


@pytest.mark.dovecot
def test_dovecot_takes_a_password_of_any_characters_and_no_other() -> None:
    with dovecot({"someone@example.com": ODD}) as port:
        imap = imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=trusting_nobody())
        answer = f"\0someone@example.com\0{ODD}".encode()
        assert imap.authenticate("PLAIN", lambda _: answer)[0] == "OK"
        imap.logout()
        imap = imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=trusting_nobody())
        with pytest.raises(imaplib.IMAP4.error):
            imap.authenticate("PLAIN", lambda _: answer.rstrip(b" "))
        imap.logout()


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("2.3.19.1 (9b53102964)\n", "2.3.19.1"),
        ("2.4.1-4 (7d8c0e5759)\n", "2.4.1"),
        ("2.4.2\n", "2.4.2"),
        ("2.10.0-rc1+deb14u1 (abc)\n", "2.10.0"),
    ],
)
def test_dovecots_configuration_names_its_version_without_the_packages(
    told: str, version: str
) -> None:
    assert dovecot_version(told) == version
    named = f"dovecot_config_version = {version}"
    template = dovecot_config(version).replace("{version}", version)
    assert (named in template) is not version.startswith("2.3")


@pytest.mark.redis
def test_redis_answers() -> None:
    with redis() as server:
        port = urlsplit(server.url).port
        assert port
        with socket.create_connection(("127.0.0.1", port), 2) as sock:
            sock.sendall(b"PING\r\n")
            assert sock.recv(16) == b"+PONG\r\n"


# From here on, the page's own server: gunicorn with deploy/gunicorn.conf.py.

LITTLE_APP = """
import time

def app(environ, start_response):
    if environ["REQUEST_METHOD"] == "POST":
        environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/busy":
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
    if environ["PATH_INFO"] == "/broken":
        raise RuntimeError(environ["QUERY_STRING"])
    time.sleep(1 if environ["PATH_INFO"] == "/slow" else 0)
    start_response("200 OK", [("Content-Length", "4")])
    return [environ["wsgi.url_scheme"].encode()]
"""


def gunicorn(
    app: str, folder: Path, before: Sequence[str] = (), root: Path = ROOT, **variables: str
) -> subprocess.Popen[bytes]:
    # What a developer's own .env says must not matter here: an empty variable stands above it.
    unset = {name: "" for row in VARIABLES for name in (row.name, f"{row.name}_FILE")}
    # gunicorn reads this one too, and cannot read an empty one.
    unset["WEB_CONCURRENCY"] = "1"
    environ = {**unset, "PATH": os.environ["PATH"], "PYTHONPATH": str(folder), **variables}
    command = [
        *before,
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.conf.py",
        app,
    ]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=root, env=environ, stdout=log, stderr=log)


@contextlib.contextmanager
def gunicorn_ready(
    folder: Path,
    host: str = "127.0.0.1",
    app: str = "little:app",
    before: Sequence[str] = (),
    **variables: str,
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    (folder / "little.py").write_text(LITTLE_APP)
    port = free_port()
    here = {"SANDBOX": "true", "HOST": host, "PORT": str(port)}
    process = gunicorn(app, folder, before, ROOT, **here, **variables)
    try:
        wait_for(port, process, host)
        # A worker that is only just starting would miss the signal to stop.
        ask(port, "GET / HTTP/1.1", "Host: localhost", host=host)
        yield port, process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        # At once, and gunicorn's workers notice that they are alone.
        process.kill()
        process.wait(5)
        raise


def ask(port: int, *lines: str, host: str = "127.0.0.1") -> str:
    with socket.create_connection((host, port), 60) as sock:
        sock.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        return b"".join(iter(lambda: sock.recv(4096), b"")).decode()


def test_wrong_settings_are_told_in_plain_words_before_anything_starts(tmp_path: Path) -> None:
    process = gunicorn("app:create_app()", tmp_path, NYLAS_API_KEY="key", SANDBOX="true")
    assert process.wait(20) == 1
    log = (tmp_path / "log").read_text()
    assert "NYLAS_API_KEY and SANDBOX=true are both set" in log
    assert "Traceback" not in log
    assert "gunicorn" not in log


def test_what_is_probably_not_meant_is_in_the_log_of_the_start(tmp_path: Path) -> None:
    public = {"PUBLIC_URL": "https://connect.example.com"}
    with gunicorn_ready(tmp_path, **public):
        log = (tmp_path / "log").read_text()
    assert "[WARNING] SANDBOX is true, so the page answers on this machine only" in log


def test_the_address_to_open_is_printed_even_where_only_ascii_can_be(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path, PYTHONIOENCODING="ascii") as (port, _):
        assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost")
    log = (tmp_path / "log").read_text()
    assert f"Latchkey is ready: http://localhost:{port}  (sandbox" in log


def test_standard_output_is_the_log_alone(tmp_path: Path) -> None:
    apart = ("sh", "-c", f"exec \"$@\" 2>'{tmp_path}/errors'", "sh")
    with gunicorn_ready(tmp_path, app="app:create_app()", before=apart):
        pass
    assert "Latchkey is ready: " in (tmp_path / "errors").read_text()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert "request" in [line["event"] for line in lines]


def test_an_ipv6_address_can_be_listened_on(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with gunicorn_ready(tmp_path, host="::1") as (port, _):
        pass
    assert f"Latchkey is ready: http://[::1]:{port}" in (tmp_path / "log").read_text()


def test_the_log_never_shows_what_a_request_was_made_of(tmp_path: Path) -> None:
    host = "Host: localhost"
    with gunicorn_ready(tmp_path, GUNICORN_CMD_ARGS="--log-level debug") as (port, _):
        with socket.create_connection(("127.0.0.1", port), 60) as sock:
            sock.sendall(b"GET /?email=someone@example.com HTTP/1.1\r\nCookie: a=someone\r\n")
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""
        assert "500" in ask(port, "GET /broken?email=someone@example.com HTTP/1.1", host)
        assert "400" in ask(port, "GET /?email=someone@example.com HTTP/1.1 more", host)
        assert "400" in ask(port, "GET / HTTP/1.1", host, "Bad someone@example.com: 1")
    log = (tmp_path / "log").read_text()
    assert "A request broke off: RuntimeError" in log
    assert "Unreadable request: InvalidHTTPVersion" in log
    assert "A request was cut off." in log
    assert "someone" not in log


def test_why_a_worker_did_not_start_is_told_in_full(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_that_name")
    process = gunicorn("broken:app", tmp_path, SANDBOX="true", PORT=str(free_port()))
    assert process.wait(20) != 0
    log = (tmp_path / "log").read_text()
    assert "Exception in worker process" in log
    assert "Traceback" in log


def test_what_is_wrong_with_a_brand_is_told_without_a_traceback(tmp_path: Path) -> None:
    brand = tmp_path / "brand.toml"
    brand.write_text("name = 1")
    process = gunicorn(
        "app:create_app()", tmp_path, SANDBOX="true", PORT=str(free_port()), BRAND_FILE=str(brand)
    )
    assert process.wait(60) != 0
    log = (tmp_path / "log").read_text()
    assert "\nbrand.toml, line 1: name must be a line of text.\n" in log
    assert "Traceback" not in log


def test_the_server_believes_no_proxy_and_does_not_say_what_it_is(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (port, _):
        answer = ask(port, "GET / HTTP/1.1", "Host: localhost", "X-Forwarded-Proto: https")
    assert answer.endswith("\r\n\r\nhttp")
    assert "gunicorn" not in answer.lower()
    assert "\r\nServer:" not in answer


def test_a_platform_that_turns_on_an_access_log_gets_none(tmp_path: Path) -> None:
    # Heroku's way; the file of settings does not win over it.
    with gunicorn_ready(tmp_path, GUNICORN_CMD_ARGS="--access-logfile -") as (port, _):
        ask(port, "GET /?login_hint=ann@example.com HTTP/1.1", "Host: localhost")
    assert "login_hint" not in (tmp_path / "log").read_text()


def test_the_server_takes_no_core_dumps_and_has_no_debugger(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (port, process):
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        answer = ask(port, "GET /console?__debugger__=yes HTTP/1.1", "Host: localhost")
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M)
    assert "debugger" not in answer


def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (port, process):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            sock.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            sock.settimeout(0.5)
            with pytest.raises(TimeoutError):
                sock.recv(1)
            process.send_signal(signal.SIGTERM)
            sock.settimeout(10)
            assert b"200 OK" in sock.recv(4096)
        assert process.wait(20) == 0


def test_who_comes_while_others_are_still_being_served_is_served_too(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (port, process):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            sock.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            sock.settimeout(0.3)
            with pytest.raises(TimeoutError):
                sock.recv(1)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.2)
            assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost")
            sock.settimeout(10)
            assert b"200 OK" in sock.recv(4096)
        # The page that the answer leads to.
        assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost")
        assert process.wait(20) == 0
        with pytest.raises(ConnectionRefusedError):
            ask(port, "GET / HTTP/1.1", "Host: localhost")


def test_a_server_that_stops_answers_all_whose_connection_it_took(tmp_path: Path) -> None:
    def ask_until_refused(_: int) -> list[str]:
        answers = []
        try:
            while True:
                answers.append(ask(port, "GET /busy HTTP/1.1", "Host: localhost")[:15])
        except ConnectionError as error:
            answers.append(type(error).__name__)
        return answers

    with gunicorn_ready(tmp_path) as (port, process), ThreadPoolExecutor(12) as people:
        asked = people.map(ask_until_refused, range(12))
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        answers = [answer for one in asked for answer in one]
        assert process.wait(20) == 0
    assert set(answers) - {"ConnectionResetError"} == {"HTTP/1.1 200 OK", "ConnectionRefusedError"}
    # Who comes between the last that is accepted and the end of the socket; the kernel does that.
    assert answers.count("ConnectionResetError") <= 1


def test_a_server_that_serves_nobody_stops_soon(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def drip(sock: socket.socket, *, seconds: int) -> None:
    for _ in range(seconds * 10):
        sock.sendall(b"a")
        time.sleep(0.1)


def test_a_body_that_drips_is_cut_off(tmp_path: Path) -> None:
    with gunicorn_ready(tmp_path) as (port, _):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
            with pytest.raises(OSError, match=r"reset|pipe"):
                drip(sock, seconds=30)
        assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost")


def test_forms_that_wait_for_their_turn_are_not_cut_off_as_if_they_were_slow(
    tmp_path: Path,
) -> None:
    form = b"POST /busy HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
    with (
        gunicorn_ready(tmp_path, GUNICORN_CMD_ARGS="--keep-alive 1") as (port, _),
        contextlib.ExitStack() as stack,
    ):
        connect = partial(socket.create_connection, ("127.0.0.1", port), 60)
        people = [stack.enter_context(connect()) for _ in range(20)]
        for person in people:
            person.sendall(form)
        assert [b"200 OK" in person.recv(4096) for person in people] == [True] * 20


def test_a_busy_client_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with gunicorn_ready(tmp_path) as (port, _):
        with socket.create_connection(("127.0.0.1", port), 10) as greedy:
            greedy.sendall(request * 20_000)
            assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost")
            greedy.settimeout(0.5)
            answered = greedy.recv(1 << 20).count(b"200 OK")
        assert answered < 20_000

"""The proxies of deploy/, run as they are except for names, ports and certificates."""

import contextlib
import json
import re
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import httpx
import pytest

from app import create_app
from config import ROOT
from tests.conftest import make_settings
from tests.pages import Visitor
from tests.servers import certificate, find_program, free_port, serve, trusting_nobody, wait_for

NAME = "connect.example.com"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that runs.

    :ivar folder: holds its logs.
    :ivar plain: port that speaks http.
    """

    folder: Path
    port: int
    plain: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=trusting_nobody(), trust_env=False)

    def logs(self) -> str:
        return "".join(file.read_text() for file in self.folder.glob("*log*"))


Start = Callable[[Path, str], contextlib.AbstractContextManager[Proxy]]


def replaced(name: str, **changes: str) -> str:
    """A file of deploy/ with each of these texts, which must be there, replaced."""
    text = (ROOT / "deploy" / name).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def nginx(folder: Path, upstream: str) -> Iterator[Proxy]:
    program = find_program("nginx")
    cert, key = certificate(folder)
    proxy = Proxy(folder=folder, port=free_port(), plain=free_port())
    changes = {
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        NAME: "localhost",
        "127.0.0.1:8000": upstream.removeprefix("http://"),
        "/etc/ssl/latchkey/fullchain.pem": str(cert),
        "/etc/ssl/latchkey/privkey.pem": str(key),
        "/var/log/nginx": str(folder),
    }
    (folder / "latchkey.conf").write_text(replaced("nginx.conf", **changes))
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{path}_temp_path {folder}/{path};" for path in paths)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/main.log;"
        f"events {{}} http {{ {temporary} include {folder}/latchkey.conf; }}"
    )
    with running([program, "-e", f"{folder}/start.log", "-c", f"{folder}/nginx.conf"], proxy.port):
        yield proxy


@contextlib.contextmanager
def caddy(folder: Path, upstream: str) -> Iterator[Proxy]:
    program = find_program("caddy")
    cert, key = certificate(folder)
    proxy = Proxy(folder=folder, port=free_port(), plain=free_port())
    # Without the console for administrators, and without ports 80 and 443.
    options = f"{{\n\tadmin off\n\thttp_port {proxy.plain}\n\thttps_port {proxy.port}\n\tservers {{"
    changes = {
        "{\n\tservers {": options,
        f"\n{NAME} {{": f"\nlocalhost:{proxy.port} {{\n\ttls {cert} {key}",
        "127.0.0.1:8000": upstream.removeprefix("http://"),
    }
    (folder / "Caddyfile").write_text(replaced("Caddyfile", **changes))
    command = [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]
    with running(command, proxy.port, folder):
        yield proxy


@contextlib.contextmanager
def running(command: list[str], port: int, home: Path | None = None) -> Iterator[None]:
    environ = {"PATH": "/usr/bin:/usr/sbin", "HOME": str(home), "XDG_DATA_HOME": str(home)}
    process = subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(10)


EACH = pytest.mark.parametrize("start", [nginx, caddy])


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answers with the headers and the length of the body that arrived."""
    length = len(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"length": length, **headers}).encode()]


@EACH
def test_a_sign_in_goes_through(start: Start, tmp_path: Path) -> None:
    app = create_app(make_settings(TRUSTED_PROXIES="1"))
    with serve(app) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        visitor = Visitor(client)
        page = visitor.sign_in("someone@example.com")
        assert page.heading == "Your mailbox is connected"
        (secure,) = {cookie.secure for cookie in client.cookies.jar}
        assert secure
        assert all(name.startswith("__Host-") for name in visitor.cookies())


@EACH
def test_what_clients_say_about_themselves_is_not_passed_on(start: Start, tmp_path: Path) -> None:
    forged = {
        "X-Forwarded-For": "8.8.8.8",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "1",
    }
    with serve(echo) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        seen = client.get("/", headers=forged).json()
        assert seen["HTTP_HOST"] == f"localhost:{proxy.port}"
        assert seen["HTTP_X_FORWARDED_HOST"] == f"localhost:{proxy.port}"
        # Where "localhost" is asked for in IPv6 first, as Debian 13 does, clients come from ::1.
        assert seen["HTTP_X_FORWARDED_FOR"] in ("127.0.0.1", "::1")
        assert seen["HTTP_X_FORWARDED_PROTO"] == "https"
        assert seen["HTTP_X_FORWARDED_PORT"] == str(proxy.port)


@EACH
def test_no_query_reaches_a_log(start: Start, tmp_path: Path) -> None:
    with serve(echo) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        client.get("/?login_hint=hunter2@example.com")
        client.get("/%zz?login_hint=hunter2@example.com")
    gone = f"http://127.0.0.1:{free_port()}"
    with start(tmp_path, gone) as proxy, proxy.client() as client:
        assert client.get("/?login_hint=hunter2@example.com").status_code == 502
        logs = proxy.logs()
    assert "hunter2" not in logs
    assert start is caddy or '"GET /" 200' in logs


@EACH
def test_bodies_up_to_the_limit_pass_and_larger_ones_do_not(start: Start, tmp_path: Path) -> None:
    with serve(echo) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        assert client.post("/", content=b"x" * 60_000).json()["length"] == 60_000
        with contextlib.suppress(httpx.HTTPError):
            assert client.post("/", content=b"x" * 70_000).status_code in (413, 502)


def test_no_body_touches_the_disk_of_nginx(tmp_path: Path) -> None:
    with serve(echo) as upstream, nginx(tmp_path, upstream) as proxy:
        # Nothing can be written there any more; root ignores permissions, not missing folders.
        for name in ("client_body", "proxy"):
            (tmp_path / name).rmdir()
        with proxy.client() as client:
            assert client.post("/", content=b"x" * 65_536).json()["length"] == 65_536


@EACH
def test_metrics_are_not_for_the_world(start: Start, tmp_path: Path) -> None:
    with serve(echo) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        assert client.get("/metrics").status_code == 404


@EACH
def test_browsers_get_http_2_and_no_old_tls(start: Start, tmp_path: Path) -> None:
    with serve(echo) as upstream, start(tmp_path, upstream) as proxy:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            assert _negotiate(proxy.port, version) == "h2"
        with pytest.raises(OSError):  # noqa: PT011 (each OpenSSL has a text of its own)
            _negotiate(proxy.port, ssl.TLSVersion.TLSv1_1)


def _negotiate(port: int, version: ssl.TLSVersion) -> str | None:
    context = trusting_nobody()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with pytest.warns() if version < ssl.TLSVersion.TLSv1_2 else contextlib.nullcontext():
        context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port), 5) as sock,
        context.wrap_socket(sock, server_hostname="localhost") as tls,
    ):
        return tls.selected_alpn_protocol()


def test_http_leads_to_https(tmp_path: Path) -> None:
    with serve(echo) as upstream, nginx(tmp_path, upstream) as proxy:
        answer = httpx.get(f"http://localhost:{proxy.plain}/x?y=1", trust_env=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/x?y=1")


def test_both_wait_long_enough_and_give_connections_up_first() -> None:
    server = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    kept = re.search(r"^keepalive = (\d+)$", server, re.M)
    assert kept
    for name, patterns in {
        "nginx.conf": (r"proxy_read_timeout (\d+)s", r"keepalive_timeout (\d+)s"),
        "Caddyfile": (r"response_header_timeout (\d+)s", r"keepalive (\d+)s"),
    }.items():
        text = (ROOT / "deploy" / name).read_text()
        wait, idle = (re.search(pattern, text) for pattern in patterns)
        assert wait
        assert idle
        assert int(wait[1]) >= 150
        assert int(idle[1]) < int(kept[1])


def count_answers(proxy: Proxy, number: int, threads: int) -> Counter[int]:
    def ask(_: int) -> int:
        with proxy.client() as client:
            return client.get("/healthz", timeout=30).status_code

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(ask, range(number)))


def test_nginx_limits_the_requests_of_a_client_and_says_when_to_come_back(tmp_path: Path) -> None:
    with serve(echo) as upstream, nginx(tmp_path, upstream) as proxy, proxy.client() as client:
        answers = count_answers(proxy, 40, 4)
        assert answers == {200: 40}, "an office behind one address notices nothing"
        statuses = [client.get("/healthz").status_code for _ in range(600)]
        assert set(statuses) == {200, 429}
        assert statuses[:150] == [200] * 150
        refused = next(iter(a for a in iter(lambda: client.get("/"), None) if a.status_code == 429))
        assert refused.headers["Retry-After"] == "5"
        assert "wait a few seconds" in refused.text


def test_nginx_limits_what_one_client_has_under_way(tmp_path: Path) -> None:
    inside, released = threading.Semaphore(0), threading.Event()

    def slow(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        inside.release()
        released.wait(60)
        return echo(environ, start_response)

    with serve(slow) as upstream, nginx(tmp_path, upstream) as proxy, proxy.client() as client:
        ask = partial(client.get, "/", timeout=60, headers={"Connection": "close"})
        with ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(ask) for _ in range(100)]
            assert all(inside.acquire(timeout=60) for _ in asked)
            with proxy.client() as more:
                refused = more.get("/").status_code
            released.set()
            answers = Counter(one.result().status_code for one in asked)
        assert refused == 429
        assert answers == {200: 100}
        assert ask().status_code == 200

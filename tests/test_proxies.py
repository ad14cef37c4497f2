"""What passes the proxies of deploy/, and how."""

import contextlib
import re
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from app import create_app
from bench.ports import free_port
from config import ROOT
from tests.calling import CallingApp
from tests.conftest import make_settings
from tests.pages import Visitor
from tests.proxies import Start, caddy, echo, nginx
from tests.servers import serve, trusting_nobody

EACH = pytest.mark.parametrize("start", [nginx, caddy])


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
def test_the_longest_headers_pass(start: Start, tmp_path: Path) -> None:
    app = CallingApp(create_app(make_settings(TRUSTED_PROXIES="1")))
    state = "".join(map(chr, range(0x10000, 0x10100)))
    with serve(app.page) as upstream, start(tmp_path, upstream) as proxy, proxy.client() as client:
        visitor = Visitor(client)
        page = visitor.get(app.address(login_hint="someone@example.com", state=state))
        page = visitor.submit(visitor.submit(page), password="secret")
        answer = app.get_back(visitor, page)
        assert answer["state"] == state
        # Cookies of the parent domain come along; Latchkey takes so much of them, too.
        cookies = {"Cookie": f"other={'x' * 15_000}"}
        assert client.get("/healthz", headers=cookies).status_code == 200


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
    write = re.search(r"write (\d+)s", (ROOT / "deploy" / "Caddyfile").read_text())
    assert write
    assert int(write[1]) > 150

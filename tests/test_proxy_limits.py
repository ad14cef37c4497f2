"""What the proxies of deploy/ let one client do."""

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from config import ROOT
from tests.proxies import Proxy, caddy, echo, nginx
from tests.servers import serve, trusting_nobody

pytestmark = pytest.mark.slow


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


# As behind another proxy, so that one machine can be many clients.
ANY_CLIENT = "set_real_ip_from 127.0.0.1; set_real_ip_from ::1; real_ip_header X-Client;"


def statuses_for(proxy: Proxy, clients: Iterable[str]) -> list[int]:
    with proxy.client() as client:
        sent = [client.get("/healthz", headers={"X-Client": address}) for address in clients]
    return [answer.status_code for answer in sent]


@pytest.mark.parametrize(
    "address",
    [
        "2001:db8:1:2:a:b:c:{:x}",
        "2001:db8:1:2:{0:x}:{0:x}::{0:x}",
        "2001:db8::a:b:c:{:x}",
        "2001:db8:1::{:x}",
        "::1:a:b:c:{:x}",
        "2001:db8:a0a:a0a:a0a:a0a:a0a:{:x}",
    ],
    ids=["all groups", "random", "zeros within", "zeros at the end", "zeros first", "line ends"],
)
def test_ipv6_addresses_of_one_network_are_one_client_of_nginx(
    address: str, tmp_path: Path
) -> None:
    with serve(echo) as upstream, nginx(tmp_path, upstream, ANY_CLIENT) as proxy:
        statuses = statuses_for(proxy, (address.format(number) for number in range(1, 601)))
    assert set(statuses) == {200, 429}
    assert statuses[:150] == [200] * 150


def test_other_networks_are_other_clients_of_nginx(tmp_path: Path) -> None:
    with serve(echo) as upstream, nginx(tmp_path, upstream, ANY_CLIENT) as proxy:
        others = [f"2001:db8:1:{number:x}::1" for number in range(400)]
        others += [f"192.0.{number // 256}.{number % 256}" for number in range(400)]
        assert set(statuses_for(proxy, others)) == {200}


def test_caddy_takes_headers_up_to_a_limit(tmp_path: Path) -> None:
    with serve(echo) as upstream, caddy(tmp_path, upstream) as proxy, proxy.client() as client:
        assert client.get("/", headers={"Cookie": "a=" + "x" * 16_000}).status_code == 200
        assert client.get("/", headers={"Cookie": "a=" + "x" * 60_000}).status_code == 431


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("read_header", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
        ("read_body", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\npart"),
        ("idle", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ],
)
def test_caddy_lets_slow_clients_go(limit: str, sent: bytes, tmp_path: Path) -> None:
    usual = re.search(rf"{limit} \d+s", (ROOT / "deploy" / "Caddyfile").read_text())
    assert usual
    with serve(echo) as upstream, caddy(tmp_path, upstream, **{usual[0]: f"{limit} 1s"}) as proxy:
        context = trusting_nobody()
        with (
            socket.create_connection(("127.0.0.1", proxy.port), 60) as sock,
            context.wrap_socket(sock, server_hostname="localhost") as tls,
        ):
            tls.sendall(sent)
            # Read to the end, which only the proxy can set.
            while tls.recv(65536):
                pass


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

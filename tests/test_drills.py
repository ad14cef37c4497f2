"""Drills: what the page does when something around it breaks, under gunicorn as in production."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from config import SANDBOX_API_KEY
from tests.conftest import SECRET
from tests.measured import value
from tests.pages import Page, Visitor
from tests.servers import certificate, free_port, wait_for
from tests.test_servers import gunicorn, stop


class Drilled:
    """The page under gunicorn, with its log and its metrics."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self._port, self._metrics, self._log = free_port(), free_port(), folder / "log"
        self.process = gunicorn(
            "app:create_app()", folder,
            SANDBOX="", NYLAS_API_KEY=SANDBOX_API_KEY, SECRET_KEY=SECRET,
            PORT=str(self._port), METRICS_PORT=str(self._metrics), MX_LOOKUPS="false",
            STATE_DIR=str(folder / "state"), **variables,
        )  # fmt: skip
        wait_for(self._port, self.process)
        self.url = f"http://localhost:{self._port}"

    def visitor(self) -> Visitor:
        return Visitor.at(self.url)

    def counted(self, name: str, **labels: str) -> float:
        there = httpx.get(f"http://localhost:{self._metrics}/metrics", timeout=10, trust_env=False)
        return value(name, there.text, **labels)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def logged(self, event: str, outcome: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [one for one in lines if (one["event"], one.get("outcome")) == (event, outcome)]


@contextlib.contextmanager
def page(folder: Path, **variables: str) -> Iterator[Drilled]:
    made = Drilled(folder, **variables)
    try:
        yield made
    finally:
        stop(made.process)


@contextlib.contextmanager
def expired_server(folder: Path) -> Iterator[str]:
    """A server whose certificate is trusted, and expired; gives its address."""
    cert, key = certificate(folder, days=-1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), connection:
                    context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def assert_not_sent(there: Drilled, shown: Page, detail: str) -> None:
    assert "Your password wasn’t sent anywhere" in shown.text
    refused = there.logged("grant", "not_sent")
    assert [detail in one["detail"] for one in refused] == [True]
    failed = there.counted("latchkey_sign_ins_total", reason="not_sent", outcome="failed")
    assert failed == 1
    assert there.counted("latchkey_upstream_errors_total", kind="NotSent") >= 1
    assert "topsecret" not in there.log


def test_the_certificate_at_nylas_has_expired(tmp_path: Path) -> None:
    with expired_server(tmp_path) as address:
        trusted = str(tmp_path / "cert.pem")
        with page(tmp_path, NYLAS_API_URI=address, SSL_CERT_FILE=trusted) as there:
            shown = there.visitor().sign_in("someone@gmx.de", "topsecret")
            assert_not_sent(there, shown, "certificate has expired")


def test_nylas_has_no_address_in_dns(tmp_path: Path) -> None:
    with page(tmp_path, NYLAS_API_URI="https://nylas.invalid") as there:
        shown = there.visitor().sign_in("someone@gmx.de", "topsecret")
        assert_not_sent(there, shown, "host name not found")

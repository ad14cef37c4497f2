"""Drills: Nylas cannot be reached."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.drills.drilled import Drilled, page
from tests.pages import Page
from tests.servers import certificate


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
    assert "no password was sent" in shown.text
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
            shown = there.sign_in()
            assert_not_sent(there, shown, "certificate has expired")


def test_nylas_has_no_address_in_dns(tmp_path: Path) -> None:
    with page(tmp_path, NYLAS_API_URI="https://nylas.invalid") as there:
        shown = there.sign_in()
        assert_not_sent(there, shown, "host name not found")

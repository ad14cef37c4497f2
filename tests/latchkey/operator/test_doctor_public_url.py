import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx
import pytest

from app import create_app
from bench.ports import free_port
from latchkey.operator.doctor import Finding, Level, diagnose
from latchkey.operator.doctor.public_url import check_public_url
from tests.conftest import KEY, SECRET, make_settings
from tests.servers import certificate, serve


def asked(url: str, **variables: str) -> list[Finding]:
    return list(check_public_url(make_settings(PUBLIC_URL=url, **variables)))


class Proxied:
    """The page behind proxies, each of which writes what they usually do.

    :param proxies: how many there are.
    :param passes: what they pass on of ``X-Forwarded-For``: "all" that came, or "none" of it.
    :param sets: the other headers that they set, as WSGI names them.
    """

    def __init__(self, *, trusts: int, proxies: int, passes: str = "all", **sets: str) -> None:
        self._trusts, self._proxies, self._passes, self._sets = trusts, proxies, passes, sets
        self.app: Any = None

    def serve(self, url: str) -> None:
        """Make the page, once its address is known."""
        settings = make_settings(
            NYLAS_API_KEY=KEY, PUBLIC_URL=url, TRUSTED_PROXIES=str(self._trusts)
        )
        self.app = create_app(settings)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        came = environ.get("HTTP_X_FORWARDED_FOR", "") if self._passes == "all" else ""
        addresses = ["203.0.113.9", *(f"10.0.0.{number}" for number in range(1, self._proxies))]
        values = [came, *addresses[: self._proxies]]
        environ["HTTP_X_FORWARDED_FOR"] = ", ".join(filter(None, values))
        environ["REMOTE_ADDR"] = "10.0.0.99" if self._proxies else "203.0.113.9"
        return self.app(environ | self._sets, start_response)


def through(proxied: Proxied, *, secret: str = SECRET, trusts: int) -> list[Finding]:
    """What the doctor finds about proxies, with settings of its own."""
    with serve(proxied) as url:
        proxied.serve(url)
        findings = asked(url, NYLAS_API_KEY=KEY, SECRET_KEY=secret, TRUSTED_PROXIES=str(trusts))
    assert [one.level for one in findings if one.check == "public-url"] == [Level.OK]
    return [one for one in findings if one.check == "proxies"]


@pytest.mark.parametrize(
    ("trusts", "proxies", "passes"),
    [(0, 0, "all"), (1, 1, "all"), (1, 1, "none"), (2, 2, "all"), (3, 3, "all")],
)
def test_what_arrives_as_it_is_is_well(trusts: int, proxies: int, passes: str) -> None:
    (finding,) = through(Proxied(trusts=trusts, proxies=proxies, passes=passes), trusts=trusts)
    assert (finding.level, finding.fix) == (Level.OK, "")


@pytest.mark.parametrize(
    ("trusts", "proxies", "passes", "level", "fix"),
    [
        # The page takes the address that the doctor made up: so could anybody.
        (1, 0, "all", Level.FAILED, "Set TRUSTED_PROXIES=0"),
        (2, 1, "all", Level.FAILED, "Set TRUSTED_PROXIES=1."),
        (3, 2, "all", Level.FAILED, "Set TRUSTED_PROXIES=2."),
        # The page takes a proxy's address for everybody's.
        (0, 1, "all", Level.WARNING, "Set TRUSTED_PROXIES=1."),
        (1, 2, "all", Level.WARNING, "Set TRUSTED_PROXIES=2."),
        (2, 1, "none", Level.WARNING, "Set TRUSTED_PROXIES=1."),
    ],
)
def test_a_wrong_number_of_proxies_is_told_with_the_right_one(
    trusts: int, proxies: int, passes: str, level: Level, fix: str
) -> None:
    (finding,) = through(Proxied(trusts=trusts, proxies=proxies, passes=passes), trusts=trusts)
    assert finding.level is level
    assert finding.fix.startswith(fix)


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ({"HTTP_X_FORWARDED_PROTO": "https"}, "but https arrives"),
        ({"HTTP_X_FORWARDED_HOST": "internal.example.net"}, "but internal.example.net arrives"),
    ],
)
def test_another_scheme_or_host_than_that_of_the_address_fails(
    sets: dict[str, str], words: str
) -> None:
    (finding,) = through(Proxied(trusts=1, proxies=1, **sets), trusts=1)
    assert finding.level is Level.FAILED
    assert words in finding.text
    assert finding.fix


def test_a_host_that_the_proxy_does_not_pass_on_fails() -> None:
    (finding,) = through(Proxied(trusts=1, proxies=1, HTTP_HOST="latchkey:8000"), trusts=1)
    assert (finding.level, "latchkey:8000 arrives" in finding.text) == (Level.FAILED, True)


def test_a_page_with_another_secret_key_is_told() -> None:
    proxied = Proxied(trusts=1, proxies=1)
    (finding,) = through(proxied, secret="an0therSecretKeyThatThePageDoesNotKnow", trusts=1)
    assert (finding.level, "SECRET_KEY" in finding.text) == (Level.WARNING, True)


def test_nobody_else_learns_how_a_request_arrived() -> None:
    client = create_app(make_settings()).test_client()
    for proof in ("", "guessed", "gAAAAA"):
        answer = client.get("/healthz", headers={"X-Latchkey-Doctor": proof})
        assert answer.json == {"status": "ok"}


@pytest.mark.parametrize("strips", [True, False])
def test_a_proxy_that_takes_the_path_off_is_told(strips: bool) -> None:
    pages: list[Any] = []

    def proxy(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        environ["PATH_INFO"] = path.removeprefix("/connect") if strips else path
        return pages[0](environ, start_response)

    with serve(proxy) as url:
        here = {"NYLAS_API_KEY": KEY, "PUBLIC_URL": f"{url}/connect"}
        pages.append(create_app(make_settings(**here)))
        if strips:
            answer = httpx.get(f"{url}/connect/", trust_env=False)
            assert answer.headers["Location"] == "/connect/", "browsers are led in a circle"
        told = list(check_public_url(make_settings(**here)))
    wrong = [one for one in told if one.level is Level.FAILED]
    assert bool(wrong) is strips
    assert all("takes /connect off" in one.text for one in wrong)


def other(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<h1>It works!</h1>"]


def elsewhere(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("302 Found", [("Location", "https://www.example.com/")])
    return [b""]


@pytest.mark.parametrize(
    ("program", "words"), [(other, "Another program"), (elsewhere, "leads elsewhere")]
)
def test_another_program_at_the_public_address_fails(program: WSGIApplication, words: str) -> None:
    with serve(program) as url:
        (finding,) = asked(url)
    assert (finding.level, words in finding.text) == (Level.FAILED, True)


def test_a_public_address_where_nothing_answers_fails() -> None:
    for scheme in ("http", "https"):
        (finding,) = asked(f"{scheme}://127.0.0.1:{free_port()}")
        assert finding.level is Level.FAILED


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://localhost:{port}", "connection refused"),
        ("https://connect.nowhere.invalid", "host name not found"),
    ],
)
def test_why_a_public_address_cannot_be_reached_is_told_in_words(url: str, why: str) -> None:
    (finding,) = asked(url.format(port=free_port()))
    assert finding.text == f"PUBLIC_URL cannot be reached ({why})."


def test_a_certificate_that_browsers_refuse_fails(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        (finding,) = asked(f"https://localhost:{port}")
    assert (finding.check, finding.level) == ("public-url", Level.FAILED)
    assert "certificate" in finding.text


@pytest.mark.slow
@pytest.mark.parametrize(("days", "level"), [(90, Level.OK), (5, Level.WARNING)])
def test_how_long_a_good_certificate_lasts_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, level: Level
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with tls_server(tmp_path, days=days) as port:
        about_certificate, about_answer = asked(f"https://localhost:{port}")
    assert (about_certificate.check, about_certificate.level) == ("certificate", level)
    assert f"good for {days - 1} more days" in about_certificate.text
    assert about_answer.text.startswith("Nothing answers at PUBLIC_URL")


def test_what_arrives_through_the_proxies_says_more_than_the_settings() -> None:
    proxied = Proxied(trusts=0, proxies=1)
    with serve(proxied) as url:
        proxied.serve(url)
        settings = make_settings(NYLAS_API_KEY=KEY, PUBLIC_URL=url)
        transport = httpx.MockTransport(lambda request: httpx.Response(503))
        services = create_app(settings, transport=transport).extensions["services"]
        findings = [one for one in diagnose(services) if one.check == "proxies"]
    assert [one.fix for one in findings] == ["Set TRUSTED_PROXIES=1."]


@contextlib.contextmanager
def tls_server(folder: Path, *, days: int = 1) -> Iterator[int]:
    """A server whose certificate is its own."""
    cert, key = certificate(folder, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with contextlib.suppress(OSError):
                context.wrap_socket(listener.accept()[0], server_side=True).close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()

"""Wrong configurations that only show beside something else: Nylas, Redis, a proxy, a file.

Each stops the start or is warned of, with the setting's name and what to do. What one value shows
by itself is in ``test_config_mistakes``, where values come from in ``test_config_sources``, and
what the page hears of itself through proxies in ``test_doctor_public_url``.
"""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from app import create_app
from bench.ports import free_port
from config import ConfigError, load_settings
from latchkey.infra.errors import NotSent, UpstreamError
from latchkey.operator.doctor import Finding, Level, diagnose
from latchkey.operator.doctor.nylas import check_nylas
from latchkey.web.services import Services
from tests.conftest import KEY, SECRET, make_settings
from tests.servers import RedisServer, certificate, redis
from tests.test_servers import gunicorn

SCRIPT = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GOOGLE = {"GOOGLE_CLIENT_ID": "ours", "GOOGLE_CLIENT_SECRET": "secret-of-google"}
PUBLIC = {"PUBLIC_URL": "https://connect.invalid"}


class Nylas:
    """Answers as an application in order does, except for what a test says."""

    def __init__(
        self, *, ahead: float = 0.0, region: str = "us", blocked: bool = False, **application: str
    ) -> None:
        self._ahead, self._region, self._blocked = ahead, region, blocked
        self._application = {"application_id": "app-1", "environment": "production", **application}
        self.connector = {"provider": "google", "settings": {"client_id": "ours"}}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if request.url.host != f"api.{self._region}.nylas.com":
            return httpx.Response(401, json={"error": {"type": "unauthorized"}})
        if self._blocked:
            return httpx.Response(423, json={"error": {"type": "api.resource_blocked"}})
        about_itself = request.url.path == "/v3/applications"
        date = formatdate(time.time() + self._ahead, usegmt=True)
        data = self._application if about_itself else [self.connector, {"provider": "imap"}]
        return httpx.Response(200, json={"data": data}, headers={"Date": date})


def found(nylas: Nylas, /, **variables: str) -> list[Finding]:
    """What the start logs and ``flask doctor`` prints, without what is fine."""
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    app = create_app(settings, transport=httpx.MockTransport(nylas))
    findings = diagnose(app.extensions["services"], outside=False)
    wrong = [one for one in findings if one.level in (Level.WARNING, Level.FAILED)]
    assert all(one.fix for one in wrong)
    return wrong


def test_a_configuration_in_order_is_warned_of_in_nothing() -> None:
    assert not found(Nylas(), **PUBLIC, TRUSTED_PROXIES="1", **GOOGLE)


def changed(**settings: str) -> Nylas:
    nylas = Nylas()
    nylas.connector = {"provider": "google", "settings": {"client_id": "ours", **settings}}
    return nylas


@pytest.mark.slow
@pytest.mark.parametrize(
    ("nylas", "values", "text", "fix"),
    [
        (Nylas(region="eu"), {}, "the API key here", "Set NYLAS_API_URI=https://api.eu.nylas.com"),
        (Nylas(region=""), {}, "in this region and in the others", "and set NYLAS_API_KEY."),
        (Nylas(blocked=True), {}, "has blocked the application", "Ask Nylas's support why."),
        (Nylas(ahead=-600), {}, "seconds ahead of Nylas's", "set its clock by NTP"),
        (Nylas(ahead=600), {}, "seconds behind Nylas's", "set its clock by NTP"),
        (Nylas(), {"NYLAS_CLIENT_ID": "app-2"}, "is not the application", "NYLAS_CLIENT_ID=app-1"),
        (Nylas(), {**PUBLIC, "TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES is 0", "Set TRUSTED_PROXI"),
        (Nylas(), {"TRUSTED_PROXIES": "2"}, "TRUSTED_PROXIES is set although", "Set it to 0 where"),
        (Nylas(), {"WEB_CONCURRENCY": "2"}, "REDIS_URL is not set", "Set REDIS_URL."),
        (changed(client_id="theirs"), GOOGLE, "GOOGLE_CLIENT_ID differs", "Use one client"),
        (changed(tenant="acme"), GOOGLE, "is not MICROSOFT_TENANT", "Use one tenant for both"),
        (changed(), {}, "google: not offered", "set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET."),
        (Nylas(environment="staging"), {**PUBLIC, "TRUSTED_PROXIES": "1"},
         "NYLAS_API_KEY is of a Nylas application for staging", "key of a production application"),
    ],
)  # fmt: skip
def test_what_shows_beside_nylas_is_told_with_what_to_do(
    nylas: Nylas, values: dict[str, str], text: str, fix: str
) -> None:
    told = found(nylas, **values)
    assert [one for one in told if text in one.text and fix in one.fix], told
    assert not [one for one in told if KEY in one.sentence or "secret-of" in one.sentence]


def test_a_sandbox_application_is_no_trouble_before_the_page_is_public() -> None:
    assert not found(Nylas(environment="staging"), **GOOGLE)


def test_the_redirect_address_to_register_is_named_for_each_client() -> None:
    settings = make_settings(NYLAS_API_KEY=KEY, **PUBLIC, **GOOGLE)
    app = create_app(settings, transport=httpx.MockTransport(Nylas()))
    told = [one.text for one in diagnose(app.extensions["services"], outside=False)]
    uri = "https://connect.invalid/oauth/google/callback"
    assert f"google: offered. Register this redirect URI: {uri}" in told


def test_the_application_is_asked_for_once() -> None:
    nylas = Nylas()
    found(nylas, BRAND_FROM_NYLAS="true")
    assert nylas.asked.count("/v3/applications") == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SCRIPT.encode(), "BRAND_LOGO must be a drawing without scripts and outside references; "),
        (b"<svg viewBox='0 0 9 9'/>",
         'BRAND_LOGO must have xmlns="http://www.w3.org/2000/svg" in its <svg>: without it, '),
        (b"picture", "BRAND_LOGO is no SVG picture:"),
        (b"<svg/>" * 900_000, "BRAND_LOGO must be a file of 1 MB at most."),
    ],
)  # fmt: skip
def test_a_logo_that_cannot_be_shown_stops_the_start(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        create_app(make_settings(BRAND_LOGO=str(logo)))
    assert sentence in caught.value.format_message()


def about_redis(url: str, **variables: str) -> list[Finding]:
    told = found(Nylas(), REDIS_URL=url, NYLAS_CLIENT_ID="app-1", **variables)
    return [one for one in told if one.check == "redis"]


def test_a_redis_that_cannot_be_reached_is_told() -> None:
    (finding,) = about_redis(f"redis://:word@127.0.0.1:{free_port()}/0")
    assert (finding.level, "host and port in REDIS_URL" in finding.fix) == (Level.FAILED, True)
    assert "word" not in finding.sentence


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis("--requirepass", "a-good-word") as running:
        yield running


@pytest.mark.redis
@pytest.mark.parametrize("user", ["", ":another-word@", "somebody:a-good-word@"])
def test_a_wrong_password_of_redis_is_told(user: str, server: RedisServer) -> None:
    (finding,) = about_redis(server.url.replace("://", f"://{user}"))
    assert finding.level is Level.FAILED
    assert "user or the password in REDIS_URL is wrong" in finding.fix
    assert "word@" not in finding.sentence


@pytest.mark.redis
def test_a_redis_of_another_kind_than_its_address_says_is_told(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    with redis("--unixsocket", str(socket)) as running:
        fixes = {
            f"redis://127.0.0.1:{running.port}/99": "no database of the number in REDIS_URL",
            f"unix://{socket}?db=99": "no database of the number in REDIS_URL",
            f"rediss://127.0.0.1:{running.port}/0": "one without TLS needs redis://.",
            f"rediss://127.0.0.1:{free_port()}/0": "a server without TLS needs redis://.",
            f"unix://{tmp_path}/none.sock": "Look at the path in REDIS_URL, and whether this user",
        }
        for url, fix in fixes.items():
            (finding,) = about_redis(url)
            assert finding.level is Level.FAILED
            assert fix in finding.fix, url
        told = about_redis(f"unix://{socket}")
        assert not [one for one in told if one.level is Level.FAILED]


@pytest.mark.redis
def test_a_redis_that_wants_tls_is_told(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    tls = free_port()
    options = ["--tls-port", str(tls), "--tls-cert-file", str(cert), "--tls-key-file", str(key)]
    options += ["--tls-ca-cert-file", str(cert), "--tls-auth-clients", "no"]
    tmp_path.chmod(0o755)
    key.chmod(0o644)
    with redis(*options):
        (plain,) = about_redis(f"redis://127.0.0.1:{tls}/0")
        (untrusted,) = about_redis(f"rediss://127.0.0.1:{tls}/0")
        trusted = about_redis(f"rediss://127.0.0.1:{tls}/0?ssl_ca_certs={cert}")
    assert (plain.level, "wants TLS needs rediss://" in plain.fix) == (Level.FAILED, True)
    assert (untrusted.level, "?ssl_ca_certs= in REDIS_URL" in untrusted.fix) == (Level.FAILED, True)
    assert not [one for one in trusted if one.level is Level.FAILED]


@pytest.mark.parametrize(
    ("trouble", "environ", "fix"),
    [
        ("self-signed certificate in certificate chain", {}, "in SSL_CERT_FILE, in the"),
        ("unable to get local issuer certificate", {"HTTPS_PROXY": "x"}, "in SSL_CERT_FILE, in"),
        (
            "ConnectError",
            {"https_proxy": "http://user:pw@proxy"},
            "HTTPS_PROXY and ALL",
        ),
        ("ConnectError", {"NO_PROXY": "*"}, "Look at NYLAS_API_URI"),
    ],
)
def test_a_companys_network_between_the_page_and_nylas_is_told(
    trouble: str, environ: dict[str, str], fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (finding,) = check_nylas(_silent(NotSent(trouble)))
    assert (finding.level, fix in finding.fix) == (Level.FAILED, True), finding.fix
    assert "user:pw" not in finding.sentence


def _silent(error: UpstreamError) -> Services:
    services: Services = create_app(make_settings(NYLAS_API_KEY=KEY)).extensions["services"]
    return replace(services, nylas=Mock(connectors=Mock(side_effect=error)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "SSL_CERT_FILE cannot be used: {path} does not exist."),
        (b"no certificate", "SSL_CERT_FILE must name certificates in PEM; {path} holds none."),
    ],
)
def test_authorities_that_cannot_be_read_stop_the_start(
    content: bytes | None, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings({"SANDBOX": "true", "SSL_CERT_FILE": str(path)}, tmp_path / "none")
    assert sentence.format(path=path) in caught.value.format_message()


def test_authorities_of_a_company_do_not_stop_the_start(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path)
    load_settings({"SANDBOX": "true", "SSL_CERT_FILE": str(cert)}, tmp_path / "none")


@pytest.mark.redis
def test_a_replica_of_redis_is_told() -> None:
    with redis("--replicaof", "127.0.0.1 1") as running:
        told = about_redis(running.url)
    (failed,) = [one for one in told if one.level is Level.FAILED]
    assert "leads to a replica" in failed.text
    assert "Name the primary in REDIS_URL" in failed.fix


@pytest.mark.redis
def test_a_cluster_of_redis_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with redis("--cluster-enabled", "yes", "--dir", str(tmp_path)) as running:
        told = about_redis(running.url)
    (failed,) = [one for one in told if one.level is Level.FAILED]
    assert "leads to a cluster" in failed.text
    assert "cluster mode is off" in failed.fix


OTHER = "an0therSecretKeyThatTheFirstDoesNotKnow"


@pytest.mark.redis
@pytest.mark.parametrize(
    ("mine", "warned"),
    [
        ({"SECRET_KEY": OTHER}, True),
        ({"SECRET_KEY": OTHER, "SECRET_KEY_FALLBACKS": SECRET}, False),
        ({}, False),
        # Another installation of the same Nylas application.
        ({"SECRET_KEY": OTHER, "PUBLIC_URL": "https://other.invalid"}, False),
        ({"SECRET_KEY": OTHER, "PUBLIC_URL": ""}, False),
    ],
)
def test_another_secret_key_on_the_second_instance_is_told(
    mine: dict[str, str], warned: bool, server: RedisServer
) -> None:
    url = server.url.replace("://", "://:a-good-word@")
    usual = {**PUBLIC, "NYLAS_API_KEY": KEY, "NYLAS_CLIENT_ID": "app-1", "REDIS_URL": url}
    first = create_app(make_settings(**usual), transport=httpx.MockTransport(Nylas()))
    first.extensions["services"].store.reserve("detect", limit=10, seconds=60)
    texts = [one.text for one in about_redis(url, **{**PUBLIC, **mine})]
    assert any("had another SECRET_KEY" in text for text in texts) is warned


@pytest.mark.slow
def test_a_port_in_use_is_told_with_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        process = gunicorn("app:create_app()", tmp_path, SANDBOX="true", PORT=port)
        assert process.wait(60) == 1
    *_, last = (tmp_path / "log").read_text().splitlines()
    assert f"cannot listen at ('127.0.0.1', {port}). End the program that does, or set" in last
    assert "another PORT (METRICS_PORT)" in last

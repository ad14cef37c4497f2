"""Redis behind TLS, for a user who may do only what docs/operations.md lists (ACL)."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import redis as redis_client
from flask import Flask

from app import create_app
from bench.ports import free_port
from config import ROOT
from latchkey.sandbox import create_sandbox
from tests.calling import CallingApp
from tests.conftest import KEY, make_settings
from tests.latchkey.webhook_receiver import SECRET, Receiver, eventually
from tests.pages import Visitor
from tests.servers import certificate, redis

pytestmark = pytest.mark.redis


PASSWORD = "of/the+user"
_USER = re.search(r"^user latchkey .*$", (ROOT / "docs" / "operations.md").read_text(), re.M)
assert _USER, "docs/operations.md has the user's line"
RIGHTS = _USER[0].replace(">PASSWORD", f">{PASSWORD}")


@dataclass(frozen=True)
class Locked:
    port: int
    certificate: Path
    open_url: str

    def url(self, *, password: str = "of%2Fthe%2Buser", certificate: Path | None = None) -> str:
        path = certificate or self.certificate
        return f"rediss://latchkey:{password}@localhost:{self.port}/0?ssl_ca_certs={path}"

    def as_operator(self) -> redis_client.Redis:
        return redis_client.Redis.from_url(self.open_url)

    def refused(self) -> list[str]:
        """The commands and keys that the user was refused."""
        with self.as_operator() as client:
            return [f"{line['reason']} {line['object']}" for line in client.acl_log()]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Locked]:
    cert, key = certificate(tmp_path)
    for path in (tmp_path, cert, key):
        path.chmod(0o755)
    port = free_port()
    tls = ["--tls-port", str(port), "--tls-cert-file", str(cert), "--tls-key-file", str(key)]
    # Besides the page's way in, one for this test to look at what was refused.
    with redis(*tls, "--tls-auth-clients", "no", "--user", *RIGHTS.split()[1:]) as server:
        yield Locked(port, cert, server.url)


@contextlib.contextmanager
def page(url: str, **more: str) -> Iterator[Flask]:
    settings = make_settings(
        NYLAS_API_KEY=KEY,
        REDIS_URL=url,
        PUBLIC_URL="http://localhost",
        RETURN_URIS="http://localhost:5000/callback",
        LIMITS="on",
        **more,
    )
    sandbox = create_sandbox(api_key=KEY)
    app = create_app(settings, transport=httpx.WSGITransport(app=sandbox))
    services = app.extensions["services"]
    try:
        yield app
    finally:
        services.store.close()
        services.webhooks.close()


def walk(app: Flask) -> None:
    """A sign-in for an app, and one by a signed link: what there is of reading and writing."""
    calling = CallingApp(app, secret=KEY)
    visitor, first = calling.send(state="state", login_hint="someone@example.org")
    credentials = visitor.submit(first) if "email" in first.fields() else first
    refused = visitor.submit(credentials, password="wrong")
    done = visitor.submit(refused, password="secret")
    assert calling.exchange(calling.get_back(visitor, done)["code"]).status_code == 200
    link = app.extensions["services"].links.make("other@example.org", seconds=60)
    assert Visitor.inside(app).get(f"/?link={link}").status == 200


def test_everything_works_with_these_rights(locked: Locked) -> None:
    receiver = Receiver()
    receiver.start()
    notices = {"RESULT_WEBHOOK_URL": receiver.url, "RESULT_WEBHOOK_SECRET": SECRET}
    with page(locked.url(), **notices) as app:
        walk(app)
        eventually(lambda: receiver.received)
        answer = app.test_cli_runner().invoke(args=["doctor"])
    receiver.over.set()
    receiver.stop()
    assert "answers within" in answer.output
    assert locked.refused() == []
    with locked.as_operator() as client:
        assert client.dbsize() > 0


@pytest.mark.parametrize(
    "command",
    ["KEYS *", "FLUSHALL", "CONFIG GET *", "GET other", "SET other 1", "SHUTDOWN",
     "ACL LIST", "MONITOR", "REPLICAOF NO ONE", "PUBLISH latchkey:1 1"],
)  # fmt: skip
def test_the_user_may_do_nothing_else(locked: Locked, command: str) -> None:
    with (
        redis_client.Redis.from_url(locked.url()) as client,
        pytest.raises(redis_client.exceptions.NoPermissionError),
    ):
        client.execute_command(*command.split())


@pytest.mark.parametrize("wrong", ["password", "certificate"])
def test_a_wrong_secret_is_one_clear_line(locked: Locked, tmp_path: Path, wrong: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    url = (
        locked.url(password="guessed")
        if wrong == "password"
        else locked.url(certificate=certificate(other)[0])
    )
    with page(url) as app:
        answer = app.test_cli_runner().invoke(args=["doctor"])
        assert Visitor.inside(app).sign_in("someone@example.org").status == 200
    lines = [line for line in answer.output.splitlines() if "Redis" in line]
    expected = "user or the password" if wrong == "password" else "certificate"
    assert any(expected in line for line in lines), lines
    assert "guessed" not in answer.output

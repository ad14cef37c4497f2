"""Whoever watches Redis learns nothing about people, and whoever writes there breaks nothing."""

import contextlib
import threading
from collections.abc import Iterator

import httpx
import pytest
import redis as redis_client
from flask import Flask

from app import create_app
from latchkey.sandbox import create_sandbox
from tests.calling import CallingApp
from tests.conftest import KEY, make_settings
from tests.latchkey.webhook_receiver import SECRET, Receiver, eventually
from tests.pages import Visitor
from tests.servers import RedisServer, redis

pytestmark = pytest.mark.redis

ADDRESS = "someone@example.org"
STATE = "state-of-the-app"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@contextlib.contextmanager
def page(server: RedisServer, **more: str) -> Iterator[Flask]:
    settings = make_settings(
        NYLAS_API_KEY=KEY,
        REDIS_URL=server.url,
        RETURN_URIS="http://localhost:5000/callback",
        **more,
    )
    sandbox = create_sandbox(api_key=KEY)
    app = create_app(settings, transport=httpx.WSGITransport(app=sandbox))
    with contextlib.ExitStack() as closing:
        services = app.extensions["services"]
        closing.callback(services.store.close)
        closing.callback(services.webhooks.close)
        yield app


@contextlib.contextmanager
def watched(server: RedisServer) -> Iterator[list[dict[str, str]]]:
    """Every command that Redis gets, as MONITOR shows it; scripts show what they do, too."""
    lines: list[dict[str, str]] = []
    begun = threading.Event()

    def watch() -> None:
        with redis_client.Redis.from_url(server.url) as client, client.monitor() as monitor:
            begun.set()
            for line in monitor.listen():
                if line["command"] == "ECHO over":
                    return
                lines.append(line)

    thread = threading.Thread(target=watch)
    thread.start()
    assert begun.wait(10)
    yield lines
    with redis_client.Redis.from_url(server.url) as client:
        client.echo("over")
    thread.join(10)


def test_redis_sees_no_address_no_domain_no_grant_and_no_state(server: RedisServer) -> None:
    receiver = Receiver()
    receiver.start()
    notices = {
        "RESULT_WEBHOOK_URL": receiver.url,
        "RESULT_WEBHOOK_SECRET": SECRET,
        "RESULT_WEBHOOK_EMAIL": "true",
    }
    with page(server, **notices) as app, watched(server) as lines:
        calling = CallingApp(app, secret=KEY)
        visitor, first = calling.send(state=STATE, login_hint=ADDRESS)
        credentials = visitor.submit(first) if "email" in first.fields() else first
        done = visitor.submit(credentials, password="secret")
        code = calling.get_back(visitor, done)["code"]
        grant_id = calling.exchange(code).json()["grant_id"]
        eventually(lambda: receiver.received)
    receiver.over.set()
    receiver.stop()
    everything = "\n".join(line["command"] for line in lines)
    assert len(lines) > 10
    for secret in ("someone", "example", STATE, grant_id, code, "secret", KEY):
        assert secret not in everything


def test_a_sign_in_costs_five_commands(server: RedisServer) -> None:
    with page(server, LIMITS="on") as app:
        Visitor.inside(app).sign_in("first@example.org")
        with watched(server) as lines:
            Visitor.inside(app).sign_in(ADDRESS)
    sent = [line["command"] for line in lines if line["client_type"] != "lua"]
    # Those of a new connection: the one that ends the watch, or one more of the pool, where
    # the heartbeat has the first at that moment.
    opening = ("HELLO", "CLIENT SETINFO")
    assert len([command for command in sent if not command.startswith(opening)]) == 5, sent


@pytest.mark.parametrize("damage", [b"{broken", b"", b"\xff", b"[]", b"null"])
def test_damaged_values_lead_to_no_failure(server: RedisServer, damage: bytes) -> None:
    with page(server) as app:
        Visitor.inside(app).sign_in(ADDRESS)
    with redis_client.Redis.from_url(server.url) as client:
        for name in client.scan_iter():
            client.delete(name)
            client.set(name, damage)
    with page(server) as app:
        assert Visitor.inside(app).sign_in(ADDRESS).status == 200

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import redis as redis_client
from werkzeug import Response

from config import ROOT
from latchkey.apps.webhooks import delivery
from latchkey.infra import logs
from latchkey.infra.store import Claim, Outbox
from tests.latchkey.webhook_receiver import (
    ABOUT,
    EMAIL,
    SECRET,
    Company,
    Received,
    eventually,
    reference_to,
)
from tests.servers import RedisServer
from tests.stores import VAULT

# A process that puts one notice into Redis, and gets no further than trying it.
KILLED = """
import sys, time
from latchkey.apps.webhooks import Webhooks
from latchkey.infra.store import outbox
from latchkey.infra.http import HttpClient
from tests.latchkey.webhook_receiver import ABOUT, SECRET
from tests.stores import store_at

outbox.LEASE_SECONDS = 2.0
redis_url, url = sys.argv[1:]
webhooks = Webhooks(store_at(redis_url), HttpClient(), url=url, secret=SECRET, with_email=False)
webhooks.connected(ABOUT, grant_id="grant-1", reconnected=False)
time.sleep(60)
"""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are a tenth of a second."""
    monkeypatch.setattr(delivery, "_FIRST_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "_LONGEST_WAIT_SECONDS", 0.1)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """Event, outcome and detail of every line about webhooks."""
    lines: list[tuple[str, str, str]] = []

    def event(name: str, **fields: object) -> None:
        assert set(fields) - {"level"} <= set(logs.FIELDS)
        lines.append((name, str(fields.get("outcome")), str(fields)))

    monkeypatch.setattr(logs, "event", event)
    return lines


def connect(firm: Company, redis_url: str = "") -> None:
    firm.process(redis_url).connected(ABOUT, grant_id="grant-1", reconnected=False)


@pytest.mark.parametrize("status", [302, 307, 400, 404, 410, 429, 500, 503])
@pytest.mark.usefixtures("impatient")
def test_whatever_is_no_success_is_tried_again(firm: Company, status: int) -> None:
    firm.receiver.answer_in_turn(status, status)
    connect(firm)
    eventually(lambda: len(firm.receiver.received) == 3)
    time.sleep(0.2)
    first, *others = firm.receiver.received
    assert len(others) == 2
    for again in others:
        assert again.is_signed
        assert {**again.told, "time": 0} == {**first.told, "time": 0}


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.usefixtures("impatient")
def test_every_success_is_one(firm: Company, status: int) -> None:
    firm.receiver.answer_in_turn(status)
    connect(firm)
    eventually(lambda: firm.receiver.received)
    time.sleep(0.3)
    assert len(firm.receiver.received) == 1


@pytest.mark.usefixtures("impatient")
def test_no_answer_in_time_is_none(firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_ANSWER_SECONDS", 0.2)
    firm.receiver.answer = firm.receiver.hang
    connect(firm)
    eventually(lambda: firm.receiver.received)
    firm.receiver.answer_in_turn()
    eventually(lambda: len(firm.receiver.received) == 2)


@pytest.mark.slow
@pytest.mark.usefixtures("impatient")
def test_the_time_is_that_of_the_attempt(firm: Company) -> None:
    firm.receiver.answer_in_turn(*[500] * 12)
    connect(firm)
    eventually(lambda: len(firm.receiver.received) == 13)
    times = [received.told["time"] for received in firm.receiver.received]
    assert times == sorted(times)
    assert times[-1] > times[0]


@pytest.mark.usefixtures("impatient")
def test_an_app_that_was_down_is_told_everything_when_it_is_up(
    firm: Company, logged: list[tuple[str, str, str]]
) -> None:
    firm.receiver.stop()
    process = firm.process()
    for number in range(20):
        process.failed(reference_to(number), reason="wrong_password")
    eventually(lambda: len(logged) == 20)
    firm.receiver.start()
    eventually(lambda: len(logged) == 40)
    time.sleep(0.3)
    assert len(set(firm.receiver.told)) == len(firm.receiver.told) == 20
    assert [outcome for _, outcome, _ in logged] == ["delayed"] * 20 + ["delivered"] * 20


@pytest.mark.slow
def test_the_waits_grow_up_to_a_limit(firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_FIRST_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(delivery, "_LONGEST_WAIT_SECONDS", 0.4)
    waits: list[float] = []
    again = Outbox.again

    def noted(outbox: Outbox, claim: Claim, value: object, *, seconds: float) -> None:
        waits.append(seconds)
        again(outbox, claim, value, seconds=seconds)

    monkeypatch.setattr(Outbox, "again", noted)
    firm.receiver.answer_in_turn(*[500] * 5)
    connect(firm)
    eventually(lambda: len(firm.receiver.received) == 6)
    assert waits == [0.1, 0.2, 0.4, 0.4, 0.4]
    at = [received.at for received in firm.receiver.received]
    for (sooner, later), least in zip(pairwise(at), waits, strict=True):
        assert later - sooner >= least


@pytest.mark.usefixtures("impatient")
def test_trying_has_an_end(
    firm: Company, monkeypatch: pytest.MonkeyPatch, logged: list[tuple[str, str, str]]
) -> None:
    def now() -> float:
        tried = len(firm.receiver.received)
        return time.time() + (24 * 60 * 60 if tried == 3 else 0)

    # The clock goes forward by itself: a try may take long on a busy machine.
    monkeypatch.setattr(delivery, "time", SimpleNamespace(time=now))
    firm.receiver.answer = lambda received: Response(status=500)
    connect(firm)
    eventually(lambda: len(logged) == 2)
    assert [outcome for _, outcome, _ in logged] == ["delayed", "given up"]
    time.sleep(0.3)
    assert len(firm.receiver.received) == 3


@pytest.mark.slow
def test_one_that_hangs_does_not_hold_up_the_others(firm: Company) -> None:
    def answer(received: Received) -> Response:
        slow = received.told["reason"] == "slow"
        return firm.receiver.hang(received) if slow else Response(status=204)

    firm.receiver.answer = answer
    process = firm.process()
    for _ in range(5):
        process.failed(ABOUT, reason="slow")
    for number in range(50):
        process.failed(reference_to(number), reason="wrong_password")
    eventually(lambda: len(firm.receiver.received) == 55, seconds=5)


@pytest.mark.parametrize("shared", [False, pytest.param(True, marks=pytest.mark.redis)])
@pytest.mark.usefixtures("impatient")
def test_what_was_connected_does_not_wait_for_what_failed(
    firm: Company, request: pytest.FixtureRequest, shared: bool
) -> None:
    def answer(received: Received) -> Response:
        slow = received.told["type"] == "sign_in.failed"
        return firm.receiver.hang(received) if slow else Response(status=204)

    firm.receiver.answer = answer
    process = firm.process(request.getfixturevalue("server").url if shared else "")
    for number in range(20):
        process.failed(reference_to(number), reason="wrong_password")
    eventually(lambda: len(firm.receiver.received) == 6)
    for number in range(5):
        about = reference_to(number)
        process.connected(about, grant_id="grant-1", reconnected=False)
    eventually(lambda: len(firm.receiver.received) == 11, seconds=3)
    assert {kind for kind, _ in firm.receiver.told[6:]} == {"sign_in.connected"}


def test_only_a_few_are_on_their_way_at_once(
    firm: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.receiver.answer = firm.receiver.hang
    process = firm.process()
    for number in range(20):
        process.connected(reference_to(number), grant_id="grant-1", reconnected=False)
    eventually(lambda: len(firm.receiver.received) == 8)
    time.sleep(0.3)
    assert len(firm.receiver.received) == 8
    firm.receiver.over.set()
    eventually(lambda: len(firm.receiver.received) == 20)


@pytest.mark.usefixtures("impatient")
def test_nothing_about_the_person_and_no_secret_is_logged(
    firm: Company, logged: list[tuple[str, str, str]]
) -> None:
    firm.receiver.answer_in_turn(500, 302)
    firm.process(with_email=True).failed(ABOUT, reason="wrong_password")
    eventually(lambda: len(logged) == 2)
    for word in (EMAIL, SECRET, firm.receiver.url, ABOUT.state):
        assert word not in str(logged)


@pytest.mark.redis
class TestWithRedis:
    """Several processes share what is to be told."""

    def test_each_notice_is_delivered_by_one_of_them(
        self, firm: Company, server: RedisServer
    ) -> None:
        processes = [firm.process(server.url) for _ in range(3)]
        for number in range(150):
            processes[number % 3].failed(reference_to(number), reason="wrong_password")
        eventually(lambda: len(firm.receiver.received) == 150)
        time.sleep(0.3)
        assert len(set(firm.receiver.told)) == len(firm.receiver.told) == 150

    def test_what_a_killed_process_was_at_is_delivered_by_the_next(
        self, firm: Company, server: RedisServer
    ) -> None:
        firm.receiver.answer = firm.receiver.hang
        command = [sys.executable, "-c", KILLED, server.url, firm.receiver.url]
        with subprocess.Popen(command, cwd=ROOT) as process:
            eventually(lambda: firm.receiver.received)
            process.kill()
        firm.receiver.answer_in_turn()
        firm.process(server.url).start()
        time.sleep(0.5)
        assert len(firm.receiver.received) == 1
        eventually(lambda: len(firm.receiver.received) == 2)
        first, second = (received.told for received in firm.receiver.received)
        assert first["id"] == second["id"]

    @pytest.mark.parametrize(
        ("odd", "event"),
        [
            (lambda: "{", "redis"),
            (lambda: VAULT.seal("another", {}, seconds=60), "redis"),
            (lambda: VAULT.seal("odd", {"a": 1}, seconds=60), "unexpected_error"),
        ],
        ids=["cut", "of another entry", "of another version"],
    )
    def test_one_that_cannot_be_read_stops_no_other(
        self,
        firm: Company,
        server: RedisServer,
        logged: list[tuple[str, str, str]],
        odd: Callable[[], str],
        event: str,
    ) -> None:
        box = VAULT.name("outbox")
        with redis_client.Redis.from_url(server.url) as client:
            client.zadd(box, {VAULT.name("odd"): 0})
            client.hset(f"{box}:values", VAULT.name("odd"), odd())
        firm.process(server.url).start()
        eventually(lambda: logged)
        connect(firm, server.url)
        eventually(lambda: firm.receiver.received)
        assert logged[0][0] == event

    @pytest.mark.usefixtures("impatient")
    def test_redis_may_go_and_come_back(self, firm: Company, server: RedisServer) -> None:
        process = firm.process(server.url)

        def tell(number: int) -> None:
            process.failed(reference_to(number), reason="wrong_password")
            eventually(lambda: len(firm.receiver.received) == number + 1)

        tell(0)
        server.stop()
        tell(1)
        server.start()
        tell(2)
        time.sleep(1.2)
        tell(3)


def test_after_a_mistake_of_the_program_the_next_notices_are_delivered(
    firm: Company, monkeypatch: pytest.MonkeyPatch, logged: list[tuple[str, str, str]]
) -> None:
    monkeypatch.setattr(delivery, "_TROUBLE_SECONDS", 0.1)
    claim, failed = Outbox.claim, threading.Event()

    def fails_once(outbox: Outbox, limit: int, **more: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("a mistake")
        return claim(outbox, limit, **more)

    monkeypatch.setattr(Outbox, "claim", fails_once)
    connect(firm)
    eventually(lambda: len(logged) == 2)
    assert [name for name, _, _ in logged] == ["unexpected_error", "webhook"]
    assert firm.receiver.received

import re
import threading
import time
from typing import Any

import pytest
import redis as redis_client

from app import create_app
from config import ROOT
from latchkey.apps.webhooks import Webhooks, delivery, publisher
from latchkey.apps.webhooks.event import WebhookEvent
from latchkey.infra.http import HttpClient
from latchkey.infra.store import Store, redis_store
from latchkey.web.services import Services
from tests.conftest import make_settings
from tests.latchkey.webhook_receiver import ABOUT, EMAIL, SECRET, Company, eventually, reference_to
from tests.servers import RedisServer
from tests.stores import VAULT


def kept_in(server: RedisServer) -> list[dict[str, Any]]:
    """The webhooks that Redis holds; it holds nothing else."""
    with redis_client.Redis.from_url(server.url) as client:
        box = VAULT.name("outbox")
        assert set(client.keys("*")) <= {box.encode(), f"{box}:values".encode()}
        return [VAULT.unseal(value)[1] for value in client.hvals(f"{box}:values")]


def only(firm: Company) -> dict[str, Any]:
    """What was told, when it was one thing."""
    eventually(lambda: firm.receiver.received)
    (received,) = firm.receiver.received
    assert received.is_signed
    assert received.headers["Content-Type"] == "application/json"
    told: dict[str, Any] = received.told
    assert re.fullmatch(r"[A-Za-z0-9_-]{15,}", told.pop("id"))
    assert time.time() - 5 < told.pop("time") <= time.time()
    return told


def test_the_app_is_told_that_an_account_is_connected(firm: Company) -> None:
    firm.process().connected(ABOUT, grant_id="grant-1", reconnected=True)
    assert only(firm) == {
        "type": "sign_in.connected",
        "sign_in": "sign-in-1",
        "state": "of the app",
        "provider": "imap",
        "grant_id": "grant-1",
        "reconnected": True,
    }


def test_the_app_is_told_why_a_try_failed(firm: Company) -> None:
    firm.process().failed(ABOUT, reason="wrong_password")
    assert only(firm) == {
        "type": "sign_in.failed",
        "sign_in": "sign-in-1",
        "state": "of the app",
        "provider": "imap",
        "reason": "wrong_password",
    }


def test_the_app_is_told_that_somebody_gave_up(firm: Company) -> None:
    firm.process().abandoned(ABOUT)
    told = only(firm)
    assert told.pop("type") == "sign_in.abandoned"
    assert told == {"sign_in": "sign-in-1", "state": "of the app", "provider": "imap"}


def test_the_address_is_told_when_it_is_asked_for(firm: Company) -> None:
    firm.process(with_email=True).failed(ABOUT, reason="wrong_password")
    assert only(firm)["email"] == EMAIL


@pytest.mark.redis
def test_the_address_is_not_even_kept_when_it_is_not(firm: Company, server: RedisServer) -> None:
    firm.receiver.stop()
    process = firm.process(server.url)
    process.expect(ABOUT)
    process.failed(ABOUT, reason="wrong_password")
    eventually(lambda: len(kept_in(server)) == 2)
    fields = {"id", "type", "sign_in", "state", "provider"}
    for kept in kept_in(server):
        assert set(kept) == {"content", "until", "tries"}
        assert set(kept["content"]) - {"reason"} == fields
        assert kept["content"].pop("id")
        assert set(kept["content"].values()) <= {
            "sign_in.abandoned", "sign_in.failed", "sign-in-1", "of the app", "imap",
            "wrong_password",
        }  # fmt: skip


def test_every_notice_has_an_id_of_its_own(firm: Company) -> None:
    process = firm.process()
    for number in range(20):
        process.failed(ABOUT, reason="wrong_password")
        process.abandoned(reference_to(number))
    eventually(lambda: len(firm.receiver.received) == 40)
    assert len({received.told["id"] for received in firm.receiver.received}) == 40


def test_the_check_in_the_readme_takes_ours_and_no_others(firm: Company) -> None:
    firm.process().failed(ABOUT, reason="wrong_password")
    eventually(lambda: firm.receiver.received)
    (received,) = firm.receiver.received
    section = (ROOT / "README.md").read_text().partition("## Result webhook")[2]
    scope: dict[str, Any] = {"SECRET": SECRET}
    exec(re.findall(r"```python\n(.*?)```", section, re.S)[0], scope)  # noqa: S102 (the README is ours)
    signature = received.headers["X-Latchkey-Signature"]
    assert scope["check"](received.body, signature) == received.told
    for body, sent in [
        (received.body + b" ", signature),
        (received.body, signature[:-1] + "x"),
        (received.body, ""),
    ]:
        with pytest.raises(ValueError, match="not"):
            scope["check"](body, sent)
    scope["time"] = type("Later", (), {"time": lambda: time.time() + 400})
    with pytest.raises(ValueError, match="old"):
        scope["check"](received.body, signature)


class TestWhoeverLeaves:
    """The notice about somebody who says nothing any more."""

    def test_is_sent_after_a_while(self, firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 0.4)
        began = time.monotonic()
        process = firm.process()
        process.expect(ABOUT)
        process.failed(ABOUT, reason="wrong_password")
        eventually(lambda: len(firm.receiver.received) == 2)
        assert [kind for kind, _ in firm.receiver.told] == ["sign_in.failed", "sign_in.abandoned"]
        assert firm.receiver.received[1].at - began >= 0.4

    @pytest.mark.slow
    def test_is_sent_once(self, firm: Company, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 3.0)
        process = firm.process()
        process.expect(ABOUT)
        time.sleep(1.7)
        # Somebody who goes on has half an hour anew.
        process.expect(ABOUT)
        time.sleep(1.7)
        assert firm.receiver.told == []
        process.abandoned(ABOUT)
        time.sleep(1.7)
        assert firm.receiver.told == [("sign_in.abandoned", "sign-in-1")]

    @pytest.mark.slow
    def test_is_not_sent_when_the_account_is_connected(
        self, firm: Company, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 1.0)
        process = firm.process()
        process.expect(ABOUT)
        process.connected(ABOUT, grant_id="grant-1", reconnected=False)
        time.sleep(1.5)
        assert firm.receiver.told == [("sign_in.connected", "sign-in-1")]

    @pytest.mark.redis
    def test_is_not_sent_when_another_process_connected_it(
        self, firm: Company, server: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(publisher, "ABANDONED_SECONDS", 1.0)
        one, other = firm.process(server.url), firm.process(server.url)
        one.expect(ABOUT)
        one.expect(reference_to(2))
        eventually(lambda: len(kept_in(server)) == 2)
        other.connected(ABOUT, grant_id="grant-1", reconnected=False)
        eventually(lambda: len(firm.receiver.received) == 2)
        time.sleep(0.5)
        assert firm.receiver.told == [
            ("sign_in.connected", "sign-in-1"),
            ("sign_in.abandoned", "sign-in-2"),
        ]


@pytest.mark.redis
def test_nobody_waits_for_a_thousand_notices(
    firm: Company, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever waits for Redis or the receiver waits longer than this test does.
    monkeypatch.setattr(redis_store, "_ANSWER_SECONDS", 60.0)
    monkeypatch.setattr(delivery, "_ANSWER_SECONDS", 60.0)
    firm.receiver.answer = firm.receiver.hang
    process = firm.process(server.url)
    process.start()

    def tell() -> None:
        for number in range(1000):
            process.connected(reference_to(number), grant_id="grant", reconnected=False)

    with server.paused():
        caller = threading.Thread(target=tell, daemon=True)
        caller.start()
        caller.join(20)
        assert not caller.is_alive()


def test_without_an_address_nothing_is_done() -> None:
    idle = Webhooks(Store(), HttpClient(), url="", secret="", with_email=False)
    before = threading.active_count()
    idle.start()
    idle.expect(ABOUT)
    idle.connected(ABOUT, grant_id="grant-1", reconnected=False)
    idle.failed(ABOUT, reason="wrong_password")
    idle.abandoned(ABOUT)
    assert threading.active_count() == before
    assert not idle._outbox._mine.waiting(1)
    idle.close()


def test_the_sandbox_sends_notices_into_the_real_world(firm: Company) -> None:
    app = create_app(
        make_settings(RESULT_WEBHOOK_URL=firm.receiver.url, RESULT_WEBHOOK_SECRET=SECRET)
    )
    services: Services = app.extensions["services"]
    services.webhooks.failed(ABOUT, reason="wrong_password")
    assert only(firm)["reason"] == "wrong_password"
    services.webhooks.close()


def test_what_an_earlier_version_left_is_delivered() -> None:
    content = {"id": "1", "type": "sign_in.failed"}
    left = {"told": content, "until": 5.0, "tries": 2}
    event = WebhookEvent.unpack(left)
    assert event == WebhookEvent(content=content, until=5.0, tries=2)
    assert WebhookEvent.unpack(event.pack()) == event

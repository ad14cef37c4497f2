"""Secrets are changed while people and apps are under way: the recipes of docs/upgrading.md."""

from collections.abc import Iterator

import pytest

from app import create_app
from config import SANDBOX_API_KEY
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.browser.nylas import Nylas
from tests.calling import CALLBACK, CallingApp, refusal
from tests.conftest import SECRET, make_settings
from tests.grants import Grants
from tests.journeys.conftest import Line
from tests.journeys.test_once import DONE, EMAIL, USED, app_of, connect, link_of
from tests.latchkey.webhook_receiver import ABOUT, company, eventually
from tests.servers import RedisServer, redis

OLD, NEW = "nyk_v0_the-old-one", "nyk_v0_the-new-one"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


class TestApiKey:
    def test_apps_may_show_either_key_while_they_are_changed(
        self, line: Line, nylas: Nylas
    ) -> None:
        page = line.app(RETURN_URIS=CALLBACK, NYLAS_API_KEY_FALLBACKS=f"{OLD}, {NEW}")
        for secret in (SANDBOX_API_KEY, OLD, NEW):
            app = CallingApp(page, secret=secret)
            visitor, shown = app.send(login_hint=EMAIL, provider="imap")
            told = app.receive(visitor, visitor.submit(shown, password="secret"))
            assert told["email"] == EMAIL

    def test_a_key_that_is_no_longer_named_is_refused(self, line: Line, nylas: Nylas) -> None:
        app = CallingApp(line.app(RETURN_URIS=CALLBACK), secret=OLD)
        visitor, shown = app.send(login_hint=EMAIL, provider="imap")
        code = app.get_back(visitor, visitor.submit(shown, password="secret"))["code"]
        assert refusal(app.exchange(code)) == (401, "invalid_client")

    @pytest.mark.redis
    def test_with_the_client_id_both_find_the_same_in_redis(self, server: RedisServer) -> None:
        transport = Grants().transport()
        before, after = (
            CallingApp(
                create_app(
                    make_settings(
                        NYLAS_API_KEY=key, NYLAS_CLIENT_ID=APPLICATION_ID, REDIS_URL=server.url
                    ),
                    transport=transport,
                )
            )
            for key in (OLD, NEW)
        )
        link = link_of(before)
        assert connect(before, link) == DONE
        assert connect(after, link) == USED


class TestLinkKey:
    def test_links_of_the_former_key_work_while_it_is_named(self, line: Line, nylas: Nylas) -> None:
        former, key = SECRET[::-1], SECRET.swapcase()
        before = app_of(line, LINK_KEY=former)
        after = app_of(line, LINK_KEY=key, LINK_KEY_FALLBACKS=former)
        later = app_of(line, LINK_KEY=key)
        assert connect(after, link_of(before)) == DONE
        assert connect(after, link_of(after)) == DONE
        assert connect(later, link_of(before)) not in (DONE, USED)

    def test_an_instance_not_yet_restarted_takes_links_of_the_new_key(
        self, line: Line, nylas: Nylas
    ) -> None:
        former, key = SECRET[::-1], SECRET.swapcase()
        beside = app_of(line, LINK_KEY=former, LINK_KEY_FALLBACKS=key)
        assert connect(beside, link_of(app_of(line, LINK_KEY=key))) == DONE


class TestResultWebhookSecret:
    @pytest.mark.redis
    def test_what_waits_is_signed_with_the_secret_of_the_process_that_delivers_it(
        self, server: RedisServer
    ) -> None:
        former, secret = SECRET, SECRET[::-1]
        with company() as firm:
            firm.receiver.answer_in_turn(503)
            before = firm.process(server.url, secret=former)
            before.connected(ABOUT, grant_id="grant-1", reconnected=False)
            eventually(lambda: firm.receiver.received)
            before.close()
            firm.process(server.url, secret=secret).start()
            eventually(lambda: len(firm.receiver.received) == 2, 30)
            first, second = firm.receiver.received
        assert first.is_signed_by(former)
        assert second.is_signed_by(secret)
        assert not second.is_signed_by(former)
        assert first.told["id"] == second.told["id"], "the app knows it for the same"

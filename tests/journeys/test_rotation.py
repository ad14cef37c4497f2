"""Secrets are changed while people and apps are under way: the recipes of docs/upgrading.md."""

from collections.abc import Iterator

import pytest

from app import create_app
from config import SANDBOX_API_KEY
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.browser.nylas import Nylas
from tests.calling import CALLBACK, CallingApp, refusal
from tests.conftest import make_settings
from tests.grants import Grants
from tests.journeys.conftest import Line
from tests.journeys.test_once import DONE, EMAIL, USED, connect, link_of
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

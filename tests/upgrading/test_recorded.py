"""What an earlier version left behind is finished by this one."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest
from flask import Flask
from werkzeug import Response

from app import create_app
from tests.browser.nylas import Nylas
from tests.conftest import make_settings, stopped_clock
from tests.servers import redis
from tests.upgrading.recording import recorded, restore
from tests.upgrading.scenarios import SCENARIOS, SETTINGS, Person

RECORDED = recorded()
pytestmark = pytest.mark.redis


class SameNylas(Nylas):
    """Nylas, which still has the grants that the version before made."""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/v3/connect/token":
            answer = Response('{"access_token": "token"}', content_type="application/json")
            return answer(environ, start_response)
        return super().__call__(environ, start_response)


@pytest.fixture(scope="module")
def nylas() -> Nylas:
    return SameNylas()


@pytest.fixture(scope="module")
def page(nylas: Nylas) -> Iterator[Flask]:
    with redis() as server:
        restore(RECORDED["redis"], server.url)
        settings = make_settings(REDIS_URL=server.url, NYLAS_API_URI=RECORDED["nylas"], **SETTINGS)
        yield create_app(settings, transport=httpx.WSGITransport(app=nylas))


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_was_begun_before_the_upgrade_is_finished(
    page: Flask, nylas: Nylas, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, carried = SCENARIOS[name], RECORDED["carried"][name]
    stopped_clock(monkeypatch, "time.time", RECORDED["at"])
    sent = len(nylas.sent)
    visitor = Person.inside(page)
    visitor.take(carried.get("cookies", {}))
    assert scenario.finish(visitor, carried) == scenario.ends
    assert len(nylas.sent) - sent == (name in ("a form", "from an app", "a link"))

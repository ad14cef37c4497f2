import time
from typing import Any

import httpx
import pytest

from latchkey.infra import cached_answer as lasting
from latchkey.infra.store import Store
from latchkey.nylas.errors import Refused
from tests.latchkey.providers.detection.nylas import (
    PATIENCE,
    TROUBLE,
    WITH_PASSWORD,
    Nylas,
    all_at_once,
)
from tests.latchkey.webhook_receiver import eventually


@pytest.fixture
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is too old at once."""
    for name in ("GOOD_SECONDS", "AFTER_FAILURE_SECONDS"):
        monkeypatch.setattr(lasting, name, -1)


def offered(nylas: Nylas) -> str:
    return " ".join(nylas.detector.offered())


@pytest.mark.usefixtures("no_memory")
def test_a_list_that_is_too_old_is_asked_for_again() -> None:
    nylas = Nylas(connectors=("imap",))
    assert offered(nylas) == "imap"
    nylas.list_connectors("imap", "ews")
    assert offered(nylas) == "ews imap"


@pytest.mark.usefixtures("no_memory")
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_the_last_list_stays_while_nylas_does_not_tell(trouble: Any) -> None:
    nylas = Nylas(connectors=("google", "imap"))
    before = nylas.detector.offered()
    nylas.connectors = trouble
    assert nylas.detector.offered() == before


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
def test_while_nylas_never_told_whatever_takes_a_password_is_offered(trouble: Any) -> None:
    nylas = Nylas()
    nylas.connectors = trouble
    assert nylas.detector.offered() == WITH_PASSWORD
    calls = nylas.listed
    assert nylas.detector.detect("a@ex.org") == "imap"
    assert nylas.listed == calls, "not asked again at once"


@pytest.mark.usefixtures("no_memory")
def test_a_list_that_failed_is_asked_for_again() -> None:
    nylas = Nylas(connectors=("google",))
    good, nylas.connectors = nylas.connectors, httpx.Response(503)
    assert nylas.detector.offered() == WITH_PASSWORD
    nylas.connectors = good
    assert nylas.detector.offered() == ("google",)


def test_a_key_that_nylas_does_not_accept_is_an_error() -> None:
    nylas = Nylas()
    nylas.connectors = nylas.detection = httpx.Response(401)
    for _ in range(2):
        with pytest.raises(Refused):
            nylas.detector.offered()
        with pytest.raises(Refused):
            nylas.detector.detect("a@ex.org")
    nylas.list_connectors("imap")
    assert nylas.detector.offered() == ("imap",), "a mended key works at once"


def test_a_process_that_starts_goes_on_with_the_list_of_the_others() -> None:
    nylas = Nylas(connectors=("google", "imap"))
    store = Store()
    before = nylas.new_detector(store=store).offered()
    nylas.connectors = httpx.Response(503)
    assert nylas.new_detector(store=store).offered() == before
    store.put("connectors", "of another version", seconds=60)
    assert nylas.new_detector(store=store).offered() == WITH_PASSWORD


def test_the_list_of_the_others_does_not_hide_that_the_key_is_refused() -> None:
    nylas = Nylas()
    store = Store()
    nylas.new_detector(store=store).offered()
    nylas.connectors = httpx.Response(401)
    with pytest.raises(Refused):
        nylas.new_detector(store=store).offered()


def test_the_first_list_is_asked_for_once_however_many_wait() -> None:
    nylas = Nylas(connectors=("imap", "google"))
    seen = all_at_once(lambda email: offered(nylas), ["a@ex.org"] * 50)
    assert seen == ["google imap"] * 50
    assert nylas.listed == 1


def test_nobody_else_waits_for_a_new_list_while_there_is_an_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lasting, "GOOD_SECONDS", -1)
    nylas = Nylas(connectors=("imap",))
    nylas.detector.offered()
    nylas.list_connectors("google")
    nylas.may_answer.clear()
    answered: list[str] = []

    def one_of_many(email: str) -> str:
        answered.append(offered(nylas))
        if len(answered) == 49:
            # Everybody but the one who asks has an answer already.
            nylas.may_answer.set()
        return answered[-1]

    started = time.monotonic()
    all_at_once(one_of_many, ["a@ex.org"] * 50)
    assert time.monotonic() - started < PATIENCE
    assert answered[:49] == ["imap"] * 49
    assert answered[49] == "google"
    assert nylas.listed == 2


def test_the_list_is_asked_for_before_people_come_and_nothing_waits_for_it() -> None:
    nylas = Nylas(connectors=("imap",))
    nylas.may_answer.clear()
    nylas.detector.prepare()
    nylas.may_answer.set()
    eventually(lambda: nylas.listed == 1)
    assert offered(nylas) == "imap"
    assert nylas.listed == 1

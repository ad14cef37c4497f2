import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from latchkey.infra.store import Store
from latchkey.nylas import DETECT_SECONDS
from latchkey.providers.detection import detector, domains
from tests.latchkey.providers.detection.nylas import PATIENCE, Nylas, all_at_once
from tests.servers import RedisServer, redis
from tests.stores import store_at


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
def stores(server: RedisServer) -> Iterator[list[Store]]:
    """The stores of three processes that share a Redis, empty at first."""
    server.stop()
    server.start()
    made = [store_at(server.url) for _ in range(3)]
    yield made
    for store in made:
        store.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for somebody else's answer gets it, however busy this machine is."""
    monkeypatch.setattr(detector, "_PATIENCE_SECONDS", PATIENCE)
    monkeypatch.setattr(domains, "OVERHEAR_SECONDS", PATIENCE)
    monkeypatch.setattr(domains, "_LOCK_SECONDS", PATIENCE)


def emails(count: int, start: int = 0) -> list[str]:
    return [f"a@{number}.test" for number in range(start, start + count)]


@pytest.mark.usefixtures("patient")
def test_nylas_is_asked_once_however_many_ask_at_the_same_time() -> None:
    nylas = Nylas(provider="google")
    assert all_at_once(nylas.detector.detect, ["a@ex.org"] * 100) == ["google"] * 100
    assert nylas.asked == ["a@ex.org"]


@pytest.mark.redis
@pytest.mark.usefixtures("patient")
def test_nylas_is_asked_once_by_all_processes_together(stores: list[Store]) -> None:
    nylas = Nylas(provider="google")
    detectors = [nylas.new_detector(store=store) for store in stores]
    for one in detectors:
        one.offered()
    people = [f"{number}@ex.org" for number in range(60)]
    found = all_at_once(
        lambda email: detectors[int(email.partition("@")[0]) % 3].detect(email), people
    )
    assert found == ["google"] * 60
    assert len(nylas.asked) == 1


@pytest.mark.redis
def test_what_one_process_learned_the_others_know(stores: list[Store]) -> None:
    nylas = Nylas(provider="google")
    for store in stores:
        assert nylas.new_detector(store=store).detect("a@ex.org") == "google"
    assert len(nylas.asked) == 1


@pytest.mark.redis
def test_the_budget_is_one_for_all_processes(stores: list[Store]) -> None:
    nylas = Nylas()
    detectors = [nylas.new_detector(store=store, per_minute=20) for store in stores]
    for number, email in enumerate(emails(60)):
        detectors[number % 3].detect(email)
    assert len(nylas.asked) == 20


@pytest.mark.redis
def test_a_process_does_not_wait_for_one_that_got_no_answer(stores: list[Store]) -> None:
    nylas = Nylas()
    nylas.detection = httpx.Response(400)
    one, other = (nylas.new_detector(store=store) for store in stores[:2])
    for process in (one, other):
        process.offered()
    nylas.may_answer.clear()
    first = threading.Thread(target=lambda: one.detect("a@ex.org"))
    first.start()
    while not nylas.asked:
        time.sleep(0.01)
    second = threading.Thread(target=lambda: other.detect("b@ex.org"))
    second.start()
    second.join(PATIENCE)
    assert not second.is_alive(), "it waits for a bounded time"
    nylas.may_answer.set()
    first.join(PATIENCE)
    assert nylas.asked == ["a@ex.org"]


@pytest.mark.redis
@pytest.mark.usefixtures("patient")
def test_a_process_stops_waiting_when_the_other_one_got_no_answer(stores: list[Store]) -> None:
    nylas = Nylas()
    nylas.detection = httpx.Response(400)
    one, other = (nylas.new_detector(store=store) for store in stores[:2])
    for process in (one, other):
        process.offered()
    nylas.may_answer.clear()
    first = threading.Thread(target=lambda: one.detect("a@ex.org"))
    first.start()
    while not nylas.asked:
        time.sleep(0.01)
    second = threading.Thread(target=lambda: other.detect("b@ex.org"))
    second.start()
    # Long enough for the second to wait.
    time.sleep(0.3)
    nylas.may_answer.set()
    first.join(PATIENCE)
    second.join(PATIENCE / 2)
    assert not second.is_alive()


def test_an_answer_that_comes_at_the_last_moment_is_used() -> None:
    nylas = Nylas()
    assert nylas.new_detector(store=LastMoment()).detect("a@ex.org") == "google"
    assert not nylas.asked


class LastMoment(Store):
    """Another process has just put its answer there when this one gets the lock."""

    def add(self, key: str, value: object, *, seconds: float) -> bool:
        self.put(key.replace("asking:", ""), "google", seconds=seconds)
        return super().add(key, value, seconds=seconds)


def test_nylas_is_never_asked_more_often_than_it_allows() -> None:
    nylas = Nylas()
    one = nylas.new_detector(per_minute=20)
    found = [one.detect(email) for email in emails(50)]
    assert found == ["imap"] * 20 + [""] * 30
    assert len(nylas.asked) == 20


@pytest.mark.slow
def test_in_a_rush_nylas_is_not_asked_more_often_either() -> None:
    nylas = Nylas()
    one = nylas.new_detector(per_minute=20)
    one.offered()
    for _ in range(5):
        all_at_once(one.detect, emails(60))
    assert len(nylas.asked) == len(set(nylas.asked)) == 20


def test_what_was_asked_may_arrive_late_without_being_too_much() -> None:
    assert domains.SPAN_SECONDS >= 60 + DETECT_SECONDS


def test_the_budget_is_there_again_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "SPAN_SECONDS", 0.2)
    nylas = Nylas()
    one = nylas.new_detector(per_minute=1)
    assert one.detect("a@ex.org") == "imap"
    waiting = threading.Event()
    for _ in range(PATIENCE * 20):
        if one.detect("a@else.org"):
            break
        waiting.wait(0.05)
    assert nylas.asked == ["a@ex.org", "a@else.org"]


def test_old_answers_leave_the_last_of_the_budget_to_new_domains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nylas = Nylas()
    store = Store()
    with monkeypatch.context() as old:
        old.setattr(domains, "FOUND_SECONDS", -1)
        for email in emails(30):
            nylas.new_detector(store=store).detect(email)
    nylas.asked.clear()
    nylas.say("google")
    one = nylas.new_detector(store=Copy(store), per_minute=20)
    assert [one.detect(email) for email in emails(30)] == ["google"] * 15 + ["imap"] * 15
    assert [one.detect(email) for email in emails(6, 30)] == ["google"] * 5 + [""]
    assert len(nylas.asked) == 20


class Copy(Store):
    """The values of a store, with a budget of its own."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._memory._values = store._memory._values


def test_people_of_different_domains_do_not_all_wait_for_a_nylas_that_hangs() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.may_answer.clear()
    done: list[str] = []

    def one_of_many(email: str) -> str:
        done.append(nylas.detector.detect(email))
        if len(done) == 47:
            nylas.may_answer.set()
        return done[-1]

    all_at_once(one_of_many, emails(50))
    assert done[:47] == [""] * 47
    assert len(nylas.asked) == 3


@pytest.mark.slow
def test_people_of_one_domain_do_not_wait_for_ever_for_the_first_of_them() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.may_answer.clear()
    done: list[str] = []

    def one_of_many(email: str) -> str:
        done.append(nylas.detector.detect(email))
        if len(done) == 19:
            nylas.may_answer.set()
        return done[-1]

    all_at_once(one_of_many, ["a@ex.org"] * 20)
    assert done == [""] * 19 + ["imap"]
    assert len(nylas.asked) == 1
    assert nylas.detector.detect("b@ex.org") == "imap", "the next one profits"


def test_nylas_is_left_alone_after_trouble_in_a_row() -> None:
    nylas = Nylas()
    nylas.detection = httpx.Response(503)
    for email in emails(30):
        assert nylas.detector.detect(email) == ""
    assert len(nylas.asked) == 2


def test_domains_that_nylas_waits_for_are_no_trouble_while_it_answers_otherwise() -> None:
    nylas = Nylas()
    nylas.detector.offered()
    nylas.detection = httpx.ReadTimeout("no answer")
    for email in emails(10):
        assert nylas.detector.detect(email) == ""
    assert len(nylas.asked) == 10
    nylas.connectors = httpx.ReadTimeout("no answer")
    for email in emails(10, start=10):
        assert nylas.detector.detect(email) == ""
    assert len(nylas.asked) == 12


def test_nylas_is_asked_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "PAUSE_SECONDS", 0.1)
    nylas = Nylas()
    good, nylas.detection = nylas.detection, httpx.Response(503)
    for email in emails(10):
        nylas.detector.detect(email)
    nylas.detection = good
    waiting = threading.Event()
    for _ in range(PATIENCE * 20):
        if nylas.detector.detect("a@ex.org"):
            break
        waiting.wait(0.05)
    assert nylas.detector.detect("a@ex.org") == "imap"


def test_an_address_that_nylas_refuses_is_no_trouble() -> None:
    nylas = Nylas()
    nylas.detection = httpx.Response(400)
    for email in emails(10):
        assert nylas.detector.detect(email) == ""
    assert len(nylas.asked) == 10


@pytest.mark.parametrize(("header", "seconds"), [({}, 60), ({"Retry-After": "7"}, 7)])
def test_after_nylas_said_too_many_nobody_asks_for_as_long_as_it_said(
    header: dict[str, str], seconds: int
) -> None:
    nylas = Nylas()
    nylas.detection = httpx.Response(429, headers=header)
    store = Lives()
    detectors = [nylas.new_detector(store=store) for _ in range(2)]
    for email in emails(5):
        assert [one.detect(email) for one in detectors] == ["", ""]
    assert len(nylas.asked) == 1
    assert store.lives["detect:limit"] == seconds


class Lives(Store):
    """Keeps how long values were to be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.lives: dict[str, float] = {}

    def put(self, key: str, value: object, *, seconds: float) -> None:
        self.lives[key] = seconds
        super().put(key, value, seconds=seconds)


def test_no_domain_can_be_read_from_what_is_kept() -> None:
    nylas = Nylas()
    store = Lives()
    nylas.new_detector(store=store).detect("a@secret-project.test")
    assert len(store.lives) == 3
    assert not [key for key in store.lives if "secret" in key]


def test_what_somebody_else_put_there_counts_as_nothing() -> None:
    nylas = Nylas()
    store = Lives()
    nylas.new_detector(store=store).detect("a@ex.org")
    for key in list(store.lives):
        store.put(key, {"other": "version"}, seconds=60)
    assert nylas.new_detector(store=store).detect("a@ex.org") == "imap"
    assert len(nylas.asked) == 2

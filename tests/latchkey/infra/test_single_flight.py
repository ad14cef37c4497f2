import threading
import time

import pytest

from latchkey.infra.single_flight import SharedSingleFlight, SingleFlight
from latchkey.infra.store import Store
from tests.latchkey.providers.detection.nylas import PATIENCE, all_at_once


def test_everybody_gets_what_the_first_one_finds() -> None:
    single_flight: SingleFlight[str] = SingleFlight()
    calls: list[int] = []
    arrived = threading.Semaphore(0)

    def find() -> str:
        calls.append(1)
        if len(calls) == 1:
            for _ in range(20):
                assert arrived.acquire(timeout=PATIENCE)
        return "found"

    def run(key: str) -> str:
        arrived.release()
        return single_flight.run(key, find, max_wait=PATIENCE) or ""

    assert all_at_once(run, ["key"] * 20) == ["found"] * 20
    # Those who came a moment too late asked again.
    assert len(calls) < 10


def test_who_runs_out_of_patience_gets_nothing_and_the_first_one_goes_on() -> None:
    single_flight: SingleFlight[str] = SingleFlight()
    seen: list[str | None] = []

    def find() -> str:
        other = threading.Thread(
            target=lambda: seen.append(single_flight.run("key", lambda: "mine", max_wait=0))
        )
        other.start()
        other.join(PATIENCE)
        return "found"

    assert single_flight.run("key", find, max_wait=0) == "found"
    assert seen == [None]


def test_different_keys_do_not_wait_for_each_other() -> None:
    single_flight: SingleFlight[str | None] = SingleFlight()
    assert (
        single_flight.run("a", lambda: single_flight.run("b", lambda: "b", max_wait=9), max_wait=9)
        == "b"
    )


def test_what_is_raised_is_raised_and_the_next_one_tries_again() -> None:
    single_flight: SingleFlight[str] = SingleFlight()

    def fail() -> str:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        single_flight.run("key", fail, max_wait=1)
    assert single_flight.run("key", lambda: "found", max_wait=1) == "found"


def test_processes_that_share_a_store_make_one_call() -> None:
    store = Store()
    calls: list[int] = []

    def find() -> str:
        calls.append(1)
        time.sleep(0.1)
        store.put("result", "found", seconds=PATIENCE)
        return "found"

    def run(key: str) -> str:
        found = SharedSingleFlight(store).run(
            key, find, look=lambda: store.get("result"), lease=PATIENCE, max_wait=PATIENCE
        )
        return str(found)

    assert all_at_once(run, ["key"] * 20) == ["found"] * 20
    assert len(calls) == 1


def test_who_waits_for_a_call_that_leaves_nothing_gets_nothing_when_it_ends() -> None:
    store = Store()
    ended = threading.Event()

    def find() -> None:
        assert ended.wait(PATIENCE)

    def run(wait: float) -> str | None:
        return SharedSingleFlight(store).run(
            "key", find, look=lambda: None, lease=PATIENCE, max_wait=wait
        )

    first = threading.Thread(target=run, args=[PATIENCE])
    first.start()
    while store.get("key") is None:
        time.sleep(0.01)
    assert run(0.0) is None, "without patience at once"
    second = threading.Thread(target=run, args=[2 * PATIENCE])
    second.start()
    ended.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert not second.is_alive()


def test_a_call_that_raises_leaves_the_key_free() -> None:
    store = Store()
    shared = SharedSingleFlight(store)

    def fail() -> str:
        raise KeyError("gone")

    def look() -> str | None:
        return None

    with pytest.raises(KeyError):
        shared.run("key", fail, look=look, lease=PATIENCE, max_wait=0)
    assert shared.run("key", lambda: "found", look=look, lease=PATIENCE, max_wait=0) == "found"

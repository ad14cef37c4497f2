import threading

import pytest

from signin.flights import Flights
from tests.signin.detection.nylas import PATIENCE, all_at_once


def test_everybody_gets_what_the_first_one_finds() -> None:
    flights: Flights[str] = Flights()
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
        return flights.run(key, find, patience=PATIENCE) or ""

    assert all_at_once(run, ["key"] * 20) == ["found"] * 20
    # Those who came a moment too late asked again.
    assert len(calls) < 10


def test_who_runs_out_of_patience_gets_nothing_and_the_first_one_goes_on() -> None:
    flights: Flights[str] = Flights()
    seen: list[str | None] = []

    def find() -> str:
        other = threading.Thread(
            target=lambda: seen.append(flights.run("key", lambda: "mine", patience=0))
        )
        other.start()
        other.join(PATIENCE)
        return "found"

    assert flights.run("key", find, patience=0) == "found"
    assert seen == [None]


def test_different_keys_do_not_wait_for_each_other() -> None:
    flights: Flights[str | None] = Flights()
    assert flights.run("a", lambda: flights.run("b", lambda: "b", patience=9), patience=9) == "b"


def test_what_is_raised_is_raised_and_the_next_one_tries_again() -> None:
    flights: Flights[str] = Flights()

    def fail() -> str:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        flights.run("key", fail, patience=1)
    assert flights.run("key", lambda: "found", patience=1) == "found"

"""Sliding windows, with a clock that only moves when it is told to."""

import tracemalloc

import pytest

from latchkey.infra.limits import Hit, Limiter, Mode, Use
from latchkey.infra.store import Store, windows_memory
from latchkey.infra.store.windows import Charge, Window
from latchkey.infra.store.windows_memory import MemoryWindows
from tests.conftest import Clock, stopped_clock

TEN = (Window(2, 10.0),)
SECRET_KEY = "secret" * 6


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def charge(key: str = "a", windows: tuple[Window, ...] = TEN, **more: object) -> Charge:
    return Charge(key=key, windows=windows, **more)  # type: ignore[arg-type]


def passed(memory: MemoryWindows, *charges: Charge, divisor: int = 1) -> list[float]:
    return memory.pass_all(charges, divisor=divisor)


def test_an_event_counts_for_exactly_as_long_as_its_window(wait: Clock) -> None:
    memory = MemoryWindows()
    assert passed(memory, charge()) == [0]
    wait(4)
    assert passed(memory, charge()) == [0]
    wait(1)
    assert passed(memory, charge()) == [5]
    assert memory.number(charge()) == 2
    wait(4.5)
    assert passed(memory, charge()) == [0.5]
    wait(0.5)
    assert memory.number(charge()) == 1
    assert passed(memory, charge()) == [0]
    assert passed(memory, charge()) == [4]


def test_of_several_windows_the_longest_wait_counts(wait: Clock) -> None:
    memory, windows = MemoryWindows(), (Window(1, 10.0), Window(3, 100.0))
    assert passed(memory, charge(windows=windows)) == [0]
    assert passed(memory, charge(windows=windows)) == [10]
    for _ in range(2):
        wait(10)
        assert passed(memory, charge(windows=windows)) == [0]
    assert passed(memory, charge(windows=windows)) == [80]
    assert memory.number(charge(windows=windows)) == 3
    wait(80)
    assert passed(memory, charge(windows=windows)) == [0]


def test_processes_that_share_a_limit_have_a_part_each_and_one_event_at_least(wait: Clock) -> None:
    memory, windows = MemoryWindows(), (Window(5, 10.0),)
    waits = [passed(memory, charge(windows=windows), divisor=2) for _ in range(3)]
    assert waits == [[0], [0], [10]]
    waits = [passed(memory, charge("b", windows), divisor=50) for _ in range(2)]
    assert waits == [[0], [10]]


def test_where_one_counter_is_full_none_counts(wait: Clock) -> None:
    memory = MemoryWindows()
    full, other = charge("full"), charge("other")
    for _ in range(2):
        passed(memory, full)
    for _ in range(5):
        assert passed(memory, other, full) == [0, 10]
        assert passed(memory, full, other) == [10, 0]
    assert (memory.number(other), memory.number(full)) == (0, 2)


def test_looking_never_counts_and_counting_never_waits(wait: Clock) -> None:
    memory = MemoryWindows()
    look, count = charge(mode=Mode.CHECK), charge(mode=Mode.COUNT)
    assert [passed(memory, look) for _ in range(3)] == [[0]] * 3
    assert memory.number(look) == 0
    for _ in range(5):
        assert passed(memory, count) == [0]
        wait(1)
    assert passed(memory, look) == [8]
    assert memory.number(look) == 2


def test_a_client_adds_its_part_to_a_mailbox_and_no_more_until_the_window_is_over(
    wait: Clock,
) -> None:
    memory = MemoryWindows()
    own, many = (Window(9, 30.0),), (Window(9, 10.0),)
    both = charge("own", own), charge("shared", many, part=2)
    for number in (1, 2, 2, 2):
        assert passed(memory, *both) == [0, 0]
        assert memory.number(both[1]) == number
    assert memory.number(both[0]) == 4
    wait(9.5)
    passed(memory, *both)
    assert memory.number(both[1]) == 2
    wait(0.5)
    passed(memory, *both)
    assert memory.number(both[1]) == 1
    # Another client has a part of its own; without a part everything counts.
    passed(memory, charge("another", own), both[1])
    assert memory.number(both[1]) == 2
    passed(memory, both[0], charge("shared", many))
    assert memory.number(both[1]) == 3


def test_the_part_is_that_of_the_charge_before_whatever_comes_earlier(wait: Clock) -> None:
    memory = MemoryWindows()
    shared = charge("shared", (Window(9, 10.0),), part=1)
    for _ in range(2):
        passed(memory, charge("x", (Window(9, 10.0),)))
    passed(memory, charge("x", (Window(9, 10.0),)), charge("y"), shared)
    assert memory.number(shared) == 1
    passed(memory, charge("x", (Window(9, 10.0),)), charge("y"), shared)
    assert memory.number(shared) == 1


def test_of_too_many_counters_the_one_used_longest_ago_goes(
    wait: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_memory, "_MOST", 2)
    memory = MemoryWindows()
    for key in ("a", "b", "a", "c"):
        passed(memory, charge(key))
    assert [memory.number(charge(key)) for key in "abc"] == [2, 0, 1]
    passed(memory, charge("c"))
    assert [memory.number(charge(key)) for key in "ac"] == [2, 2]


def test_counters_of_one_rule_never_push_out_those_of_another(
    wait: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows_memory, "_MOST", 3)
    rules = {"mailbox": (Window(1, 60.0),), "token": (Window(1, 60.0),)}
    limiter = Limiter(Store(), rules, secret_key=SECRET_KEY)
    tried = Use(rule="mailbox", subject="a")
    assert limiter.try_all(tried) is None
    for number in range(9):
        assert limiter.try_all(Use(rule="token", subject=str(number))) is None
    assert limiter.try_all(tried) == Hit(rule="mailbox", wait=60)
    assert limiter.number("token", "5") == 0
    assert [limiter.number("token", subject) for subject in "678"] == [1, 1, 1]


def test_counters_that_ran_out_are_swept_away_once_a_minute(wait: Clock) -> None:
    memory = MemoryWindows()
    passed(memory, charge("short", (Window(1, 60.0),)))
    passed(memory, charge("long", (Window(1, 200.0),)))
    wait(59)
    passed(memory, charge("other"))
    assert len(memory) == 3
    wait(1)
    passed(memory, charge("another"))
    # Of the first three, the short one is gone.
    assert len(memory) == 3
    wait(59)
    passed(memory, charge("another"))
    assert len(memory) == 3
    wait(1)
    passed(memory, charge("another"))
    assert len(memory) == 2


def test_the_rule_that_makes_the_client_wait_longest_is_named(wait: Clock) -> None:
    rules = {"short": (Window(1, 10.0),), "long": (Window(1, 50.0),)}
    limiter = Limiter(Store(), rules, secret_key=SECRET_KEY)
    both = Use(rule="short", subject="a"), Use(rule="long", subject="a")
    assert limiter.active
    assert limiter.try_all(*both) is None
    assert limiter.try_all(*both) == limiter.try_all(*both[::-1]) == Hit(rule="long", wait=50)
    assert limiter.try_all(Use(rule="unknown", subject="a"), both[0]) == Hit(rule="short", wait=10)
    assert limiter.number("short", "a") == 1
    assert limiter.number("unknown", "a") == limiter.number("short", "b") == 0
    assert limiter.try_all(Use(rule="short", subject="b")) is None
    wait(9.5)
    assert limiter.try_all(both[0]) == Hit(rule="short", wait=0.5)


def test_who_was_known_before_an_update_is_known_after_it() -> None:
    limiter = Limiter(Store(), {}, secret_key=SECRET_KEY)
    assert limiter.fingerprint("device anna@example.com") == "f550e9493a23f95d7dd041e74abfcc"
    assert limiter.fingerprint("\udcff") != limiter.fingerprint("\udcfe")


def test_the_counters_of_a_rule_take_no_more_than_eight_megabytes() -> None:
    memory = MemoryWindows()
    tracemalloc.start()
    for number in range(1000):
        memory.pass_all([charge(f"address:{number:064}")], divisor=1)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 1000 * windows_memory._MOST < 8 * 1000 * 1000

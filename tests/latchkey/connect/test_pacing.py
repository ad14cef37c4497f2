import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from latchkey.connect import Overloaded, Pacer, Party, pacing, silence
from latchkey.infra.errors import OutcomeUnknown
from latchkey.infra.store import Store, Turn

pytestmark = pytest.mark.slow


def open_gate(per_second: int = 10_000) -> Pacer:
    return Pacer(Store(), per_second=per_second)


class Hanging:
    """Authentications that get no answer before ``end``."""

    def __init__(self, pacer: Pacer, number: int) -> None:
        self._gate = pacer
        self._end = threading.Event()
        self._inside = threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(number)
        self._waiting = [self._pool.submit(self._hang) for _ in range(number)]
        for _ in range(number):
            assert self._inside.acquire(timeout=10)

    def _hang(self) -> None:
        with self._gate.admit():
            self._inside.release()
            assert self._end.wait(30)
            raise OutcomeUnknown("time was up")

    def end(self) -> None:
        self._end.set()
        for waiting in self._waiting:
            assert isinstance(waiting.exception(10), OutcomeUnknown)
        self._pool.shutdown()


def test_no_second_sees_more_than_nylas_takes() -> None:
    door = open_gate(per_second=5)
    sent = []

    def send(_: int) -> None:
        with door.admit() as send_slot, send_slot():
            sent.append(time.monotonic())

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(send, range(12)))
    sent.sort()
    # A thread may be held up between its turn and its note, so a little less than a second.
    assert all(late - early > 0.9 for early, late in zip(sent, sent[5:], strict=False))


def test_who_was_held_up_does_not_arrive_together_with_those_who_come_next() -> None:
    door = open_gate(per_second=5)
    sent = []

    def send(number: int) -> None:
        with door.admit() as send_slot:
            if number < 5:
                time.sleep(0.6)  # as long as a connection may take
            with send_slot():
                sent.append(time.monotonic())

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(send, range(10)))
    sent.sort()
    assert sent[5] - sent[4] > 0.9


def test_a_turn_that_is_too_far_off_is_refused_with_the_time_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "PATIENCE_SECONDS", 0.5)
    door = open_gate(per_second=1)
    with door.admit():
        pass
    with pytest.raises(Overloaded) as busy, door.admit():
        pytest.fail("let through")
    assert busy.value.wait in (1, 2)


def test_when_nothing_comes_back_people_hear_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_MOST_UNANSWERED", 3)
    monkeypatch.setattr(silence, "_PROBE_SECONDS", 60)
    door = open_gate()
    hanging = Hanging(door, 3)
    with door.admit():
        pass  # the one that tries whether Nylas is back: it is
    with door.admit():
        pass  # so everybody may pass, although the three still hang
    hanging.end()


def test_one_at_a_time_tries_whether_nylas_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_MOST_UNANSWERED", 3)
    monkeypatch.setattr(silence, "_PROBE_SECONDS", 0.5)
    door = open_gate()
    hanging = Hanging(door, 3)
    probe = Hanging(door, 1)
    with pytest.raises(Overloaded) as busy, door.admit():
        pytest.fail("let through")
    assert busy.value.wait == 20
    time.sleep(0.6)
    with door.admit():
        pass
    hanging.end()
    probe.end()


def test_a_few_that_hang_for_long_close_the_gate_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_FEW", 3)
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 0.2)
    monkeypatch.setattr(silence, "_PROBE_SECONDS", 60)
    door = open_gate()
    hanging = Hanging(door, 3)
    time.sleep(0.3)
    probe = Hanging(door, 1)
    with pytest.raises(Overloaded), door.admit():
        pytest.fail("let through")
    hanging.end()
    probe.end()
    with door.admit():
        pass


def test_a_slow_mail_server_of_one_person_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_FEW", 3)
    monkeypatch.setattr(silence, "_PROBE_SECONDS", 60)
    door = open_gate()
    hanging = Hanging(door, 5)
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 0.2)
    with door.admit():
        pass
    time.sleep(0.3)
    for _ in range(5):
        with door.admit():
            pass
    hanging.end()


def test_there_is_a_limit_to_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_MOST", 2)
    door = open_gate()
    hanging = Hanging(door, 2)
    with pytest.raises(Overloaded), door.admit():
        pytest.fail("let through")
    hanging.end()
    with door.admit():
        pass


class Occupied(Store):
    """A store in which no reservation is made before ``over``."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Semaphore(0)
        self.over = threading.Event()

    def wait_turn(self, *args: Any, **kwargs: Any) -> Turn:
        self.asked.release()
        assert self.over.wait(30)
        return super().wait_turn(*args, **kwargs)


def sign_in(pacer: Pacer) -> None:
    with pacer.admit():
        pass


def test_behind_others_of_the_same_client_waiting_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Occupied()
    pacer = Pacer(store, per_second=50, party=lambda: Party(client="c"))

    with ThreadPoolExecutor(2) as pool:
        others = [pool.submit(sign_in, pacer) for _ in range(2)]
        try:
            assert all(store.asked.acquire(timeout=10) for _ in others)
            monkeypatch.setattr(pacing, "PATIENCE_SECONDS", 0.0)
            with pytest.raises(Overloaded) as busy:
                sign_in(pacer)
        finally:
            store.over.set()
    assert busy.value.wait == 20
    assert not store.asked.acquire(blocking=False), "the third did not come to the common queue"


def test_who_waits_for_a_turn_is_not_taken_for_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_FEW", 3)
    monkeypatch.setattr(silence, "_SILENT_SECONDS", 0.2)
    monkeypatch.setattr(silence, "_PROBE_SECONDS", 60)
    store = Occupied()
    pacer = Pacer(store, per_second=50)

    with ThreadPoolExecutor(7) as pool:
        crowd = [pool.submit(sign_in, pacer) for _ in range(5)]
        try:
            assert all(store.asked.acquire(timeout=10) for _ in crowd)
            time.sleep(0.3)
            later = [pool.submit(sign_in, pacer) for _ in range(2)]
            assert all(store.asked.acquire(timeout=10) for _ in later), "they come to the queue"
        finally:
            store.over.set()
        for one in later:
            one.result(10)


def test_what_was_delayed_for_longer_than_its_slot_waits_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "_SENT_SECONDS", 0.2)
    store = Store()
    pacer = Pacer(store, per_second=1)
    for _ in range(3):
        store.reserve("sent", limit=1, seconds=0.2, max_wait=9)
    began = time.monotonic()
    with pacer.admit() as send_slot, send_slot():
        assert time.monotonic() - began > 0.4

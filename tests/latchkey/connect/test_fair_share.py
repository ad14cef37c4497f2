import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from latchkey.connect import Overloaded, Pacer, Party, pacing, silence
from latchkey.infra.errors import OutcomeUnknown
from latchkey.infra.store import Store

pytestmark = pytest.mark.slow

STRANGER = Party(client="stranger", domain="tarpit.example")
# A sign-in without an answer for so many seconds is suspicious.
LONG = 30.0


class Crossing:
    """A pacer, and the parties that come to it."""

    def __init__(
        self, *, per_second: int = 10_000, answers: bool = True, processes: int = 1
    ) -> None:
        self.asked = 0
        self._answers = answers
        self._party = threading.local()
        self.pacer = Pacer(
            Store(processes=processes),
            per_second=per_second,
            party=self._here,
            answers=self._ask_nylas,
        )

    def _here(self) -> Party:
        party: Party = self._party.value
        return party

    def _ask_nylas(self) -> bool:
        self.asked += 1
        return self._answers

    def passes(self, party: Party) -> float:
        """Let one sign-in of ``party`` through; gives the seconds it took."""
        self._party.value = party
        began = time.monotonic()
        with self.pacer.admit() as send_slot, send_slot():
            return time.monotonic() - began

    @contextmanager
    def hanging(self, *parties: Party) -> Iterator[None]:
        """Sign-ins that get no answer as long as this lasts."""
        over = threading.Event()
        inside = threading.Semaphore(0)

        def hang(party: Party) -> None:
            self._party.value = party
            with suppress(OutcomeUnknown), self.pacer.admit():
                inside.release()
                over.wait(30)
                raise OutcomeUnknown

        with ThreadPoolExecutor(len(parties)) as pool:
            for party in parties:
                pool.submit(hang, party)
            for _ in parties:
                assert inside.acquire(timeout=10)
            try:
                yield
            finally:
                over.set()


class Clock:
    """The clock of what looks for silence; only ``go_on`` moves it."""

    def __init__(self) -> None:
        self._now = 1000.0

    def monotonic(self) -> float:
        """A moment later than the one before, as two sign-ins never begin together."""
        self._now += 1e-6
        return self._now

    def go_on(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(silence, "time", clock)
    return clock


def people(number: int) -> list[Party]:
    return [Party(client=f"c{n}", domain=f"d{n}.example") for n in range(number)]


def test_sixty_hanging_logins_of_one_client_stop_no_other(clock: Clock) -> None:
    crossing = Crossing()
    with crossing.hanging(*[STRANGER] * 60):
        clock.go_on(LONG)
        for person in people(30):
            with crossing.hanging(person):
                # The stranger goes on, so nothing that was answered lately clears the doubt.
                pass
            with suppress(Overloaded):
                crossing.passes(STRANGER)
    assert crossing.asked >= 1


def test_many_clients_with_one_mail_server_that_never_answers_stop_no_other(clock: Clock) -> None:
    crossing = Crossing()
    tarpit = [Party(client=f"bot{n}", domain="tarpit.example") for n in range(60)]
    with crossing.hanging(*tarpit):
        clock.go_on(LONG)
        with crossing.hanging(*people(20)):
            pass


def test_when_the_cheap_question_hangs_too_people_hear_so_at_once(clock: Clock) -> None:
    crossing = Crossing(answers=False)
    with crossing.hanging(*[STRANGER] * 60):
        clock.go_on(LONG)
        with crossing.hanging(people(1)[0]), pytest.raises(Overloaded):
            crossing.passes(people(2)[1])


def test_sign_ins_of_many_that_hang_are_enough_whatever_else_nylas_answers(clock: Clock) -> None:
    crossing = Crossing()
    with crossing.hanging(*people(60)):
        clock.go_on(LONG)
        probe, other = people(62)[60:]
        with crossing.hanging(probe), pytest.raises(Overloaded):
            crossing.passes(other)
    assert crossing.asked == 0


def test_who_tries_whether_nylas_is_back_is_another_client_each_time(clock: Clock) -> None:
    crossing = Crossing(answers=False)
    with crossing.hanging(*people(60)):
        clock.go_on(LONG)
        with crossing.hanging(STRANGER):
            clock.go_on(2)
            with pytest.raises(Overloaded):
                crossing.passes(STRANGER)
            crossing.passes(Party(client="honest", domain="h.example"))


def test_nylas_is_not_asked_for_every_sign_in(clock: Clock) -> None:
    crossing = Crossing()
    with crossing.hanging(*[STRANGER] * 60):
        clock.go_on(LONG)
        with crossing.hanging(*people(20)):
            pass
    assert crossing.asked == 1


def test_one_client_with_many_connections_does_not_take_the_pace_of_others() -> None:
    crossing = Crossing(per_second=10)
    with ThreadPoolExecutor(90) as pool:
        flood = [pool.submit(crossing.passes, STRANGER) for _ in range(60)]
        time.sleep(0.3)
        honest = [pool.submit(crossing.passes, person) for person in people(5)]
        waited = [one.result() for one in honest]
        assert max(waited) < 3
        assert sum(not one.done() for one in flood) > 20
        for one in flood:
            one.cancel()


def test_one_mail_domain_does_not_take_the_pace_of_others() -> None:
    crossing = Crossing(per_second=10)
    with ThreadPoolExecutor(90) as pool:
        flood = [
            pool.submit(crossing.passes, Party(client=f"bot{n}", domain="evil.example"))
            for n in range(60)
        ]
        time.sleep(0.3)
        honest = [pool.submit(crossing.passes, person) for person in people(5)]
        assert max(one.result() for one in honest) < 4
        assert sum(not one.done() for one in flood) > 20


def test_one_client_uses_the_whole_pace_while_nobody_else_comes() -> None:
    crossing = Crossing(per_second=20)
    began = time.monotonic()
    with ThreadPoolExecutor(60) as pool:
        list(pool.map(crossing.passes, [STRANGER] * 60))
    assert time.monotonic() - began < 4


def test_who_waits_for_too_long_behind_the_own_client_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pacing, "PATIENCE_SECONDS", 1.5)
    crossing = Crossing(per_second=1)
    with ThreadPoolExecutor(10) as pool:
        results = [pool.submit(crossing.passes, STRANGER) for _ in range(10)]
        errors = [one.exception() for one in results]
    assert sum(isinstance(error, Overloaded) for error in errors) >= 6


@pytest.mark.parametrize("share", ["_MOST_OF_CLIENT", "_MOST_OF_DOMAIN"])
def test_no_client_and_no_domain_has_all_places(
    share: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, share, 3)
    crossing = Crossing()
    with crossing.hanging(*[STRANGER] * 3):
        with pytest.raises(Overloaded):
            crossing.passes(STRANGER)
        crossing.passes(people(1)[0])
    crossing.passes(STRANGER)


@pytest.mark.parametrize("share", ["_MOST_OF_CLIENT", "_MOST_OF_DOMAIN"])
def test_processes_divide_the_places_of_a_client_and_of_a_domain(
    share: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, share, 6)
    crossing = Crossing(processes=3)
    with crossing.hanging(*[STRANGER] * 2), pytest.raises(Overloaded):
        crossing.passes(STRANGER)
    crossing.passes(STRANGER)


def test_more_processes_than_places_leave_one_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_CLIENT_LANE", 2)
    monkeypatch.setattr(pacing, "_MOST_OF_CLIENT", 3)
    Crossing(processes=8).passes(STRANGER)

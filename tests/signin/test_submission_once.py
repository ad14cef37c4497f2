import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from signin import submission
from signin.problems.nylas import NYLAS_DOWN, REJECTED, WRONG_PASSWORD
from signin.submission import Failed, Outcome, Submissions

SECRET = "hunter2-nobody-may-see-this"


def wrong() -> Outcome:
    return Failed(problem=WRONG_PASSWORD)


class Slow:
    """Sends, when it is told to; counts how often it was asked."""

    def __init__(self, outcome: Outcome | Exception) -> None:
        self.outcome = outcome
        self.calls = 0
        self.begun = threading.Event()
        self.end = threading.Event()

    def __call__(self) -> Outcome:
        self.calls += 1
        self.begun.set()
        assert self.end.wait(10)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_the_same_form_sent_many_times_at_once_is_one_request() -> None:
    submissions, send = Submissions(), Slow(wrong())
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(submissions.once, {"attempt": "a"}, send) for _ in range(8)]
        assert send.begun.wait(10)
        send.end.set()
        outcomes = [future.result(10) for future in waiting]
    assert send.calls == 1
    assert all(outcome is send.outcome for outcome in outcomes)


def test_another_form_does_not_wait() -> None:
    submissions, send = Submissions(), Slow(wrong())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(submissions.once, {"attempt": "a"}, send)
        assert send.begun.wait(10)
        other = Failed(problem=REJECTED)
        assert submissions.once({"attempt": "b"}, lambda: other) is other
        assert not waiting.done()
        send.end.set()
        assert waiting.result(10) is send.outcome


@pytest.mark.parametrize(
    "other",
    [
        {"attempt": "b", "password": "x"},
        {"attempt": "a", "password": "y"},
        {"attempt": "a", "password": "x "},
        {"attempt": "a"},
        {"attempt": "a", "password": "x", "username": ""},
        {"password": "a", "attempt": "x"},
        {"attempt": "a', 'password': 'x"},
        {"attempt": "a\udcff", "password": "x"},
    ],
)
def test_a_form_with_other_content_is_another_request(other: dict[str, str]) -> None:
    submissions, first, second = Submissions(), wrong(), wrong()
    assert submissions.once({"attempt": "a", "password": "x"}, lambda: first) is first
    assert submissions.once(other, lambda: second) is second


def test_a_reload_gets_the_outcome_of_the_first_time_in_whatever_order_its_fields_come() -> None:
    submissions, first = Submissions(), wrong()
    assert submissions.once({"attempt": "a", "password": "x"}, lambda: first) is first
    assert submissions.once({"password": "x", "attempt": "a"}, wrong) is first


def test_an_outcome_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "_REMEMBERED_SECONDS", -1)
    submissions, first, second = Submissions(), wrong(), wrong()
    assert submissions.once({"attempt": "a"}, lambda: first) is first
    assert submissions.once({"attempt": "a"}, lambda: second) is second


def test_memory_is_bounded_and_the_oldest_outcome_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(submission, "_MOST_REMEMBERED", 10)
    submissions, late = Submissions(), wrong()
    for number in range(100):
        submissions.once({"attempt": str(number)}, wrong)
    assert len(submissions._attempts) <= 11
    assert submissions.once({"attempt": "0"}, lambda: late) is late
    assert submissions.once({"attempt": "99"}, lambda: late) is not late


def test_what_is_under_way_is_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "_MOST_REMEMBERED", 0)
    monkeypatch.setattr(submission, "_REMEMBERED_SECONDS", -1)
    submissions, send = Submissions(), Slow(wrong())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(submissions.once, {"attempt": "a"}, send)
        assert send.begun.wait(10)
        for number in range(10):
            submissions.once({"attempt": f"other {number}"}, wrong)
        assert submissions._fingerprint({"attempt": "a"}) in submissions._attempts
        send.end.set()
        assert waiting.result(10) is send.outcome


def test_when_sending_breaks_nobody_is_left_waiting_and_nothing_is_sent_again() -> None:
    submissions, send = Submissions(), Slow(RuntimeError("broken"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(submissions.once, {"attempt": "a"}, send)
        assert send.begun.wait(10)
        second = pool.submit(submissions.once, {"attempt": "a"}, send)
        send.end.set()
        with pytest.raises(RuntimeError):
            first.result(10)
        outcome = second.result(10)
    assert isinstance(outcome, Failed)
    assert outcome.problem is NYLAS_DOWN
    assert send.calls == 1


def test_nothing_of_a_form_is_kept() -> None:
    submissions = Submissions()
    submissions.once({"attempt": "a", "password": SECRET}, wrong)
    assert SECRET not in repr(vars(submissions)) + repr(list(submissions._attempts.values()))
    assert Submissions()._fingerprint({"a": "b"}) != submissions._fingerprint({"a": "b"})

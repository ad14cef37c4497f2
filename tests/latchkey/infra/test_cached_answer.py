import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from latchkey.infra.cached_answer import AFTER_FAILURE_SECONDS, GOOD_SECONDS, CachedAnswer
from latchkey.infra.errors import BadAnswer, NotSent, OutcomeUnknown, UpstreamError
from latchkey.infra.single_flight import SingleFlight
from latchkey.infra.store import Store
from latchkey.nylas.errors import Refusal, Refused, is_key_refused
from tests.conftest import Clock, stopped_clock

BAD_KEY = Refused(Refusal(status=401), request_id="r")
TROUBLE = [
    NotSent("no way"),
    OutcomeUnknown("silence"),
    BadAnswer("html"),
    Refused(Refusal(status=503), request_id="r"),
    Refused(Refusal(status=429), request_id="r"),
]


class Nylas:
    """Answers one question; counts how often it was asked."""

    def __init__(self, answer: Any = "one") -> None:
        self.answer = answer
        self.asked = 0
        self.begun = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self) -> str:
        self.asked += 1
        self.begun.set()
        assert self.may_answer.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return str(self.answer)

    def lasting(self, store: Store | None = None) -> CachedAnswer[str]:
        return CachedAnswer(
            self,
            store or Store(),
            "question",
            write=lambda answer: [answer],
            read=_read,
            ask_seconds=3.0,
            is_fatal=is_key_refused,
        )


def _read(written: Any) -> str | None:
    return written[0] if isinstance(written, list) else None


class SlowStore(Store):
    """While it looks for a value, another thread may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Callable[[], object]] = []

    def get(self, key: str) -> Any:
        found = super().get(key)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Lets so many seconds pass."""
    return stopped_clock(monkeypatch, "time.monotonic", 1000)


def test_an_answer_is_good_for_five_minutes(tick: Clock) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    assert question.get() == "one"
    nylas.answer = "two"
    tick(GOOD_SECONDS - 1)
    assert question.get() == "one"
    tick(2)
    assert question.get() == "two"
    assert nylas.asked == 2
    assert GOOD_SECONDS == 300


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_the_last_good_answer_stays_and_nylas_is_left_alone_for_a_while(
    tick: Clock, trouble: UpstreamError
) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    question.get()
    nylas.answer = trouble
    tick(GOOD_SECONDS + 1)
    for _ in range(5):
        assert question.get() == "one"
    assert nylas.asked == 2
    tick(AFTER_FAILURE_SECONDS + 1)
    nylas.answer = "two"
    assert question.get() == "two"


@pytest.mark.parametrize("trouble", TROUBLE, ids=str)
def test_without_any_answer_there_is_none(tick: Clock, trouble: UpstreamError) -> None:
    nylas = Nylas(trouble)
    question = nylas.lasting()
    for _ in range(5):
        assert question.get() is None
    assert nylas.asked == 1
    tick(AFTER_FAILURE_SECONDS + 1)
    nylas.answer = "one"
    assert question.get() == "one"


def test_a_refused_key_is_never_hidden_and_a_mended_one_works_at_once(tick: Clock) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    question.get()
    nylas.answer = BAD_KEY
    tick(GOOD_SECONDS + 1)
    for _ in range(2):
        with pytest.raises(Refused):
            question.get()
    nylas.answer = "two"
    assert question.get() == "two"


def test_who_doubts_the_answer_makes_nylas_be_asked_again(tick: Clock) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    question.get()
    nylas.answer = "two"
    question.invalidate(older=10)
    assert question.get() == "one"
    tick(10)
    question.invalidate(older=10)
    assert question.get() == "two"
    nylas.answer = "three"
    question.invalidate()
    tick(0.001)
    assert question.get() == "three"


def test_doubts_come_to_nothing_while_nylas_does_not_tell(tick: Clock) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    question.get()
    nylas.answer = NotSent("no way")
    for _ in range(10):
        tick(1)
        question.invalidate(older=5)
        assert question.get() == "one"
    assert nylas.asked == 3


def test_a_new_process_begins_with_the_answer_of_the_others() -> None:
    store = Store()
    Nylas("one").lasting(store).get()
    assert Nylas(NotSent("no way")).lasting(store).get() == "one"
    assert Nylas("two").lasting(store).get() == "two"
    with pytest.raises(Refused):
        Nylas(BAD_KEY).lasting(store).get()


def test_what_another_version_wrote_counts_for_nothing() -> None:
    store = Store()
    store.put("question", {"new": "shape"}, seconds=60)
    assert Nylas(NotSent("no way")).lasting(store).get() is None


def test_only_one_asks_and_only_the_first_answer_is_waited_for(tick: Clock) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    nylas.may_answer.clear()
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(question.get) for _ in range(10)]
        nylas.may_answer.set()
        assert {future.result(10) for future in waiting} == {"one"}
        assert nylas.asked == 1
        nylas.answer = "two"
        tick(GOOD_SECONDS + 1)
        nylas.may_answer.clear()
        nylas.begun.clear()
        asking = pool.submit(question.get)
        assert nylas.begun.wait(10)
        began = time.perf_counter()
        assert question.get() == "one", "nobody else waits for the second"
        assert time.perf_counter() - began < 2
        nylas.may_answer.set()
        assert asking.result(10) == "two"


def test_a_fault_of_ours_leaves_nobody_waiting() -> None:
    question = Nylas(RuntimeError("broken")).lasting()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            question.get()


def test_an_answer_that_came_meanwhile_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nylas = Nylas("one")
    question = nylas.lasting()
    run = SingleFlight.run

    def late(self: Any, key: str, call: Any, *, max_wait: float) -> Any:
        # Another thread's call ends between this one's look at the clock and its own call.
        run(self, key, call, max_wait=max_wait)
        return run(self, key, call, max_wait=max_wait)

    monkeypatch.setattr(SingleFlight, "run", late)
    assert question.get() == "one"
    assert nylas.asked == 1


@pytest.mark.parametrize("older", [None, ["older"]])
def test_an_answer_that_comes_while_that_of_others_is_looked_for_is_not_lost(older: Any) -> None:
    store = SlowStore()
    if older:
        store.put("question", older, seconds=60)
    lasting = Nylas().lasting(store)
    store.meanwhile.append(lasting._refresh)
    assert lasting.get() == "one"
    assert lasting.last == "one"

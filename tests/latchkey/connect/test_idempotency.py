import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import pytest
import redis as redis_client

from latchkey.connect import Connected, Failed, IdempotentSubmissions, Outcome, idempotency
from latchkey.connect.heartbeat import Listener
from latchkey.connect.idempotency import Submission
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store
from latchkey.nylas import Grant
from latchkey.problems import PROBLEMS, Problem
from latchkey.problems.nylas import NYLAS_DOWN, OUTCOME_UNKNOWN, REJECTED, WRONG_PASSWORD
from tests.conftest import SECRET as SECRET_KEY
from tests.servers import RedisServer, redis
from tests.stores import store_at

SECRET = "hunter2-nobody-may-see-this"


def wrong() -> Outcome:
    return Failed(problem=WRONG_PASSWORD)


def failed(problem: Problem) -> Outcome:
    return Failed(problem=problem)


def interrupted() -> Outcome:
    raise KeyboardInterrupt


def submissions_of(store: Store, key: str = SECRET_KEY) -> IdempotentSubmissions:
    sealer = Sealer([key], purpose="submission")
    return IdempotentSubmissions(store, sealer, secret=SECRET_KEY)


def key_of(form: dict[str, str], **changes: Any) -> str:
    """The idempotency key of a form in one sign-in, unless another one is named."""
    usual = Submission(
        sign_in="s", salt="salt", provider="imap", address="a@ex.org", link="", form=form
    )
    return submissions_of(Store()).key(replace(usual, **changes))


def process(server: RedisServer) -> contextlib.closing[Store]:
    return contextlib.closing(store_at(server.url))


def dump(server: RedisServer) -> dict[Any, Any]:
    with redis_client.Redis.from_url(server.url) as client:
        return {key: client.get(key) for key in client.scan_iter("*")}


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
    submissions, send = submissions_of(Store()), Slow(wrong())
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(submissions.once, key_of({"attempt": "a"}), send) for _ in range(8)]
        assert send.begun.wait(10)
        send.end.set()
        outcomes = [future.result(10) for future in waiting]
    assert send.calls == 1
    assert all(outcome == send.outcome for outcome in outcomes)


def test_another_form_does_not_wait() -> None:
    submissions, send = submissions_of(Store()), Slow(wrong())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(submissions.once, key_of({"attempt": "a"}), send)
        assert send.begun.wait(10)
        other = Failed(problem=REJECTED)
        assert submissions.once(key_of({"attempt": "b"}), lambda: other) == other
        assert not waiting.done()
        send.end.set()
        assert waiting.result(10) == send.outcome


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
    submissions, first, second = submissions_of(Store()), wrong(), wrong()
    assert submissions.once(key_of({"attempt": "a", "password": "x"}), lambda: first) == first
    assert submissions.once(key_of(other), lambda: second) == second


def test_a_reload_gets_the_outcome_of_the_first_time_in_whatever_order_its_fields_come() -> None:
    submissions, first = submissions_of(Store()), wrong()
    assert submissions.once(key_of({"attempt": "a", "password": "x"}), lambda: first) == first
    assert submissions.once(key_of({"password": "x", "attempt": "a"}), wrong) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"sign_in": "t"},
        {"salt": "other"},
        {"provider": "icloud"},
        {"address": "b@ex.org"},
        {"link": "of-another-user"},
    ],
)
def test_the_same_form_in_another_sign_in_is_another_submission(changes: dict[str, str]) -> None:
    form = {"attempt": "a", "password": "x"}
    assert key_of(form, **changes) != key_of(form)
    # A field of the form cannot stand for it, whatever its name is.
    assert key_of(form | changes) != key_of(form, **changes)
    assert key_of(form | changes, **changes) != key_of(form, **changes)


def test_a_key_is_made_with_the_secret_of_the_server() -> None:
    sealer = Sealer([SECRET_KEY], purpose="submission")
    form = Submission(sign_in="s", salt="", provider="imap", address="", link="", form={})
    keys = {
        IdempotentSubmissions(Store(), sealer, secret=secret).key(form) for secret in ("a", "b")
    }
    assert len(keys) == 2


def test_a_submission_that_was_never_sent_has_nothing_to_replay() -> None:
    submissions, key = submissions_of(Store()), key_of({"attempt": "a"})
    assert submissions.replay(key) is None
    submissions.once(key, wrong)
    assert submissions.replay(key) == wrong()


def test_an_outcome_is_forgotten_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "_REMEMBERED_SECONDS", -1)
    submissions, first, second = submissions_of(Store()), wrong(), wrong()
    assert submissions.once(key_of({"attempt": "a"}), lambda: first) == first
    assert submissions.once(key_of({"attempt": "a"}), lambda: second) == second


def test_when_sending_breaks_nobody_is_left_waiting_and_nothing_is_sent_again() -> None:
    submissions, send = submissions_of(Store()), Slow(RuntimeError("broken"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(submissions.once, key_of({"attempt": "a"}), send)
        assert send.begun.wait(10)
        second = pool.submit(submissions.once, key_of({"attempt": "a"}), send)
        send.end.set()
        with pytest.raises(RuntimeError):
            first.result(10)
        outcome = second.result(10)
    assert isinstance(outcome, Failed)
    assert outcome.problem is NYLAS_DOWN
    assert send.calls == 1


def test_nothing_of_a_form_is_kept() -> None:
    store = Store()
    submissions_of(store).once(key_of({"attempt": "a", "password": SECRET}), wrong)
    assert SECRET not in repr(vars(store._memory))


CONNECTED = Connected(grant=Grant(id="g", provider="imap", email="me@ex.org", authenticated=7))
FAILED = Failed(
    problem=PROBLEMS["other_account"], request_id="r", wait=3, detail="d", account="a@ex.org",
    missing=("x", "y"), mismatch=True,
)  # fmt: skip


@pytest.mark.parametrize("outcome", [CONNECTED, FAILED, *map(failed, PROBLEMS.values())])
def test_a_reload_gets_every_kind_of_outcome_whole(outcome: Outcome) -> None:
    submissions = submissions_of(Store())
    submissions.once(key_of({"attempt": "a"}), lambda: outcome)
    assert submissions.once(key_of({"attempt": "a"}), wrong) == outcome


@pytest.mark.redis
class TestTwoProcesses:
    """They know of each other through Redis."""

    def test_a_form_that_both_get_is_sent_once(self) -> None:
        send = Slow(CONNECTED)
        with (
            redis() as server,
            process(server) as one,
            process(server) as other,
            ThreadPoolExecutor(2) as pool,
        ):
            first = pool.submit(submissions_of(one).once, key_of({"attempt": "a"}), send)
            assert send.begun.wait(10)
            second = pool.submit(submissions_of(other).once, key_of({"attempt": "a"}), send)
            assert not wait([second], 0.5).done
            send.end.set()
            assert first.result(10) == second.result(10) == CONNECTED
        assert send.calls == 1

    def test_a_process_that_went_leaves_no_false_answer(self) -> None:
        with redis() as server, process(server) as one, process(server) as other:
            with pytest.raises(KeyboardInterrupt):
                submissions_of(one).once(key_of({"attempt": "a"}), interrupted)
            outcome = submissions_of(other).once(key_of({"attempt": "a"}), wrong)
        assert isinstance(outcome, Failed)
        assert outcome.problem is NYLAS_DOWN

    def test_redis_never_sees_what_was_typed_or_connected(self) -> None:
        with redis() as server, process(server) as one:
            key = key_of({"attempt": "a", "password": SECRET})
            submissions_of(one).once(key, lambda: CONNECTED)
            everything = dump(server)
        assert len(everything) == 1
        assert SECRET not in repr(everything)
        assert "me@ex.org" not in repr(everything)

    def test_another_secret_key_reads_nothing(self) -> None:
        with redis() as server, process(server) as one, process(server) as other:
            submissions_of(one).once(key_of({"attempt": "a"}), lambda: CONNECTED)
            outcome = submissions_of(other, key="another-key").once(key_of({"attempt": "a"}), wrong)
        assert isinstance(outcome, Failed)
        assert outcome.problem is OUTCOME_UNKNOWN


def test_a_submission_that_is_forgotten_while_it_is_looked_for_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store()
    store.put("submission:x", "", seconds=60)

    def forget(listener: object) -> bool:
        store.take("submission:x")
        return True

    monkeypatch.setattr(Listener, "hears", forget)
    outcome = submissions_of(store).once("submission:x", pytest.fail)
    assert isinstance(outcome, Failed)
    assert outcome.problem is OUTCOME_UNKNOWN

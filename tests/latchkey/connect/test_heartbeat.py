import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from config import ROOT
from latchkey.connect import Connected, Failed, Outcome, heartbeat
from latchkey.nylas import Grant
from latchkey.problems.nylas import OUTCOME_UNKNOWN
from tests.latchkey.connect.test_idempotency import key_of, submissions_of
from tests.servers import RedisServer, redis
from tests.stores import store_at

DONE = Connected(grant=Grant(id="grant-1", provider="imap", email="a@ex.org"))
# A process that sends a submission, says so, and gets no answer for a long time.
KILLED = """
import sys, time
from tests.latchkey.connect.test_idempotency import key_of, submissions_of
from tests.stores import store_at

def send():
    print("sending", flush=True)
    time.sleep(60)

submissions_of(store_at(sys.argv[1])).once(key_of({"password": "secret"}), send)
"""
pytestmark = pytest.mark.redis


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


def never() -> Outcome:
    raise AssertionError("it is sent a second time")


def test_nobody_waits_long_for_a_process_that_was_killed(server: RedisServer) -> None:
    command = [sys.executable, "-c", KILLED, server.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"sending\n"
        process.kill()
    with contextlib.closing(store_at(server.url)) as store:
        for most in (15, 15):
            began = time.monotonic()
            outcome = submissions_of(store).once(key_of({"password": "secret"}), never)
            assert isinstance(outcome, Failed)
            assert outcome.problem is OUTCOME_UNKNOWN
            assert time.monotonic() - began < most


def test_a_process_that_takes_long_is_waited_for(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEAT_SECONDS", 0.2)
    monkeypatch.setattr(heartbeat, "_GOOD_SECONDS", 1.0)
    monkeypatch.setattr(heartbeat, "_GRACE_SECONDS", 1.0)
    key, sending = key_of({"password": "secret"}), threading.Event()

    def slow() -> Outcome:
        sending.set()
        time.sleep(4)
        return DONE

    with (
        contextlib.closing(store_at(server.url)) as one,
        contextlib.closing(store_at(server.url)) as other,
    ):
        first = threading.Thread(target=submissions_of(one).once, args=(key, slow))
        first.start()
        assert sending.wait(10)
        assert submissions_of(other).once(key, never) == DONE
        first.join()


def test_a_quick_sign_in_beats_never(server: RedisServer) -> None:
    with contextlib.closing(store_at(server.url)) as store:
        key = key_of({"password": "secret"})
        assert submissions_of(store).once(key, lambda: DONE) == DONE
        assert store.get(f"{key}:heartbeat") is None

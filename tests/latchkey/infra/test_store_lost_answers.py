"""Redis did what it was told, but its answer was lost on the way: the client tells it again."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from latchkey.infra.marks import MarksUnavailable, mark_name
from latchkey.infra.marks.shared import SharedMarks
from latchkey.infra.single_flight import SharedSingleFlight
from latchkey.infra.store import Ahead, Rate, Store, marks_redis
from tests.servers import RedisServer, redis
from tests.stores import VAULT, store_at

pytestmark = pytest.mark.redis

MARK = mark_name("test", "v")


class Relay(socketserver.ThreadingTCPServer):
    """Lies between a process and Redis; ``lose`` cuts the way as soon as the next answer comes."""

    daemon_threads = True

    def __init__(self, server: RedisServer) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.redis = ("127.0.0.1", server.port)
        self.lose = threading.Event()
        self.lost = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.server_address[1]}/0"


class Passing(socketserver.BaseRequestHandler):
    """One connection. A command of these tests is smaller than what is read at a time."""

    def handle(self) -> None:
        assert isinstance(self.server, Relay)
        with socket.create_connection(self.server.redis) as there:
            while command := self.request.recv(65536):
                there.sendall(command)
                answer = there.recv(65536)
                if self.server.lose.is_set() and b"PING" not in command:
                    self.server.lose.clear()
                    self.server.lost += 1
                    return
                self.request.sendall(answer)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
def relay(server: RedisServer) -> Iterator[Relay]:
    with Relay(server) as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield relay
        relay.shutdown()
        thread.join()


@pytest.fixture
def store(relay: Relay) -> Iterator[Store]:
    """The store of a process that has been connected for a while, so it knows its scripts."""
    with contextlib.closing(store_at(relay.url)) as store:
        assert store.add("another", 1, seconds=60)
        SharedMarks(store).add(mark_name("test", "another"), seconds=60)
        yield store
        assert relay.lost == 1, "the answer that was to be lost was not"


@pytest.fixture
def other(server: RedisServer) -> Iterator[Store]:
    """Another process, whose way to Redis is whole."""
    with contextlib.closing(store_at(server.url)) as store:
        yield store


def test_what_was_added_is_known_to_be_ones_own(store: Store, other: Store, relay: Relay) -> None:
    relay.lose.set()
    assert store.add("key", "mine", seconds=60)
    assert not other.add("key", "another's", seconds=60)
    assert other.get("key") == "mine"


def test_the_same_value_of_another_process_is_not_ones_own(
    store: Store, other: Store, relay: Relay
) -> None:
    assert other.add("key", 1, seconds=60)
    relay.lose.set()
    assert not store.add("key", 1, seconds=60)


def test_what_goes_along_does_not_matter(store: Store, other: Store, relay: Relay) -> None:
    with store.together():
        store.put("along", "too", seconds=60)
        relay.lose.set()
        assert store.add("key", "mine", seconds=60)
    assert (other.get("key"), other.get("along")) == ("mine", "too")


def test_a_call_of_ones_own_is_not_waited_for(store: Store, relay: Relay) -> None:
    relay.lose.set()
    flight = SharedSingleFlight(store)
    found = flight.run("key", lambda: "found", look=lambda: None, lease=60, max_wait=0)
    assert found == "found"


@pytest.mark.parametrize("also", ["", mark_name("test", "also")])
def test_a_mark_of_ones_own_is_not_taken_for_used(
    store: Store, other: Store, relay: Relay, also: str
) -> None:
    relay.lose.set()
    assert SharedMarks(store).add(MARK, seconds=60, also=also)
    assert SharedMarks(other).has(also or MARK)
    assert not SharedMarks(other).add(MARK, seconds=60)


def test_a_mark_of_another_process_stays_one(store: Store, other: Store, relay: Relay) -> None:
    assert SharedMarks(other).add(MARK, seconds=60)
    relay.lose.set()
    assert not SharedMarks(store).add(MARK, seconds=60)


def test_a_moment_is_corrected_once(store: Store, relay: Relay, server: RedisServer) -> None:
    rate = Rate(5, 600.0)
    ahead = Ahead(key="sent", rate=rate, few=3, grace=60.0)
    turn = store.wait_turn("turns", rate, max_wait=0, ahead=ahead)
    with store.send_in(turn) as possible:
        assert possible
    relay.lose.set()
    store.wait_turn("turns", rate, max_wait=0, ahead=ahead)
    with Redis.from_url(server.url) as client:
        name = f"{VAULT.prefix}rate:sent"
        (_, corrected), (_, reserved) = client.zrange(name, 0, -1, withscores=True)
        assert client.zcard(f"{VAULT.prefix}rate:turns") == 2
    # The second is noted at the end of its grace, which began when the first was sent.
    assert 50_000 < reserved - corrected < 90_000


def test_a_mark_that_redis_leaves_too_late_for_an_answer_is_ones_own(
    other: Store, server: RedisServer
) -> None:
    marks = SharedMarks(other)
    assert marks.add(mark_name("test", "before"), seconds=60)
    with server.paused(), pytest.raises(MarksUnavailable):
        marks.add(MARK, seconds=60)
    time.sleep(1.1)
    assert marks.has(MARK), "it was left afterwards"
    assert marks.add(MARK, seconds=60)
    assert not marks.add(MARK, seconds=60)


def test_what_is_known_of_marks_without_an_answer_is_bounded(
    other: Store, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks_redis, "_MOST_UNANSWERED", 0)
    marks = SharedMarks(other)
    assert marks.add(mark_name("test", "before"), seconds=60)
    with server.paused(), pytest.raises(MarksUnavailable):
        marks.add(MARK, seconds=60)
    time.sleep(1.1)
    assert not marks.add(MARK, seconds=60), "on the safe side"


def test_one_caller_finds_out_whether_redis_is_back(other: Store, server: RedisServer) -> None:
    assert other.get("anything") is None
    with Redis.from_url(server.url) as client:
        client.client_pause(4000)
    # Two tries of half a second, and a second without one.
    other.get("anything")
    time.sleep(1.1)

    def seconds(_: int) -> float:
        began = time.monotonic()
        other.get("anything")
        return time.monotonic() - began

    with ThreadPoolExecutor(10) as pool:
        waited = sorted(pool.map(seconds, range(10)))
    assert waited[-1] > 0.4
    assert waited[-2] < 0.4

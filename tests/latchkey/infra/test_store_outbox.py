import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis as redis_client

from latchkey.infra import logs
from latchkey.infra.store import Claim, Outbox, Store, outbox, outbox_memory, outbox_redis
from latchkey.infra.store.outbox_memory import MemoryOutbox
from tests.servers import RedisServer, redis
from tests.stores import store_at

Process = Callable[..., Outbox]


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
def stores() -> Iterator[list[Store]]:
    made: list[Store] = []
    yield made
    for store in made:
        store.close()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def box(request: pytest.FixtureRequest, stores: list[Store]) -> Iterator[Outbox]:
    if request.param == "memory":
        yield Outbox(Store())
        return
    with redis() as server:
        stores.append(store_at(server.url))
        yield Outbox(stores[0])


@pytest.fixture
def process(server: RedisServer, stores: list[Store]) -> Process:
    """Makes the outbox of a process."""

    def make(url: str = server.url) -> Outbox:
        stores.append(store_at(url))
        return Outbox(stores[-1])

    return make


def claim(box: Outbox, limit: int = 100) -> list[Claim]:
    return box.claim(limit, minor=limit)[0]


def claimed(box: Outbox, limit: int = 100) -> list[str]:
    return [claim.key for claim in claim(box, limit)]


def test_what_is_due_comes_in_its_order_and_the_rest_later(box: Outbox) -> None:
    box.put("a later one", {"a": [1]}, seconds=0.3)
    box.put("the second", 2, seconds=0)
    time.sleep(0.01)
    box.put("a third", 3, seconds=0)
    box.put("their first", 1, seconds=-1)
    assert claimed(box, limit=2) == ["their first", "the second"]
    claims, wait = box.claim(2, minor=2)
    assert [(got.key, got.value) for got in claims] == [("a third", 3)]
    assert 0 < wait <= 0.3
    time.sleep(wait + 0.01)
    assert [got.value for got in claim(box)] == [{"a": [1]}]


def test_nothing_is_claimed_twice_by_those_who_claim_at_once(box: Outbox) -> None:
    for number in range(300):
        box.put(str(number), number, seconds=0)
    box.claim(0, minor=0)
    found: list[str] = []

    def work() -> None:
        for _ in range(50):
            found.extend(claimed(box, limit=3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=int) == [str(number) for number in range(300)]


@pytest.mark.slow
def test_what_nobody_finishes_is_due_again_when_the_lease_is_over(
    box: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LEASE_SECONDS", 1.0)
    box.put("key", 1, seconds=0)
    (first,) = claim(box)
    assert claim(box) == []
    time.sleep(1.1)
    (second,) = claim(box)
    # The first has no say any more.
    box.done(first)
    box.again(first, 2, seconds=0)
    assert claim(box) == []
    box.again(second, 3, seconds=0)
    assert [got.value for got in claim(box)] == [3]


def test_what_is_done_is_gone_and_what_is_not_comes_again(box: Outbox) -> None:
    box.put("done", 1, seconds=0)
    box.put("again", 1, seconds=0)
    for got in claim(box):
        if got.key == "done":
            box.done(got)
        else:
            box.again(got, 2, seconds=0.2)
    assert claim(box) == []
    time.sleep(0.25)
    assert [(got.key, got.value) for got in claim(box)] == [("again", 2)]


def test_a_key_stands_for_one_thing(box: Outbox) -> None:
    box.put("key", 1, seconds=0)
    box.put("key", 2, seconds=0)
    assert [got.value for got in claim(box)] == [2]
    box.put("key", 3, seconds=0)
    box.put("other", 4, seconds=0)
    box.drop("key")
    assert claimed(box) == ["other"]


def test_what_was_dropped_or_replaced_meanwhile_is_not_brought_back(box: Outbox) -> None:
    for key in ("dropped", "replaced"):
        box.put(key, 1, seconds=0)
    dropped, replaced = sorted(claim(box), key=lambda got: got.key)
    box.drop("dropped")
    box.put("replaced", 2, seconds=0.2)
    box.claim(0, minor=0)
    box.again(dropped, 3, seconds=0)
    box.done(replaced)
    assert claim(box) == []
    time.sleep(0.25)
    assert [(got.key, got.value) for got in claim(box)] == [("replaced", 2)]


def test_without_anything_to_do_nobody_looks_often() -> None:
    assert Outbox(Store()).claim(1, minor=1) == ([], 60)


def test_memory_does_not_grow_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[object] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: logged.append((name, fields)))
    monkeypatch.setattr(outbox_memory, "_MOST", 3)
    memory = MemoryOutbox()
    for key in ("oldest", "older", "old"):
        memory.put(key, 1, seconds=0)
    # Trying it does not make it younger.
    (oldest,), _ = memory.claim(1, minor=1, lease=60)
    memory.finish(oldest, 2, seconds=0)
    memory.put("new", 1, seconds=-1)
    assert [entry.key for entry in memory.waiting(9)] == ["older", "old", "new"]
    assert [got.key for got in memory.claim(9, minor=9, lease=60)[0]] == ["new", "older", "old"]
    fields = {"level": logging.WARNING, "outcome": "dropped", "detail": "oldest"}
    assert logged == [("outbox", fields)]


@pytest.mark.redis
class TestTwoProcesses:
    """Two outboxes on one Redis."""

    def test_one_does_what_the_other_put(self, process: Process) -> None:
        one, other = process(), process()
        one.put("key", {"a": "ü"}, seconds=0)
        assert one.claim(0, minor=0) == ([], 0)
        (got,) = claim(other)
        assert (got.key, got.value) == ("key", {"a": "ü"})
        assert claim(one) == []
        other.done(got)

    def test_one_drops_what_the_other_put(self, process: Process) -> None:
        one, other = process(), process()
        one.put("key", 1, seconds=0.2)
        one.claim(0, minor=0)
        other.drop("key")
        other.claim(0, minor=0)
        time.sleep(0.25)
        assert claim(one) == claim(other) == []

    @pytest.mark.slow
    def test_what_a_dead_process_was_at_is_done_by_another(
        self, process: Process, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "LEASE_SECONDS", 1.0)
        dead, other = process(), process()
        dead.put("key", 1, seconds=0)
        assert claimed(dead) == ["key"]
        assert claim(other) == []
        time.sleep(1.1)
        (got,) = claim(other)
        other.done(got)

    def test_they_look_every_second_for_what_the_others_put(self, process: Process) -> None:
        box = process()
        box.put("key", 1, seconds=3)
        assert box.claim(1, minor=1) == ([], 1)
        box.drop("key")
        assert box.claim(1, minor=1) == ([], 1)

    def test_nothing_stays_in_redis_for_ever(self, process: Process, server: RedisServer) -> None:
        box = process()
        box.put("key", 1, seconds=0)
        box.claim(0, minor=0)
        with redis_client.Redis.from_url(server.url) as found:
            keys = found.keys()
            assert len(keys) == 2
            for key in keys:
                assert 47 * 3600 < found.ttl(key) <= 48 * 3600
        for got in claim(box):
            box.done(got)
        with redis_client.Redis.from_url(server.url) as found:
            assert found.keys() == []


@pytest.mark.redis
class TestWithoutRedis:
    """Redis goes, and may come back."""

    def test_each_goes_on_with_what_it_puts_meanwhile(self, process: Process) -> None:
        with redis() as server:
            one, other = process(server.url), process(server.url)
            server.stop()
            one.put("done", 1, seconds=0)
            one.put("left", 1, seconds=0.5)
            (got,) = claim(one)
            one.done(got)
            server.start()
            time.sleep(1.1)
            one.claim(0, minor=0)
            assert claimed(other) == ["left"]
            assert claim(one) == []

    def test_what_it_dropped_meanwhile_is_dropped_when_redis_is_back(
        self, process: Process
    ) -> None:
        with redis() as server:
            one, other = process(server.url), process(server.url)
            one.put("key", 1, seconds=0)
            one.claim(0, minor=0)
            with server.paused():
                other.claim(0, minor=0)
                other.drop("key")
            time.sleep(1.1)
            other.claim(0, minor=0)
            assert claim(one) == []

    def test_what_it_was_at_when_redis_went_is_tried_again(self, process: Process) -> None:
        with redis() as server:
            box = Outbox(store_at(server.url))
            box.put("key", 1, seconds=0)
            (got,) = claim(box)
            server.stop()
            box.again(got, 2, seconds=0)
            assert [got.value for got in claim(box)] == [2]

    def test_what_it_did_when_redis_was_gone_is_not_done_again(
        self, process: Process, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "LEASE_SECONDS", 0.5)
        with redis() as server:
            box, other = process(server.url), process(server.url)
            box.put("key", 1, seconds=0)
            (got,) = claim(box)
            with server.paused():
                box.claim(0, minor=0)
                box.done(got)
            time.sleep(1.1)
            box.claim(0, minor=0)
            assert claim(other) == []


def test_minor_entries_come_after_the_others_and_only_so_many(box: Outbox) -> None:
    for number in range(3):
        box.put(f"minor {number}", 1, seconds=number - 9, minor=True)
    box.put("major", 1, seconds=0)
    box.put("a later one", 1, seconds=0.9)
    claims, wait = box.claim(9, minor=0)
    assert [got.key for got in claims] == ["major"]
    assert 0 < wait <= 0.9, "minor ones are no reason to look"
    (first,), wait = box.claim(9, minor=1)
    assert (first.key, wait) == ("minor 0", 0)
    box.again(first, 2, seconds=0)
    time.sleep(0.9)
    assert claimed(box, limit=2) == ["a later one", "minor 1"]
    assert box.claim(9, minor=0)[0] == [], "what is done again stays minor"
    assert claimed(box) == ["minor 2", "minor 0"]


def test_minor_entries_leave_room_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_memory, "_MOST_MINOR", 3)
    memory = MemoryOutbox()
    for number in range(10):
        memory.put(f"minor {number}", 1, seconds=9, minor=True)
    memory.put("minor 0", 2, seconds=9, minor=True)
    memory.put("major", 1, seconds=0)
    waiting = {entry.key: entry.value for entry in memory.waiting(99)}
    assert waiting == {"minor 0": 2, "minor 1": 1, "minor 2": 1, "major": 1}


def test_minor_entries_leave_room_in_redis(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_redis, "_MOST_MINOR", 3)
    box = Outbox(store_at(server.url))
    for number in range(10):
        box.put(f"minor {number}", 1, seconds=0, minor=True)
    box.claim(0, minor=0)
    box.put("minor 0", 2, seconds=0, minor=True)
    box.put("major", 1, seconds=0)
    got = claim(box)
    waiting = {one.key: one.value for one in got}
    for one in got:
        box.done(one)
    assert waiting == {"minor 0": 2, "minor 1": 1, "minor 2": 1, "major": 1}


def test_there_is_a_limit_to_all_that_waits_in_redis(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_redis, "_MOST", 3)
    box = Outbox(store_at(server.url))
    for number in range(10):
        box.put(f"major {number}", 1, seconds=0)
    assert len(claim(box)) == 3


def test_what_is_put_back_does_not_replace_what_is_newer() -> None:
    memory = MemoryOutbox()
    memory.put("key", "newer", seconds=0)
    memory.add("key", "older", seconds=0)
    assert [claim.value for claim in memory.claim(9, minor=9, lease=60)[0]] == ["newer"]


def test_what_was_replaced_meanwhile_is_not_forgotten() -> None:
    memory = MemoryOutbox()
    memory.put("key", "older", seconds=0)
    memory.put("other", 1, seconds=0)
    entries = memory.waiting(9)
    memory.put("key", "newer", seconds=0)
    memory.forget(entries)
    assert [claim.value for claim in memory.claim(9, minor=9, lease=60)[0]] == ["newer"]

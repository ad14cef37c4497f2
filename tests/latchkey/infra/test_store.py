import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from redis import client

from latchkey.infra.store import Charge, Mode, Rate, RateLimited, Store, Window
from latchkey.infra.store.memory import Memory
from latchkey.infra.store.redis_link import RedisLost
from latchkey.infra.store.redis_store import Remote
from tests.servers import RedisServer, redis
from tests.stores import VAULT, store_at


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture(params=["memory", pytest.param("remote", marks=pytest.mark.redis)])
def place(request: pytest.FixtureRequest) -> Iterator[Memory | Remote]:
    if request.param == "memory":
        yield Memory()
        return
    with redis() as server:
        remote = Remote(server.url, VAULT)
        yield remote
        remote.close()


@pytest.fixture
def process(server: RedisServer) -> Iterator[Callable[..., Store]]:
    """Makes the store of a process."""
    made = []

    def make(url: str = server.url) -> Store:
        made.append(store_at(url))
        return made[-1]

    yield make
    for store in made:
        store.close()


Process = Callable[..., Store]


def reserve(
    place: Memory | Remote, key: str, *, limit: int, seconds: float, max_wait: float
) -> float:
    """The seconds to wait, wherever it is that they are reserved."""
    if isinstance(place, Memory):
        return place.reserve(key, limit=limit, seconds=seconds, max_wait=max_wait).wait
    return place.rates.reserve(key, Rate(limit, seconds), max_wait=max_wait).wait


def test_a_value_lasts_as_long_as_it_was_given(place: Memory | Remote) -> None:
    place.put("key", {"a": [1]}, seconds=0.2)
    assert place.get("key") == {"a": [1]}
    time.sleep(0.25)
    assert place.get("key") is None


def test_only_the_first_can_add(place: Memory | Remote) -> None:
    assert place.add("key", 1, seconds=5)
    assert not place.add("key", 2, seconds=5)
    assert place.get("key") == 1


def test_what_is_taken_is_gone(place: Memory | Remote) -> None:
    place.put("key", "code", seconds=5)
    assert place.take("key") == "code"
    assert place.take("key") is None
    assert place.get("key") is None


def test_a_rate_gives_later_slots_and_then_refuses(place: Memory | Remote) -> None:
    def wait(max_wait: float) -> float:
        return reserve(place, "rate", limit=2, seconds=10, max_wait=max_wait)

    assert [wait(0), wait(0)] == [0, 0]
    with pytest.raises(RateLimited) as full:
        wait(1)
    assert 9 < full.value.wait <= 10
    assert 9 < wait(60) <= 10
    assert 9 < wait(60) <= 10
    assert 19 < wait(60) <= 20


def test_a_smaller_rate_on_the_same_key_keeps_a_reserve(place: Memory | Remote) -> None:
    for _ in range(3):
        reserve(place, "rate", limit=3, seconds=10, max_wait=0)
    with pytest.raises(RateLimited):
        reserve(place, "rate", limit=3, seconds=10, max_wait=0)
    assert reserve(place, "rate", limit=5, seconds=10, max_wait=0) == 0


def test_no_span_sees_more_than_the_rate(place: Memory | Remote) -> None:
    sent: list[float] = []

    def send() -> None:
        wait = reserve(place, "rate", limit=5, seconds=0.3, max_wait=60)
        sent.append(time.monotonic() + wait)

    threads = [threading.Thread(target=send) for _ in range(23)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.sort()
    # What a thread notes is a little later than the slot that was given.
    assert all(late - early > 0.25 for early, late in zip(sent, sent[5:], strict=False))
    assert sent[-1] - sent[0] < 5


def test_memory_does_not_grow_without_bound() -> None:
    memory = Memory()
    for number in range(10_500):
        memory.put(str(number), number, seconds=60)
    assert memory.get("0") is None
    assert memory.get("10499") == 10_499
    assert len(memory._values) == 10_000


def test_a_turn_is_waited_for() -> None:
    store = Store()
    began = time.monotonic()
    for _ in range(3):
        with store.send_slot("turn", limit=1, seconds=0.2, max_wait=1):
            pass
    assert 0.4 <= time.monotonic() - began < 2


def test_a_turn_counts_from_when_it_was_made_use_of() -> None:
    store = Store()
    with store.send_slot("turn", limit=1, seconds=10):
        time.sleep(0.3)
    with pytest.raises(RateLimited) as full, store.send_slot("turn", limit=1, seconds=10):
        pass
    assert 9.8 < full.value.wait <= 10


def test_what_is_moved_takes_its_new_place_in_the_order() -> None:
    memory = Memory()
    slot = memory.reserve("rate", limit=2, seconds=10, max_wait=0)
    memory.reserve("rate", limit=2, seconds=10, max_wait=0)
    time.sleep(0.3)
    memory.move("rate", slot)
    # The other one is the older now.
    assert 9 < reserve(memory, "rate", limit=2, seconds=10, max_wait=60) <= 9.7
    assert 9.9 < reserve(memory, "rate", limit=2, seconds=10, max_wait=60) <= 10


@pytest.mark.redis
def test_what_is_moved_takes_its_new_place_for_all() -> None:
    with redis() as server:
        remote = Remote(server.url, VAULT)
        slot = remote.rates.reserve("rate", Rate(2, 10), max_wait=0)
        reserve(remote, "rate", limit=2, seconds=10, max_wait=0)
        remote.rates.move("rate", slot, late=5)
        assert 9 < reserve(remote, "rate", limit=2, seconds=10, max_wait=60) <= 10
        assert 14 < reserve(remote, "rate", limit=2, seconds=10, max_wait=60) <= 15
        remote.close()


def test_others_keep_their_distance_from_the_last_moment_at_which_a_slot_may_be_used(
    place: Memory | Remote,
) -> None:
    if isinstance(place, Memory):
        place.reserve("rate", limit=1, seconds=10, max_wait=0, grace=5)
    else:
        place.rates.reserve("rate", Rate(1, 10), max_wait=0, grace=5)
    assert 14 < reserve(place, "rate", limit=1, seconds=10, max_wait=60) <= 15


def test_a_slot_that_was_missed_is_given_up(place: Memory | Remote) -> None:
    if isinstance(place, Memory):
        missed = place.reserve("rate", limit=1, seconds=10, max_wait=0)
        place.forget("rate", missed)
        assert reserve(place, "rate", limit=1, seconds=10, max_wait=0) == 0
    else:
        missed = place.rates.reserve("rate", Rate(1, 10), max_wait=0)
        assert place.rates.reserve("rate", Rate(1, 10), max_wait=0, missed=missed).wait == 0
    assert 9 < reserve(place, "rate", limit=1, seconds=10, max_wait=60) <= 10


@pytest.mark.redis
def test_redis_hears_when_a_turn_was_made_use_of(process: Process, server: RedisServer) -> None:
    store = process()
    with store.send_slot("late", limit=1, seconds=10):
        time.sleep(0.3)
    done = time.time()
    with client.Redis.from_url(server.url) as looking:
        end = time.monotonic() + 5
        # Nobody waits for that, so it is a moment later.
        while (
            looking.zrange(f"{VAULT.prefix}rate:late", 0, 0, withscores=True)[0][1]
            < 1000 * done - 100
        ):
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.redis
def test_a_server_that_is_gone_is_said_so() -> None:
    with redis() as server:
        remote = Remote(server.url, VAULT)
        server.stop()
        with pytest.raises(Remote.Lost):
            remote.get("key")


@pytest.mark.redis
class TestTwoProcesses:
    """Two stores on one Redis."""

    def test_one_sees_what_the_other_wrote(self, process: Process) -> None:
        one, other = process(), process()
        one.put("seen", 1, seconds=5)
        assert other.get("seen") == 1
        assert other.take("seen") == 1
        assert one.take("seen") is None

    def test_only_one_can_add(self, process: Process) -> None:
        one, other = process(), process()
        assert one.add("added", 1, seconds=5)
        assert not other.add("added", 2, seconds=5)
        assert other.get("added") == 1

    def test_they_share_a_rate(self, process: Process) -> None:
        one, other = process(), process()
        for store in (one, other, one, other):
            assert store.reserve("shared", limit=4, seconds=10) == 0
        for store in (one, other):
            with pytest.raises(RateLimited):
                store.reserve("shared", limit=4, seconds=10)

    def test_without_redis_each_keeps_what_it_wrote_and_its_share(self, process: Process) -> None:
        with redis() as server:
            one, other = process(server.url), process(server.url)
            for store in (one, other, one):
                store.reserve("rate", limit=4, seconds=0.5)
            one.put("mine", 1, seconds=60)
            server.stop()
            assert one.get("mine") == 1
            assert other.get("mine") is None
            assert one.take("mine") == 1
            # What the other one spends meanwhile cannot be known.
            with pytest.raises(RateLimited):
                one.reserve("rate", limit=4, seconds=0.5)
            time.sleep(0.6)
            assert [one.reserve("rate", limit=4, seconds=0.5) for _ in range(2)] == [0, 0]
            with pytest.raises(RateLimited):
                one.reserve("rate", limit=4, seconds=0.5)

    def test_redis_is_used_again_as_soon_as_it_is_back(self, process: Process) -> None:
        with redis() as server:
            one, other = process(server.url), process(server.url)
            server.stop()
            one.put("key", 1, seconds=60)
            server.start()
            time.sleep(1.1)
            one.put("key", 2, seconds=60)
            assert other.get("key") == 2

    def test_an_outage_does_not_make_the_budget_larger(self, process: Process) -> None:
        with redis() as server:
            store = process(server.url)
            for _ in range(3):
                store.reserve("rate", limit=3, seconds=30)
            server.stop()
            with pytest.raises(RateLimited):
                store.reserve("rate", limit=3, seconds=30)
            server.start()
            time.sleep(1.1)
            with pytest.raises(RateLimited):
                store.reserve("rate", limit=3, seconds=30)


def test_without_redis_a_rate_is_divided_by_the_processes() -> None:
    store = Store(processes=2)
    assert [store.reserve("rate", limit=5, seconds=10) for _ in range(2)] == [0, 0]
    with pytest.raises(RateLimited):
        store.reserve("rate", limit=5, seconds=10)


def test_a_slot_that_is_forgotten_is_noted_when_it_is_used() -> None:
    slot = Memory().reserve("rate", limit=1, seconds=9, max_wait=0)
    memory = Memory()
    memory.move("rate", slot)
    with pytest.raises(RateLimited):
        memory.reserve("rate", limit=1, seconds=9, max_wait=0)


def test_without_a_redis_there_is_nothing_to_describe() -> None:
    with pytest.raises(RedisLost, match="no REDIS_URL"):
        Store().describe()


@pytest.mark.slow
def test_the_client_for_redis_is_loaded_only_where_there_is_a_redis() -> None:
    program = "import sys, app; app.Store(); sys.exit('redis' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.redis
class TestTogether:
    """Values that one thread puts go to Redis in few commands."""

    def test_what_is_put_goes_along_with_what_is_added(self, process: Process) -> None:
        one, other = process(), process()
        with one.together():
            one.put("along", 1, seconds=5)
            assert one.get("along") == 1
            assert other.get("along") is None
            assert one.add("claim", 1, seconds=5)
            assert other.get("along") == 1
        assert not other.add("claim", 2, seconds=5)

    def test_what_is_left_goes_at_the_end_even_after_a_failure(self, process: Process) -> None:
        one, other = process(), process()
        with contextlib.suppress(ZeroDivisionError), one.together():
            one.put("outcome", 1, seconds=5)
            one.put("answer", 1, seconds=5)
            one.put("answer", 3, seconds=5)
            one.put("never", 1 // 0, seconds=5)
        assert [other.get("outcome"), other.get("answer"), other.get("never")] == [1, 3, None]

    def test_a_claim_of_another_is_not_replaced_and_what_is_put_is_kept(
        self, process: Process
    ) -> None:
        one, other = process(), process()
        assert other.add("taken", 2, seconds=5)
        with one.together():
            one.put("beside", 1, seconds=5)
            assert not one.add("taken", 1, seconds=5)
        assert [other.get("beside"), other.get("taken")] == [1, 2]

    def test_other_threads_do_not_wait_for_the_end(self, process: Process) -> None:
        one, other = process(), process()
        with one.together():
            thread = threading.Thread(target=lambda: one.put("beat", 1, seconds=5))
            thread.start()
            thread.join()
            assert other.get("beat") == 1

    def test_a_lease_ends_together_with_what_is_put(self, process: Process) -> None:
        one, other = process(), process()
        assert one.add("lease", 1, seconds=60)
        with one.together(), one.together():
            one.put("answer of the lease", 1, seconds=60)
            one.drop("lease")
            assert other.get("lease") == 1
        assert other.get("answer of the lease") == 1
        end = time.monotonic() + 5
        while not other.add("lease", 2, seconds=60):
            assert time.monotonic() < end

    def test_what_is_dropped_is_gone(self, process: Process) -> None:
        one, other = process(), process()
        one.put("dropped", 1, seconds=60)
        one.drop("dropped")
        assert [one.get("dropped"), other.get("dropped")] == [None, None]

    def test_what_is_only_counted_goes_with_what_is_put(self, process: Process) -> None:
        one, other = process(), process()
        counted, limited = (
            Charge(key=key, windows=[Window(2, 600)], mode=mode)
            for key, mode in (("counted", Mode.COUNT), ("limited", Mode.TAKE))
        )
        with one.together():
            one.put("with a count", 1, seconds=60)
            assert one.pass_all([counted]) == [0]
            assert one.pass_all([counted]) == [0]
            assert [one.number(counted), other.number(counted)] == [2, 0]
            one.pass_all([limited])
            assert other.number(limited) == 1
        assert [other.number(counted), other.get("with a count")] == [2, 1]
        with one.together():
            one.pass_all([counted])
        assert other.number(counted) == 2, "no more than the window's are kept"

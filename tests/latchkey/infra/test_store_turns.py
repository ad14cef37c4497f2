"""The moment to send that is reserved together with a turn, in one command, while few are sent."""

import time
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from latchkey.infra.store import Ahead, Rate, RateLimited, Store
from tests.servers import RedisServer, redis
from tests.stores import VAULT, store_at

pytestmark = pytest.mark.redis

RATE = Rate(4, 600.0)
LONG = Ahead(key="sent", rate=RATE, few=2, grace=60.0)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
def process(server: RedisServer) -> Iterator[Callable[[], Store]]:
    made = []

    def make() -> Store:
        made.append(store_at(server.url))
        return made[-1]

    yield make
    for store in made:
        store.close()


def send(store: Store, ahead: Ahead = LONG) -> bool:
    """Take a turn and send; tell whether the turn was enough."""
    turn = store.wait_turn("turns", RATE, max_wait=0, ahead=ahead)
    with store.send_in(turn) as possible:
        return possible


def noted(server: RedisServer) -> list[float]:
    """The moments of sending that all processes see, as seconds from now."""
    with Redis.from_url(server.url) as client:
        seconds, microseconds = client.time()
        now = seconds + microseconds / 1e6
        name = f"{VAULT.prefix}rate:sent"
        return [score / 1000 - now for _, score in client.zrange(name, 0, -1, withscores=True)]


def test_one_command_is_enough_for_a_turn_and_for_sending(
    process: Callable[[], Store], server: RedisServer
) -> None:
    store = process()
    assert send(store)
    with Redis.from_url(server.url) as client:
        client.config_resetstat()
        assert send(store)
        stats = client.info("commandstats")
    outside = {"cmdstat_evalsha", "cmdstat_eval", "cmdstat_set", "cmdstat_getrange"}
    assert sum(row["calls"] for name, row in stats.items() if name in outside) == 1


def test_with_more_than_a_few_each_reserves_when_it_is_sent(process: Callable[[], Store]) -> None:
    one, other = process(), process()
    assert [send(one), send(other), send(one), send(other)] == [True, True, False, False]


def test_what_is_too_late_reserves_when_it_is_sent(process: Callable[[], Store]) -> None:
    ahead = Ahead(key="sent", rate=RATE, few=2, grace=0.0)
    assert not send(process(), ahead)


def test_until_it_is_known_when_it_was_sent_the_last_moment_for_it_counts(
    process: Callable[[], Store], server: RedisServer
) -> None:
    store = process()
    send(store)
    assert [50 < seconds <= 60 for seconds in noted(server)] == [True]
    sent = time.monotonic()
    send(store)
    # The first is corrected to its true moment, or a little later.
    first, second = noted(server)
    assert -(time.monotonic() - sent) - 30 < first < 1
    assert 30 < second <= 60


def test_what_was_reserved_ahead_is_counted_by_those_who_send(
    process: Callable[[], Store],
) -> None:
    one, other = process(), process()
    assert send(one)
    assert send(other)
    for store in (one, other):
        with store.send_slot("sent", limit=4, seconds=600):
            pass
    with pytest.raises(RateLimited), one.send_slot("sent", limit=4, seconds=600):
        pass


def test_what_goes_out_late_is_noted_later(
    process: Callable[[], Store], server: RedisServer
) -> None:
    store = process()
    ahead = Ahead(key="sent", rate=RATE, few=2, grace=2.0)
    turn = store.wait_turn("turns", RATE, max_wait=0, ahead=ahead)
    reserved = noted(server)[0] + time.monotonic()
    with store.send_in(turn) as possible:
        if not possible:
            pytest.skip("this machine took two seconds for a command")
        time.sleep(2.5)
    end = time.monotonic() + 10
    while noted(server)[0] + time.monotonic() < reserved + 0.3:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_without_redis_nothing_is_reserved_ahead() -> None:
    store = Store()
    assert not send(store)
    with store.send_slot("sent", limit=1, seconds=600):
        pass


def test_while_redis_is_gone_nothing_is_reserved_ahead(
    process: Callable[[], Store], server: RedisServer
) -> None:
    store = process()
    assert send(store)
    server.stop()
    assert not send(store)

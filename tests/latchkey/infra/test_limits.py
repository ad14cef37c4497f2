import contextlib
import time

import pytest

from latchkey.infra.limits import Limiter, Mode, Use, Window
from latchkey.infra.store import Store, windows_memory
from latchkey.infra.store.windows import Charge
from latchkey.infra.store.windows_memory import MemoryWindows
from tests.servers import RedisServer
from tests.stores import store_at

RULES = {
    "two": (Window(2, 0.4), Window(3, 60)),
    "one": (Window(1, 60),),
    "shared": (Window(3, 60),),
}


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest) -> Limiter:
    url = ""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("server")
        url = server.url
    return Limiter(store_at(url), RULES, secret_key="secret" * 6)


@pytest.mark.slow
def test_every_window_of_a_rule_holds_in_redis_and_the_wait_is_true(server: RedisServer) -> None:
    rules = {"two": (Window(2, 1.5), Window(3, 60))}
    with contextlib.closing(store_at(server.url)) as store:
        limiter, use = Limiter(store, rules, secret_key="secret" * 6), Use(rule="two", subject="a")
        assert [limiter.try_all(use) for _ in range(2)] == [None, None]
        hit = limiter.try_all(use)
        assert hit
        assert 0 < hit.wait <= 1.5
        time.sleep(hit.wait + 0.02)
        assert limiter.try_all(use) is None
        hit = limiter.try_all(use)
        assert hit
        assert 30 < hit.wait <= 60


def test_what_is_refused_by_one_rule_counts_for_none(limiter: Limiter) -> None:
    both = (Use(rule="two", subject="b"), Use(rule="one", subject="b"))
    assert limiter.try_all(*both) is None
    hits = [limiter.try_all(*both) for _ in range(5)]
    assert {hit.rule for hit in hits if hit} == {"one"}
    assert limiter.number("two", "b") == 1


def test_one_subject_does_not_fill_what_is_shared(limiter: Limiter) -> None:
    def try_one(subject: str) -> bool:
        own = Use(rule="two", subject=subject)
        return limiter.try_all(own, Use(rule="shared", subject="all", part=1)) is None

    assert [try_one("greedy"), try_one("greedy")] == [True, True]
    assert limiter.number("shared", "all") == 1
    assert [try_one("b"), try_one("c"), try_one("d")] == [True, True, False]


def test_looking_does_not_count_and_counting_does_not_refuse(limiter: Limiter) -> None:
    look = Use(rule="one", subject="c", mode=Mode.CHECK)
    count = Use(rule="one", subject="c", mode=Mode.COUNT)
    assert limiter.try_all(look) is None
    assert limiter.try_all(look) is None
    assert limiter.try_all(count) is None
    assert limiter.try_all(count) is None
    assert limiter.try_all(look)


def test_a_rule_that_is_switched_off_limits_nothing() -> None:
    limiter = Limiter(Store(), {}, secret_key="secret" * 6)
    assert not limiter.active
    assert [limiter.try_all(Use(rule="one", subject="a")) for _ in range(3)] == [None] * 3
    assert limiter.number("one", "a") == 0


def test_counters_have_other_names_under_another_secret_key() -> None:
    one, other = (Limiter(Store(), RULES, secret_key=key * 40) for key in "ab")
    assert one.fingerprint("anna@example.com") != other.fingerprint("anna@example.com")


def test_invented_keys_take_only_so_much_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_memory, "_MOST", 100)
    memory = MemoryWindows()
    for number in range(1000):
        memory.pass_all([Charge(key=str(number), windows=RULES["one"])], divisor=1)
    assert len(memory) == 100


def test_counters_that_ran_out_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_memory, "_SWEEP_SECONDS", 0.1)
    memory = MemoryWindows()
    short = (Window(1, 0.05),)
    for number in range(100):
        memory.pass_all([Charge(key=str(number), windows=short)], divisor=1)
    time.sleep(0.15)
    memory.pass_all([Charge(key="new", windows=short)], divisor=1)
    assert len(memory) == 1


def test_counters_expire_in_redis(server: RedisServer) -> None:
    store = store_at(server.url)
    limiter = Limiter(store, {"short": (Window(1, 0.1),)}, secret_key="secret" * 6)
    limiter.try_all(Use(rule="short", subject="a"))
    time.sleep(0.2)
    assert limiter.number("short", "a") == 0
    store.close()

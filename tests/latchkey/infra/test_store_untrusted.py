"""Redis is not trusted: what others can do there, and what they learn."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as redis_client

from latchkey.infra import logs
from latchkey.infra.store import Charge, Outbox, RateLimited, Store, Vault, Window
from latchkey.infra.store.vault import MAX_BYTES
from tests.conftest import SECRET
from tests.servers import RedisServer, redis
from tests.stores import VAULT

pytestmark = pytest.mark.redis

NEW = SECRET[::-1]
APPLICATION = "of the tests"
KEY, VALUE = "detect:corp.example", {"grant_id": "grant-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis() as running:
        yield running


@pytest.fixture
def client(server: RedisServer) -> Iterator["redis_client.Redis"]:
    """Somebody else who has the address of this Redis."""
    with redis_client.Redis.from_url(server.url) as made:
        made.flushall()
        yield made


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The outcome of every line that is logged."""
    lines: list[str] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: lines.append(fields["outcome"]))
    return lines


Process = Callable[..., Store]


@pytest.fixture
def process(server: RedisServer) -> Iterator[Process]:
    """Makes the store of a process that knows these secret keys."""
    made = []

    def make(*keys: str, application: str = APPLICATION) -> Store:
        made.append(Store(server.url, vault=Vault(keys or [SECRET], application=application)))
        return made[-1]

    yield make
    for store in made:
        store.close()


def only_name(client: "redis_client.Redis") -> bytes:
    (name,) = client.keys()
    assert isinstance(name, bytes)
    return name


def test_names_and_values_say_nothing(client: "redis_client.Redis", process: Process) -> None:
    store = process()
    store.put(KEY, VALUE, seconds=60)
    store.add("submission:someone@corp.example", VALUE, seconds=60)
    outbox = Outbox(store)
    outbox.put("sign-in-1-abandoned", {"state": "corp-state", "email": "a@corp.example"}, seconds=9)
    outbox.claim(0, minor=0)
    everything = repr([(name, client.dump(name)) for name in client.scan_iter()])
    for secret in ("corp", "grant", "someone", "state", "abandoned", "detect", "submission"):
        assert secret not in everything


def broken_values() -> dict[str, Callable[["redis_client.Redis", bytes], Any]]:
    other = Vault([NEW], application=APPLICATION)
    return {
        "cut JSON": lambda client, name: client.set(name, b"{broken"),
        "JSON": lambda client, name: client.set(name, json.dumps(VALUE)),
        "nothing": lambda client, name: client.set(name, b""),
        "bytes": lambda client, name: client.set(name, b"\xff\x00"),
        "a number": lambda client, name: client.set(name, 7),
        "a foreign seal": lambda client, name: client.set(name, other.seal(KEY, 1, seconds=60)),
        "an old value": lambda client, name: client.set(name, VAULT.seal(KEY, 1, seconds=-61)),
        "too much": lambda client, name: client.set(name, b"a" * (MAX_BYTES * 2)),
        "a list": lambda client, name: (client.delete(name), client.rpush(name, "a")),
        "a set": lambda client, name: (client.delete(name), client.sadd(name, "a")),
        "a hash": lambda client, name: (client.delete(name), client.hset(name, "a", "b")),
    }


@pytest.mark.parametrize("kind", broken_values())
def test_a_broken_value_is_a_miss_and_a_line_in_the_log(
    client: "redis_client.Redis", process: Process, logged: list[str], kind: str
) -> None:
    process().put(KEY, VALUE, seconds=60)
    broken_values()[kind](client, only_name(client))
    store = process()
    assert store.get(KEY) is None
    assert logged == ([] if kind == "nothing" else ["foreign value"])
    # And it is not in the way of the next one.
    if kind != "nothing":
        assert store.add(KEY, VALUE, seconds=60)
        assert process().get(KEY) == VALUE


@pytest.mark.parametrize("kind", broken_values())
def test_a_broken_value_cannot_be_taken(
    client: "redis_client.Redis", process: Process, kind: str
) -> None:
    process().put(KEY, VALUE, seconds=60)
    broken_values()[kind](client, only_name(client))
    assert process().take(KEY) is None


def test_a_value_under_another_key_is_a_miss(
    client: "redis_client.Redis", process: Process, logged: list[str]
) -> None:
    process().put("submission:victim", VALUE, seconds=60)
    copied = client.get(only_name(client))
    client.flushall()
    process().put("submission:attacker", {}, seconds=60)
    client.set(only_name(client), copied)  # type: ignore[arg-type]
    assert process().get("submission:attacker") is None
    assert logged == ["foreign value"]


def test_a_value_that_is_too_large_is_not_shared(process: Process, logged: list[str]) -> None:
    one, other = process(), process()
    incompressible = [VAULT.name(str(number)) for number in range(3000)]
    one.put(KEY, incompressible, seconds=60)
    assert one.get(KEY) == incompressible
    assert other.get(KEY) is None
    assert logged == ["foreign value"]


@pytest.mark.parametrize("score", ["inf", "-inf", 1e300, 4e12, -1e300])
def test_foreign_moments_in_a_rate_stop_nobody(
    client: "redis_client.Redis", process: Process, score: Any
) -> None:
    client.zadd(f"{VAULT.prefix}rate:sign-ins", {"foreign": score})
    assert process().reserve("sign-ins", limit=1, seconds=1, max_wait=5) == 0


def test_a_rate_of_another_kind_stops_nobody(
    client: "redis_client.Redis", process: Process, logged: list[str]
) -> None:
    client.set(f"{VAULT.prefix}rate:sign-ins", "a")
    store = process()
    assert [store.reserve("sign-ins", limit=2, seconds=9) for _ in range(2)] == [0, 0]
    with pytest.raises(RateLimited):
        store.reserve("sign-ins", limit=2, seconds=9)
    assert logged == ["foreign value"]


def test_foreign_moments_in_a_counter_stop_nobody(
    client: "redis_client.Redis", process: Process, logged: list[str]
) -> None:
    charge = Charge(key="client", windows=(Window(2, 10.0),))
    client.rpush(f"{VAULT.prefix}window:client", 4 * 10**15, 1)
    store = process()
    assert store.pass_all([charge]) == store.pass_all([charge]) == [0]
    assert logged == ["foreign value"]
    (wait,) = store.pass_all([charge])
    assert 0 < wait <= 10, "this process counts for itself"


@pytest.mark.parametrize("back", [1200, 3000, 10**12])
def test_a_counter_forgets_the_moments_of_a_clock_that_went_back(
    client: "redis_client.Redis", process: Process, back: int
) -> None:
    charge = Charge(key="client", windows=(Window(1, 300.0), Window(2, 3600.0)))
    assert process().pass_all([charge]) == [0]
    name = only_name(client)
    (moment,) = client.lrange(name, 0, -1)
    client.lset(name, 0, str(int(moment) + back * 1000))
    one, other = process(), process()
    assert one.pass_all([charge]) == [0]
    (wait,) = other.pass_all([charge])
    assert 299 < wait <= 300, "it counts on, for all processes"


def test_what_redis_says_of_itself_is_no_foreign_value(
    client: "redis_client.Redis", process: Process, logged: list[str]
) -> None:
    process().put(KEY, VALUE, seconds=60)
    name = only_name(client)
    client.acl_setuser(
        "writer", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-getrange"]
    )
    writer = Store(server_of(client, "writer"), vault=VAULT)
    try:
        assert writer.get(KEY) is None
    finally:
        writer.close()
        client.acl_deluser("writer")
    assert logged == ["lost"]
    assert client.exists(name), "it is not taken away"


@pytest.mark.parametrize("trouble", ["memory", "replica"])
def test_a_script_that_redis_refuses_met_no_foreign_value(
    client: "redis_client.Redis", process: Process, logged: list[str], trouble: str
) -> None:
    charge = Charge(key="client", windows=(Window(1, 10.0),))
    store = process()
    try:
        if trouble == "memory":
            client.config_set("maxmemory", "1")
        else:
            client.replicaof("127.0.0.1", "1")
        assert store.pass_all([charge]) == [0]
    finally:
        client.config_set("maxmemory", "0")
        client.replicaof("NO", "ONE")
    assert logged == ["lost"]
    (wait,) = store.pass_all([charge])
    assert 0 < wait <= 10, "this process counts for itself"


@pytest.mark.parametrize("trouble", ["memory", "replica"])
def test_a_redis_that_only_answers_reads_stops_nobody_for_long(
    client: "redis_client.Redis", process: Process, trouble: str
) -> None:
    one, other = process(), process()
    for store in (one, other, one):
        store.reserve("known", limit=9, seconds=1)
    assert one.processes == 2
    let_through = 0
    try:
        if trouble == "memory":
            client.config_set("maxmemory", "1")
        else:
            client.replicaof("127.0.0.1", "1")
        for _ in range(8):
            one.get("anything")
            with contextlib.suppress(RateLimited):
                one.reserve("sign-ins", limit=50, seconds=1.005, max_wait=5)
                let_through += 1
            time.sleep(0.5)
    finally:
        client.config_set("maxmemory", "0")
        client.replicaof("NO", "ONE")
    # In the first second it is unknown what the other process did.
    assert let_through >= 5, "of eight in four seconds"


@pytest.mark.parametrize("write", ["value", "script"])
def test_a_server_that_became_a_replica_is_connected_to_anew(
    client: "redis_client.Redis", process: Process, write: str
) -> None:
    """By a name that leads to the new primary meanwhile."""
    store = process()
    store.put(KEY, VALUE, seconds=60)
    before = {one["id"] for one in client.client_list()} - {str(client.client_id())}
    try:
        client.replicaof("127.0.0.1", "1")
        assert store.describe().replica
        if write == "value":
            store.put(KEY, VALUE, seconds=60)
        else:
            store.pass_all([Charge(key="client", windows=(Window(1, 10.0),))])
        time.sleep(0.1)
        assert not before & {one["id"] for one in client.client_list()}
    finally:
        client.replicaof("NO", "ONE")
    assert not store.describe().replica


@pytest.mark.parametrize("back", [30, 55, 600])
def test_moments_of_a_clock_that_went_back_hold_nobody_up(
    client: "redis_client.Redis", process: Process, back: int
) -> None:
    store = process()
    assert store.reserve("sign-ins", limit=1, seconds=1, max_wait=5) == 0
    (name,) = client.keys("*rate:sign-ins")
    (mark,) = client.zrange(name, 0, -1)
    assert isinstance(mark, bytes)
    client.zincrby(name, back * 1000, mark)
    assert store.reserve("sign-ins", limit=1, seconds=1, max_wait=5) <= 1


def test_what_another_process_put_later_is_found(process: Process) -> None:
    one, other = process(), process()
    one.put("outcome", "failed", seconds=60)
    other.put("outcome", "connected", seconds=60)
    assert one.get("outcome") == "failed"
    assert one.latest("outcome") == other.latest("outcome") == "connected"


def test_without_redis_the_latest_is_what_this_process_put() -> None:
    store = Store()
    store.put("outcome", "failed", seconds=60)
    assert store.latest("outcome") == "failed"
    assert store.latest("nothing") is None


def server_of(client: "redis_client.Redis", user: str) -> str:
    port = client.connection_pool.connection_kwargs["port"]
    return f"redis://{user}@127.0.0.1:{port}/0"


def test_an_outbox_of_another_kind_delays_nothing(
    client: "redis_client.Redis", process: Process
) -> None:
    client.set(VAULT.name("outbox"), "a")
    outbox = Outbox(process())
    outbox.put("key", VALUE, seconds=0)
    assert [claim.value for claim in outbox.claim(9, minor=9)[0]] == [VALUE]


def test_an_entry_that_others_put_is_never_done(
    client: "redis_client.Redis", process: Process, logged: list[str]
) -> None:
    box, member = VAULT.name("outbox"), VAULT.name("key")
    seal = Vault([NEW], application=APPLICATION).seal
    for forged in ('{"told": {}}', seal("key", VALUE, seconds=60), "a" * (MAX_BYTES * 2)):
        client.zadd(box, {member: 0})
        client.hset(f"{box}:values", member, forged)
        assert Outbox(process()).claim(9, minor=9)[0] == []
        assert client.keys() == []
    assert logged == ["foreign entry"] * 3


class TestTwoInstallations:
    """On one Redis, with another Nylas application or another secret key."""

    @pytest.fixture(params=["application", "key"])
    def pair(self, request: pytest.FixtureRequest, process: Process) -> tuple[Store, Store]:
        if request.param == "application":
            return process(), process(application="another")
        return process(), process(NEW)

    @pytest.mark.usefixtures("client")
    def test_neither_sees_what_the_other_put(self, pair: tuple[Store, Store]) -> None:
        one, other = pair
        one.put(KEY, VALUE, seconds=60)
        assert other.get(KEY) is None
        assert other.add(KEY, "own", seconds=60)
        assert one.take(KEY) == VALUE

    @pytest.mark.usefixtures("client")
    def test_neither_does_what_waits_for_the_other(self, pair: tuple[Store, Store]) -> None:
        one, other = map(Outbox, pair)
        for number in range(40):
            one.put(str(number), number, seconds=0)
        one.claim(0, minor=0)
        assert other.claim(100, minor=100)[0] == []
        assert len(one.claim(100, minor=100)[0]) == 40

    @pytest.mark.usefixtures("client")
    def test_the_rates_of_one_application_are_shared_and_no_others(self, process: Process) -> None:
        one, same, other = process(), process(NEW), process(application="another")
        assert one.reserve("sign-ins", limit=1, seconds=9) == 0
        assert other.reserve("sign-ins", limit=1, seconds=9) == 0
        with pytest.raises(RateLimited):
            same.reserve("sign-ins", limit=1, seconds=9)


@pytest.mark.usefixtures("client")
class TestRotation:
    """The secret key is changed: first a fallback, one process after the other."""

    def test_values_under_a_former_key_are_misses(
        self, process: Process, logged: list[str]
    ) -> None:
        process().put(KEY, VALUE, seconds=60)
        assert process(NEW, SECRET).get(KEY) is None
        assert logged == []

    def test_what_waits_under_a_former_key_is_done(self, process: Process) -> None:
        before, after = Outbox(process()), Outbox(process(NEW, SECRET))
        for key in ("done", "again", "replaced", "dropped"):
            before.put(key, 1, seconds=0)
        before.claim(0, minor=0)
        after.put("replaced", 2, seconds=0)
        after.drop("dropped")
        claims = {claim.key: claim for claim in after.claim(9, minor=9)[0]}
        assert {key: claim.value for key, claim in claims.items()} == {
            "done": 1, "again": 1, "replaced": 2,
        }  # fmt: skip
        after.done(claims["done"])
        after.done(claims["replaced"])
        after.again(claims["again"], 3, seconds=0)
        assert [(claim.key, claim.value) for claim in after.claim(9, minor=9)[0]] == [("again", 3)]
        assert before.claim(9, minor=9)[0] == []

    def test_marks_hold_before_during_and_after(self, process: Process) -> None:
        before, during, after = process(), process(NEW, SECRET), process(NEW)

        def add(store: Store, key: str) -> bool:
            return store.ask(lambda remote: remote.marks.add(key, seconds=60), False)

        def has(store: Store, key: str) -> bool:
            return store.ask(lambda remote: remote.marks.has(key), False)

        assert add(before, "link-1")
        assert add(during, "link-2")
        assert [add(store, "link-1") for store in (before, during)] == [False, False]
        assert [add(store, "link-2") for store in (before, during, after)] == [False] * 3
        assert [has(store, "link-2") for store in (before, during, after)] == [True] * 3
        assert not has(during, "link-3")
        during.ask(lambda remote: remote.marks.drop("link-2"), None)
        assert [has(store, "link-2") for store in (before, during, after)] == [False] * 3

    def test_a_damaged_mark_still_holds(
        self, client: "redis_client.Redis", process: Process
    ) -> None:
        store = process()
        store.ask(lambda remote: remote.marks.add("link-1", seconds=60), False)
        name = only_name(client)
        client.delete(name)
        client.rpush(name, "a")
        assert store.ask(lambda remote: remote.marks.has("link-1"), False)
        assert not store.ask(lambda remote: remote.marks.add("link-1", seconds=60), True)


def test_nothing_is_put_into_redis_unsealed(server: RedisServer) -> None:
    with pytest.raises(ValueError, match="unsealed"):
        Store(server.url)

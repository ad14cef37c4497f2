import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from latchkey.connect.oauth import UsedStates
from latchkey.infra.marks import UsedMarks, open_marks
from latchkey.infra.store import Store
from tests.servers import RedisServer
from tests.stores import store_at


def states_of(store: Store, folder: Path) -> UsedStates:
    return UsedStates(open_marks(store, folder, processes=1, keep=True), store)


@pytest.fixture
def states(tmp_path: Path) -> UsedStates:
    return states_of(Store(), tmp_path)


def test_a_state_counts_once_and_so_does_each_of_its_codes(states: UsedStates) -> None:
    assert states.admit("state-1", "code-1")
    assert not states.admit("state-1", "code-2")
    assert not states.admit("state-1", "")
    assert states.admit("state-2", "code-2")


def test_the_same_callback_may_arrive_twice(states: UsedStates) -> None:
    assert [states.admit("state-1", "code-1") for _ in range(3)] == [True] * 3


def test_of_many_codes_at_once_one_counts(states: UsedStates) -> None:
    with ThreadPoolExecutor(8) as pool:
        admitted = pool.map(lambda number: states.admit("state-1", f"code-{number}"), range(8))
        assert sum(admitted) == 1


def test_a_restart_does_not_make_a_state_good(states: UsedStates, tmp_path: Path) -> None:
    assert states.admit("state-1", "code-1")
    assert not states_of(Store(), tmp_path).admit("state-1", "code-2")


class Marks(UsedMarks):
    """Where another process has used a state up, and each look finds what is next in a list."""

    def __init__(self, *looks: bool) -> None:
        super().__init__(None)
        self.looks = list(looks)

    def spend(
        self, kind: str, value: str, *, seconds: float, also: tuple[str, str] | None = None
    ) -> bool:
        """Say that it is used."""
        return False

    def is_spent(self, kind: str, value: str) -> bool:
        """Say what is next, if it is asked about the mark of the answer."""
        assert (kind, value) == ("oauth answer", "state-1 code-1")
        return self.looks.pop(0)


def test_a_repetition_may_arrive_between_the_two_marks_of_the_first() -> None:
    assert UsedStates(Marks(False, True), Store()).admit("state-1", "code-1")
    assert not UsedStates(Marks(False, False), Store()).admit("state-1", "code-1")


def test_where_no_mark_can_be_left_the_memory_of_the_process_decides() -> None:
    states = UsedStates(UsedMarks(None), Store())
    assert [states.admit("state-1", "code-1") for _ in range(3)] == [True] * 3
    assert not states.admit("state-1", "code-2")
    assert not states.admit("state-1", "")
    assert states.admit("state-2", "code-2")
    assert not states.admit("state-2", "code-1")


@pytest.mark.redis
class TestSharedStore:
    """Two processes share a Redis."""

    @pytest.fixture
    def both(self, server: RedisServer, tmp_path: Path) -> Iterator[list[UsedStates]]:
        with (
            contextlib.closing(store_at(server.url)) as one,
            contextlib.closing(store_at(server.url)) as other,
        ):
            yield [states_of(store, tmp_path) for store in (one, other)]

    def test_what_one_used_the_other_refuses(self, both: list[UsedStates]) -> None:
        assert both[0].admit("state-1", "code-1")
        assert not both[1].admit("state-1", "code-2")
        assert both[1].admit("state-1", "code-1")

    def test_while_it_is_lost_sign_ins_go_on_once_for_each_process(
        self, both: list[UsedStates], server: RedisServer
    ) -> None:
        with server.paused():
            assert both[0].admit("state-1", "code-1")
            assert both[0].admit("state-1", "code-1")
            assert not both[0].admit("state-1", "code-2")

"""Marks of what was used up: in a file, in a Redis, in memory."""

import contextlib
import gc
import os
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest

from latchkey.infra.marks import MarksUnavailable, UsedMarks, file, open_marks
from latchkey.infra.marks.file import FileMarks
from latchkey.infra.marks.used import FILE_NAME
from latchkey.infra.store import Store
from tests.conftest import Clock
from tests.servers import RedisServer, redis
from tests.stores import store_at


def in_file(folder: Path, processes: int = 1) -> UsedMarks:
    return open_marks(Store(), folder, processes=processes, keep=True)


def spends(marks: UsedMarks, value: str = "v", seconds: float = 60) -> bool:
    return marks.spend("test", value, seconds=seconds)


@pytest.fixture(params=["file", "memory", pytest.param("redis", marks=pytest.mark.redis)])
def marks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UsedMarks]:
    if request.param == "redis":
        with redis() as server, contextlib.closing(store_at(server.url)) as store:
            yield open_marks(store, tmp_path, processes=1, keep=True)
    else:
        yield open_marks(Store(), tmp_path, processes=1, keep=request.param == "file")


def test_a_value_is_spent_once(marks: UsedMarks) -> None:
    assert not marks.is_spent("test", "v")
    assert [spends(marks) for _ in range(3)] == [True, False, False]
    assert marks.is_spent("test", "v")
    assert marks.spend("another kind", "v", seconds=60)
    assert spends(marks, "another value")


def test_two_values_are_spent_in_one_step_if_the_first_is_not_spent(marks: UsedMarks) -> None:
    assert marks.spend("test", "v", seconds=60, also=("beside", "1"))
    assert marks.is_spent("beside", "1")
    assert not marks.spend("test", "v", seconds=60, also=("beside", "2"))
    assert not marks.is_spent("beside", "2")
    assert marks.spend("test", "else", seconds=60, also=("beside", "1"))
    assert marks.is_spent("beside", "1")


def test_a_value_can_be_released(marks: UsedMarks) -> None:
    assert spends(marks)
    marks.release("test", "v")
    assert not marks.is_spent("test", "v")
    assert spends(marks)


def test_events_are_counted(marks: UsedMarks) -> None:
    counts = [marks.count("test", "v", most=3, seconds=60) for _ in range(5)]
    assert counts == [1, 2, 3, 3, 3]


def test_of_many_at_once_one_spends_it(marks: UsedMarks) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            values = [str(number)] * 8
            assert sum(pool.map(lambda value: spends(marks, value), values)) == 1


@pytest.mark.slow
def test_twenty_thousand_other_marks_push_none_out(tmp_path: Path) -> None:
    marks = open_marks(Store(), tmp_path, processes=1, keep=False)
    assert spends(marks, seconds=3600)
    for number in range(20_000):
        spends(marks, f"other {number}", seconds=3600)
    assert marks.is_spent("test", "v")


def test_a_mark_expires_and_its_row_goes(tmp_path: Path, wait: Clock) -> None:
    marks = in_file(tmp_path)
    for number in range(100):
        assert spends(marks, str(number), seconds=60)
    wait(59)
    assert marks.is_spent("test", "0")
    wait(2)
    assert not marks.is_spent("test", "0")
    assert spends(marks, "0")
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM marks").fetchone() == (1,)


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    assert spends(in_file(tmp_path))
    assert not spends(in_file(tmp_path))


def _spend_in(folder: Path) -> int:
    marks = in_file(folder)
    return sum(spends(marks, str(number)) for number in range(200))


def test_processes_of_one_machine_share_the_file(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        assert sum(pool.map(_spend_in, [tmp_path] * 3)) == 200


def _troubles(folders: list[Path]) -> list[str]:
    return [in_file(folder).trouble for folder in folders]


@pytest.mark.slow
def test_processes_that_make_the_file_at_the_same_instant_share_it(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(100)]
    with ProcessPoolExecutor(3) as pool:
        # Each process goes through the folders in the same order, so they meet at new files.
        for troubles in pool.map(_troubles, [folders] * 3):
            assert set(troubles) == {""}


def test_the_file_is_the_users_alone_and_holds_no_value(tmp_path: Path) -> None:
    folder = tmp_path / "more" / "state"
    marks = in_file(folder)
    spends(marks, "someone@example.com")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"someone" not in written
    assert b"test" not in written


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A folder's path at which there can be no folder, not even for root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "state"


def test_a_file_that_root_makes_belongs_to_the_user_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor is root, the page is not; systemd gives it the folder, and not what is in it."""
    given: list[tuple[Path, int, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda *call: given.append(call))
    for value in ("first", "second"):
        assert spends(in_file(tmp_path), value)
    folder = tmp_path.stat()
    assert given == [(tmp_path / FILE_NAME, folder.st_uid, folder.st_gid)]


def test_without_a_file_one_process_remembers_for_itself(read_only: Path) -> None:
    marks = in_file(read_only)
    assert "STATE_DIR" in marks.trouble
    assert str(read_only) in marks.trouble
    assert marks.is_usable
    assert marks.since > 0
    assert [spends(marks), spends(marks)] == [True, False]


def test_without_a_file_several_processes_use_nothing_up(read_only: Path) -> None:
    marks = in_file(read_only, processes=2)
    assert not marks.is_usable
    for act in (spends, lambda marks: marks.is_spent("test", "v")):
        with pytest.raises(MarksUnavailable):
            act(marks)


def test_a_file_that_breaks_later_means_that_marks_are_unavailable(tmp_path: Path) -> None:
    marks = in_file(tmp_path)
    spends(marks)
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("DROP TABLE marks")
    with pytest.raises(MarksUnavailable):
        spends(marks, "another")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_opens_the_file_for_itself(tmp_path: Path) -> None:
    marks = in_file(tmp_path)
    assert spends(marks)
    child = os.fork()
    if child == 0:
        os._exit(0 if not spends(marks) and spends(marks, "of the child") else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not spends(marks, "of the child")


@pytest.mark.redis
class TestSharedStore:
    """Marks in a Redis."""

    @pytest.fixture
    def both(self, server: RedisServer, tmp_path: Path) -> Iterator[list[UsedMarks]]:
        with (
            contextlib.closing(store_at(server.url)) as one,
            contextlib.closing(store_at(server.url)) as other,
        ):
            yield [open_marks(s, tmp_path, processes=1, keep=True) for s in (one, other)]

    def test_what_one_spent_the_other_cannot(self, both: list[UsedMarks]) -> None:
        assert spends(both[0])
        assert both[1].is_spent("test", "v")
        assert not spends(both[1])

    def test_while_it_is_lost_nothing_is_used_up(
        self, both: list[UsedMarks], server: RedisServer
    ) -> None:
        with server.paused():
            for marks in (*both, *both):
                with pytest.raises(MarksUnavailable):
                    spends(marks)
                with pytest.raises(MarksUnavailable):
                    marks.is_spent("test", "v")
                with pytest.raises(MarksUnavailable):
                    marks.release("test", "v")


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, FILE_NAME])
def test_a_place_that_is_no_longer_used_closes_its_database(
    name: str | None, tmp_path: Path
) -> None:
    place = FileMarks(tmp_path / name if name else None)
    connection = place._connection
    del place
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


@pytest.mark.slow
def test_a_process_that_was_forked_opens_the_file_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = FileMarks(tmp_path / FILE_NAME)
    assert marks.add("v", seconds=60)
    before = marks._connection
    with monkeypatch.context() as forked:
        # What a child sees. A real one would take its coverage with it.
        forked.setattr(os, "getpid", lambda: 1)
        assert marks.has("v")
        assert marks._connection is not before
        after = marks._connection
    del marks
    gc.collect()
    with contextlib.closing(before), contextlib.closing(after):
        with pytest.raises(sqlite3.ProgrammingError):
            before.execute("SELECT 1")
        assert after.execute("SELECT COUNT(*) FROM marks").fetchone() == (1,)


class Locked(sqlite3.Connection):
    """A connection to a file that another process is just making, or that is broken."""

    answers: ClassVar[list[int]] = []
    tries = 0

    def execute(self, *args: Any) -> sqlite3.Cursor:
        self.tries += 1
        if self.tries <= len(self.answers):
            error = sqlite3.OperationalError("no")
            error.sqlite_errorcode = self.answers[self.tries - 1]
            raise error
        return super().execute(*args)


@pytest.mark.parametrize(
    ("answers", "seconds", "tries", "opened"),
    [
        ([], 9, 1, True),
        ([sqlite3.SQLITE_BUSY] * 3, 9, 4, True),
        ([sqlite3.SQLITE_BUSY] * 3, -1, 1, False),
        ([sqlite3.SQLITE_READONLY], 9, 1, False),
    ],
)
def test_a_file_that_is_just_being_made_is_tried_again_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    answers: list[int], seconds: float, tries: int, opened: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(file, "_BUSY_SECONDS", seconds)
    monkeypatch.setattr(Locked, "answers", answers)
    connection = sqlite3.connect(tmp_path / FILE_NAME, factory=Locked)
    with contextlib.closing(connection):
        if opened:
            file._keep_write_ahead_log(connection)
        else:
            with pytest.raises(sqlite3.OperationalError):
                file._keep_write_ahead_log(connection)
        assert connection.tries == tries
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone() if opened else ("wal",)
        assert mode == "wal"

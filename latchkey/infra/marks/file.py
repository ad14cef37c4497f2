"""Marks in a SQLite file, which all processes of a machine share and a restart does not empty.

Source: SQLite, "Write-Ahead Logging": readers and the writer do not wait for each other. With
``synchronous=NORMAL`` a killed process loses nothing; a machine that loses its power may lose the
last moments.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latchkey.infra.marks.place import MarksUnavailable

# A call lasts microseconds, so waiting longer for another process means that something is wrong.
_BUSY_SECONDS = 1.0
_BUSY_RETRY_SECONDS = 0.01
_CLEAN_SECONDS = 60.0
_IN_MEMORY = ":memory:"
_TABLE = """
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS expiry ON marks (expires);
"""


class FileMarks:
    """The marks of one machine, see ``MarkPlace``; expired ones are deleted.

    :param path: of the file, whose folder is made if need be; None keeps the marks in memory.
    :raises OSError, sqlite3.Error: the file cannot be written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._clean_at = 0.0
        if path:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _leave_to_owner_of_folder(path)
        self._open()
        with self._lock, self._connection as connection:
            # Also finds out whether the file can be written to.
            connection.execute("DELETE FROM marks WHERE expires <= ?", (time.time(),))

    def add(self, name: str, *, seconds: float, also: str = "") -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic)."""
        now = time.time()
        with self._transaction() as connection:
            if now >= self._clean_at:
                connection.execute("DELETE FROM marks WHERE expires <= ?", (now,))
                self._clean_at = now + _CLEAN_SECONDS
            done = connection.execute(
                "INSERT INTO marks VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
                "SET expires = excluded.expires WHERE expires <= ?",
                (name, now + seconds, now),
            )
            added = done.rowcount == 1
            if added and also:
                row = (also, now + seconds)
                connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", row)
            return added

    def has(self, name: str) -> bool:
        """Tell whether there is such a mark."""
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT 1 FROM marks WHERE name = ? AND expires > ?", (name, time.time())
            )
            return found.fetchone() is not None

    def drop(self, name: str) -> None:
        """Take the mark away."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM marks WHERE name = ?", (name,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._path and self._opened_by != os.getpid():
                    # A connection must not be carried over a fork (SQLite, "How To Corrupt").
                    self._open()
                with self._connection as connection:
                    yield connection
            except sqlite3.Error as error:
                raise MarksUnavailable from error

    def _open(self) -> None:
        self._opened_by = os.getpid()
        self._connection = sqlite3.connect(
            self._path or _IN_MEMORY, timeout=_BUSY_SECONDS, check_same_thread=False
        )
        if self._path:
            _keep_write_ahead_log(self._connection)
            self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_TABLE)
        # Python 3.13 warns of connections that are left to the garbage collector.
        weakref.finalize(self, _close, self._connection, self._opened_by)


def _leave_to_owner_of_folder(path: Path) -> None:
    """Create the file for the user of the page, where root asks the doctor before it is there."""
    if os.geteuid() == 0 and not path.exists():
        folder = path.parent.stat()
        path.touch(mode=0o600)
        os.chown(path, folder.st_uid, folder.st_gid)


def _keep_write_ahead_log(connection: sqlite3.Connection) -> None:
    # While another process makes the same new file, SQLite answers "locked" at once: its timeout
    # does not count for the change of the journal's mode.
    give_up_at = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(_BUSY_RETRY_SECONDS)
        else:
            return


def _close(connection: sqlite3.Connection, opened_by: int) -> None:
    # Closing in another process than the one that opened it may drop that one's locks.
    if os.getpid() == opened_by:
        connection.close()

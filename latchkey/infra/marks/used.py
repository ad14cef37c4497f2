"""Chooses the place of the marks, and is what the program works with."""

import hashlib
import sqlite3
import time
from pathlib import Path

from latchkey.infra.marks.file import FileMarks
from latchkey.infra.marks.place import MarkPlace, MarksUnavailable
from latchkey.infra.marks.shared import SharedMarks
from latchkey.infra.store import Store

FILE_NAME = "marks.sqlite3"


class UsedMarks:
    """Knows what was used up.

    A mark is named by its kind and a value that cannot be guessed: random, or keyed by the caller.
    Only a hash of both is kept.

    :param place: None while there is none, and then nothing can be used up.
    :ivar trouble: why marks do not outlive the process, in the operator's words; "" when they do.
    :ivar since: Unix time since which marks are complete; 0 when a restart forgets none.
    """

    def __init__(self, place: MarkPlace | None, *, trouble: str = "", since: float = 0.0) -> None:
        self._place = place
        self.trouble = trouble
        self.since = since

    @property
    def is_usable(self) -> bool:
        """Whether there is a place for marks, be it reachable right now or not."""
        return self._place is not None

    def spend(
        self, kind: str, value: str, *, seconds: float, also: tuple[str, str] | None = None
    ) -> bool:
        """Use ``value`` up for ``seconds``; tell whether it was not used before.

        :param also: kind and value of what is used up in the same step, if it was not.
        :raises MarksUnavailable: nothing can be used up now.
        """
        name = mark_name(*also) if also else ""
        return self._reached().add(mark_name(kind, value), seconds=seconds, also=name)

    def is_spent(self, kind: str, value: str) -> bool:
        """Tell whether ``value`` was used up.

        :raises MarksUnavailable: that is not known now.
        """
        return self._reached().has(mark_name(kind, value))

    def release(self, kind: str, value: str) -> None:
        """Make ``value`` good again, because nothing came of its use.

        :raises MarksUnavailable: it stays used up.
        """
        self._reached().drop(mark_name(kind, value))

    def count(self, kind: str, value: str, *, most: int, seconds: float) -> int:
        """Count one more event of ``value``, and return how many there were; ``most`` at most.

        :raises MarksUnavailable: it is not counted.
        """
        for number in range(1, most):
            if self.spend(kind, f"{value}:{number}", seconds=seconds):
                return number
        return most

    def _reached(self) -> MarkPlace:
        if self._place is None:
            raise MarksUnavailable(60)
        return self._place


def open_marks(store: Store, directory: Path, *, processes: int, keep: bool) -> UsedMarks:
    """Return the marks: in the shared store if there is one, else in a file in ``directory``.

    Where the file cannot be written, a single process keeps them in memory, and several keep none.

    :param keep: whether a restart must forget nothing; the sandbox has nothing real to forget.
    """
    if store.shared:
        return UsedMarks(SharedMarks(store))
    if not keep:
        return UsedMarks(FileMarks(None))
    try:
        return UsedMarks(FileMarks(directory / FILE_NAME))
    except (OSError, sqlite3.Error) as error:
        trouble = f"STATE_DIR ({directory}) cannot be written ({type(error).__name__})"
    if processes > 1:
        return UsedMarks(None, trouble=trouble)
    return UsedMarks(FileMarks(None), trouble=trouble, since=time.time())


def mark_name(kind: str, value: str) -> str:
    """Return the name that a mark is kept under: a hash of its kind and value."""
    digest = hashlib.sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"used:{digest}"

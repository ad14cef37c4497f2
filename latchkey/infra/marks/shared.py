"""Marks in the shared store, and nowhere else: this process's memory says nothing of the others."""

from latchkey.infra.marks.place import MarksUnavailable
from latchkey.infra.store import Store


class SharedMarks:
    """The marks of all instances, see ``MarkPlace``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, *, seconds: float, also: str = "") -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic)."""
        added = self._store.ask(
            lambda remote: remote.marks.add(name, seconds=seconds, also=also), None
        )
        if added is None:
            raise MarksUnavailable
        return added

    def has(self, name: str) -> bool:
        """Tell whether there is such a mark."""
        found = self._store.ask(lambda remote: remote.marks.has(name), None)
        if found is None:
            raise MarksUnavailable
        return found

    def drop(self, name: str) -> None:
        """Take the mark away."""
        done = self._store.ask(lambda remote: remote.marks.drop(name), None)
        if done is None:
            raise MarksUnavailable

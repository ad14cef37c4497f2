"""What a place for marks can do."""

from typing import Protocol


class MarksUnavailable(Exception):
    """The place of the marks cannot be reached, so nothing is known of what was used up.

    :ivar wait: whole seconds after which another try is worth it.
    """

    def __init__(self, wait: int = 5) -> None:
        super().__init__(f"{wait} s")
        self.wait = wait


class MarkPlace(Protocol):
    """Keeps marks until they expire. Every method raises ``MarksUnavailable``."""

    def add(self, name: str, *, seconds: float, also: str = "") -> bool:
        """Leave a mark unless there is one; tell whether there was none (atomic).

        :param also: another mark to leave then, in the same step; "" for none.
        """

    def has(self, name: str) -> bool:
        """Tell whether there is such a mark."""

    def drop(self, name: str) -> None:
        """Take the mark away."""

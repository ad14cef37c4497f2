"""Used-up marks: what may happen once leaves a mark, which stays until it could not happen again.

Marks are no cache. They are never evicted before they expire, all instances see them, and while
their place cannot be reached nothing that needs one goes on.

marks/
├── place   what a place for marks can do
├── file    a small SQLite file, for the processes of one machine
├── shared  the shared store, for any number of instances
└── used    chooses the place, and is what the program works with
"""

from latchkey.infra.marks.place import MarksUnavailable
from latchkey.infra.marks.used import UsedMarks, mark_name, open_marks

__all__ = ["MarksUnavailable", "UsedMarks", "mark_name", "open_marks"]

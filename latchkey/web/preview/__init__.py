"""The gallery of every page, for those who change a brand or a text: ``PREVIEW=true``.

preview/
├── states  the registry: each state of a page, and how a person gets there
└── walk    goes there, within the process, through the same pages as a person
"""

from latchkey.web.preview.states import State, make_states
from latchkey.web.preview.walk import walk

__all__ = ["State", "make_states", "walk"]

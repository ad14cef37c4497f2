"""The gallery of every page, for those who change a brand or a text: ``PREVIEW=true``.

preview/
├── states  the registry: each state of a page, and how a person gets there
├── brands  each brand once more for each theme
├── map     which state leads to which
└── walk    goes there, within the process, through the same pages as a person
"""

from latchkey.web.preview.brands import WALKED_BRAND, PreviewBrands, key_in_theme
from latchkey.web.preview.map import Stop, journey
from latchkey.web.preview.states import State, make_states
from latchkey.web.preview.walk import walk

__all__ = [
    "WALKED_BRAND",
    "PreviewBrands", "State", "Stop", "journey", "key_in_theme", "make_states", "walk",
]  # fmt: skip

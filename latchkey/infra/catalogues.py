"""Catalogues of translations: ``locales/<language>/LC_MESSAGES/latchkey.po``, compiled beside it.

A compiled catalogue is read when the first page needs it (``make texts`` writes it).
"""

import re
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from latchkey.infra.languages import SOURCE

DOMAIN = "latchkey"
FOLDER = Path(__file__).parents[2] / "locales"
# Who has read a catalogue, as its header X-Reviewed-By says. none: translated, and not read
# since; reader: read once more, each sentence translated back and compared with the English one;
# native: read by a person who grew up with the language.
STATES = ("none", "reader", "native")


def catalogue_path(tag: str) -> Path:
    """Return where the translations of a language are: the source, which the compiled is beside."""
    return FOLDER / tag.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def state_of(tag: str) -> str:
    """Return who has read the catalogue of a language: one of ``STATES``."""
    found = re.search(r'^"X-Reviewed-By: (\w+)', catalogue_path(tag).read_text("utf-8"), re.M)
    return found[1] if found else STATES[0]


@cache
def read_catalogue(tag: str) -> NullTranslations:
    """Return the texts of a language, one of ``languages.ALL``.

    :raises OSError: there is no compiled catalogue.
    """
    if tag == SOURCE:
        return NullTranslations()
    with catalogue_path(tag).with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file)

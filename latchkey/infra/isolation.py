"""Bidirectional isolation: what is filled into a sentence does not turn its words around (UAX 9).

A name in Hebrew within an English sentence, or an address within an Arabic one, is kept apart by
``<bdi>`` in a page, and by two characters where there can be no element.
"""

from collections.abc import Mapping
from unicodedata import bidirectional

from markupsafe import Markup

from latchkey.infra.printable import printable

# First strong isolate, and its end.
_IN_TEXT = "\u2068%s\u2069"
_IN_PAGE = Markup("<bdi>%s</bdi>")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

Values = Mapping[str, object]


def isolated(values: Values, *, rtl: bool) -> Values:
    """Return what is filled into a text.

    :param rtl: the text is written from right to left.
    """
    if not _is_needed(values, rtl=rtl):
        return values
    return {name: _IN_TEXT % value for name, value in values.items()}


def isolated_in_page(values: Values, *, rtl: bool) -> Values:
    """Return what is filled into a sentence of a page; it is escaped.

    :param rtl: the sentence is written from right to left.
    """
    kept = {name: printable(value) for name, value in values.items()}
    if not _is_needed(kept, rtl=rtl):
        return kept
    return {name: _IN_PAGE % value for name, value in kept.items()}


def without_tags(sentence: Markup) -> Markup:
    """Return a sentence of a page for its ``<title>`` or an attribute."""
    if "<bdi>" not in sentence:
        return sentence
    opening, closing = _IN_TEXT.split("%s")
    return sentence.replace("<bdi>", opening).replace("</bdi>", closing)


def _is_needed(values: Values, *, rtl: bool) -> bool:
    return bool(values) and (rtl or any(_has_rtl(str(value)) for value in values.values()))


def _has_rtl(text: str) -> bool:
    return not text.isascii() and any(bidirectional(char) in _RIGHT_TO_LEFT for char in text)

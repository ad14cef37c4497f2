"""A row of flex items drops the spaces between its words and the elements beside them."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from app import create_app
from config import ROOT
from tests.conftest import make_settings
from tests.pages import Visitor

APP = create_app(make_settings(PREVIEW="true"))
# Here each name and each address within a sentence is an element of its own.
LANGUAGE = "ar"
STATES = [key for key in APP.extensions["preview"] if not re.search("slow|timeout", key)]
# Pictures are apart from words by the gap of the row.
PICTURES = frozenset({"{http://www.w3.org/2000/svg}svg", "img"})


def flex_rows() -> set[str]:
    """The classes, and tags within a class, that the style sheet makes a row of flex items."""
    sheet = re.sub(r"/\*.*?\*/", "", (ROOT / "static/css/app.css").read_text(), flags=re.S)
    rules = re.findall(r"([^{}]+){([^{}]*)}", sheet)
    return {
        selector.strip()
        for selectors, body in rules
        if re.search(r"display: (inline-)?flex", body)
        for selector in selectors.split(",")
    }


ROWS = flex_rows()


def names(element: Element) -> set[str]:
    return {element.tag, *(f".{each}" for each in element.get("class", "").split())}


def rows_of(element: Element, around: set[str]) -> Iterator[Element]:
    """Each row of flex items in an element."""
    own = names(element)
    if own & ROWS or any(f"{outer} {inner}" in ROWS for outer in around for inner in own):
        yield element
    for child in element:
        yield from rows_of(child, around | own)


def broken(row: Element) -> bool:
    """Whether words of the row stand beside an element that holds words, too."""
    words = [row.text, *(child.tail for child in row)]
    beside = [child for child in row if child.tag not in PICTURES]
    # What only screen readers see is out of the row.
    beside = [child for child in beside if "visually-hidden" not in child.get("class", "")]
    return bool(beside) and any(word and word.strip() for word in words)


def check(tree: Element) -> None:
    body = tree.find("body")
    assert body is not None
    lost = [" ".join(row.itertext()) for row in rows_of(body, set()) if broken(row)]
    assert lost == []


def test_the_style_sheet_has_such_rows() -> None:
    assert {".primary", ".choice", ".provider-button", ".works li", ".copy .reveal"} <= ROWS


@pytest.mark.parametrize("key", STATES)
def test_no_space_is_lost_beside_a_name(key: str) -> None:
    check(Visitor.inside(APP).get(f"/preview/{key}?language={LANGUAGE}").tree)


def test_no_space_is_lost_in_the_buttons_of_other_providers() -> None:
    visitor = Visitor.inside(APP)
    visitor.get(f"/?ui_locales={LANGUAGE}")
    page = visitor.enter("someone@nobody-knows.test")
    (zoom,) = [link for name, link in page.links.items() if "Zoom" in name]
    page = visitor.get(zoom)
    assert any("/start" in link for link in page.links.values())
    check(page.tree)

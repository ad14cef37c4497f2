"""``make accessible`` finds what it looks for; the whole of it takes too long for here."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page
from werkzeug import Response

from config import ROOT
from tests.accessible.__main__ import table
from tests.accessible.examine import CHECKS, Result, parse_errors
from tests.accessible.looks import LOOKS, outline
from tests.accessible.variants import ALL

EXAMPLES = {path.name for path in (ROOT / "docs" / "examples" / "brands").iterdir()}
SPOILT = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<style>#wide { width: 2000px } #left:focus { outline: none }</style>
<main><p id="one"></p><p id="one"></p><input aria-describedby="none"><svg></svg>
<a href="/" id="left">x</a><a href="/">y</a><p id="wide">text</p></main>"""


@pytest.mark.browser
def test_each_check_finds_its_flaw_in_a_page_that_is_spoilt(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate(CHECKS) == []
    page.goto("about:blank")
    page.set_content(SPOILT)
    page.keyboard.press("Tab")
    found = page.evaluate(CHECKS)
    for flaw in (
        "the id one is there twice",
        "input: aria-describedby names none",
        "a drawing is not hidden from screen readers",
        "a#left is small and close to a",
        "a#left shows no focus",
    ):
        assert flaw in found
    assert any(flaw.startswith("scrolls sideways") for flaw in found)


@pytest.mark.browser
def test_a_variant_changes_the_page_as_it_is(page: Page) -> None:
    page.goto("/")
    before = outline(page)
    seen = set()
    for variant in ALL:
        variant.show(page)
        seen.add(page.evaluate(
            "(() => { const it = document.querySelector('.lead'), style = getComputedStyle(it);"
            "return [innerWidth, innerHeight, style.color, style.fontSize, style.letterSpacing,"
            "matchMedia('(forced-colors: active)').matches].join() })()"
        ))  # fmt: skip
    assert len(seen) == len(ALL)
    assert outline(page) == before


def test_what_a_strict_parser_says_of_a_page_is_found() -> None:
    page = "<!doctype html><title>Page</title><p>One<div>Two</p>"
    assert [*parse_errors(Response(page, mimetype="text/html"))]
    zipped = gzip.compress(page.encode())
    answer = Response(zipped, mimetype="text/html", headers={"Content-Encoding": "gzip"})
    assert [*parse_errors(answer)]
    assert not [*parse_errors(Response("<p>", mimetype="text/plain"))]


def test_every_example_of_a_brand_is_looked_at() -> None:
    files = [Path(look.settings["BRAND_FILE"]) for look in LOOKS if "BRAND_FILE" in look.settings]
    assert {file.parent.name for file in files} == EXAMPLES
    assert all(file.is_file() for file in files)


def test_the_table_counts_by_state() -> None:
    results = [
        Result("entry", "en", 11, 0),
        Result("entry", "de", 11, 2),
        Result("imap", "en", 11, 1),
    ]
    assert [line.split() for line in table(results).splitlines()] == [
        ["state", "variants", "findings"],
        ["entry", "22", "2"],
        ["imap", "11", "1"],
        ["2", "states", "33", "3"],
    ]

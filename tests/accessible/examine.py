"""Looks at states, in every language and brand, in one process with one browser."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
from flask import request_finished
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from werkzeug import Response

from tests.accessible.looks import LOOKS, Look, bring
from tests.browser.axe import flaws
from tests.browser.conftest import PATIENCE, launch, running_site
from tests.browser.states import SETTINGS
from tests.browser.watch import Watch

CHECKS = (Path(__file__).parent / "checks.js").read_text()
_QUIET = {"LOG_LEVEL": "error"}


class Result(NamedTuple):
    """A state in one language or brand: how many variants were looked at, and flaws found."""

    state: str
    look: str
    variants: int
    flaws: int


def examine(states: list[str]) -> list[Result]:
    """Look at these states in every language and brand."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        outlines: dict[str, str] = {}
        results = [each for look in LOOKS for each in _in_one_look(browser, look, states, outlines)]
        browser.close()
    return results


def _in_one_look(
    browser: Browser, look: Look, states: list[str], outlines: dict[str, str]
) -> Iterator[Result]:
    with running_site(**_QUIET, **look.settings) as site:
        for state in states:
            with ExitStack() as stack:
                url = site.url
                if state in SETTINGS:
                    more = {**_QUIET, **look.settings, **SETTINGS[state]}
                    url = stack.enter_context(running_site(**more)).url
                yield _in_one_state(browser, look, state, url, outlines)


def _in_one_state(
    browser: Browser, look: Look, state: str, url: str, outlines: dict[str, str]
) -> Result:
    watch = Watch()
    found: list[str] = []
    context = browser.new_context(base_url=url, locale=look.language)
    context.set_default_timeout(PATIENCE)
    watch.over(context, url)
    page = context.new_page()

    def read(sender: object, response: Response, **more: Any) -> None:
        found.extend(parse_errors(response))

    try:
        with request_finished.connected_to(read):
            outline = bring(page, state, look, outlines.get(state))
    except (AssertionError, PlaywrightError) as error:
        context.close()
        print(f"{state}, {look.name}: is not reached: {error}", flush=True)
        return Result(state, look.name, 0, 1)
    outlines.setdefault(state, outline)
    # A focus ring is for people who use the keyboard, so it is used.
    page.keyboard.press("Tab")
    where: dict[str, list[str]] = {}
    for variant in look.variants:
        variant.show(page)
        for flaw in (*page.evaluate(CHECKS), *(flaws(page) if variant.axe else ())):
            where.setdefault(flaw, []).append(variant.name)
    context.close()
    found += [f"{flaw} ({'; '.join(names)})" for flaw, names in where.items()]
    found += watch.seen
    for flaw in found:
        print(f"{state}, {look.name}: {flaw}", flush=True)
    return Result(state, look.name, len(look.variants), len(found))


def parse_errors(response: Response) -> Iterator[str]:
    """What a strict parser says of a page that the server sent."""
    page = response.get_data() if response.mimetype == "text/html" else b""
    if response.content_encoding == "gzip":
        page = gzip.decompress(page)
    if page:
        parser = html5lib.HTMLParser()
        parser.parse(page.decode())
        for (line, _), code, _ in parser.errors:
            yield f"line {line} of the page: {code}"

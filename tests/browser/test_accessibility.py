"""Every state of every page, for people who see, hear or move differently."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import template_rendered
from jinja2 import Template
from playwright.sync_api import Page

from config import ROOT
from tests.browser.axe import SCHEMES, flaws, flaws_everywhere, width
from tests.browser.conftest import Site, running_site
from tests.browser.states import SETTINGS, SHOWN, STATES, enter, reach

pytestmark = pytest.mark.browser

EXAMPLES = sorted((ROOT / "docs" / "examples" / "brands").glob("*/brand.toml"))
COLORS = ("#ffff00", "#000000", "#ffffff", "#808080", "#ff0000")
BRANDED = ("entry-error", "imap-known-wrong-password", "connected")
EDGE = """it => {
  const style = getComputedStyle(it), behind = getComputedStyle(document.documentElement);
  return [parseFloat(style.borderTopWidth), style.borderTopStyle, style.borderTopColor,
    behind.backgroundColor];
}"""
LONG_NAME = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One for all the tests that only look."""
    with running_site() as made:
        yield made


@pytest.fixture
def state_page(open_page: Callable[..., Page], site: Site, state: str) -> Iterator[Page]:
    """A page of a site that can get into the state."""
    if state not in SETTINGS:
        yield open_page(url=site.url)
    else:
        with running_site(**SETTINGS[state]) as other:
            yield open_page(url=other.url)


@pytest.mark.parametrize("state", STATES)
def test_nobody_is_kept_out_by_a_page(state_page: Page, state: str) -> None:
    reach(state_page, state)
    assert flaws_everywhere(state_page) == []


@pytest.mark.parametrize(("template", "state"), SHOWN.items(), ids=SHOWN)
def test_the_state_of_a_template_shows_it(state_page: Page, template: str, state: str) -> None:
    shown = []

    def note(sender: object, template: Template, **more: object) -> None:
        shown.append(template.name)

    with template_rendered.connected_to(note):
        reach(state_page, state)
    # The last one, and before it the page that shows another in a frame.
    assert f"pages/{template}" in (shown if "frame" in state else shown[-1:])


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_of_a_brand_can_be_read(open_page: Callable[..., Page], color: str) -> None:
    found = []
    with running_site(BRAND_COLOR=color) as site:
        page = open_page(url=site.url)
        for state in BRANDED:
            reach(page, state)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                found += [f"{state}, {scheme}: {flaw}" for flaw in flaws(page)]
    assert found == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.parent.name))
def test_the_example_brands_can_be_read(open_page: Callable[..., Page], path: Path) -> None:
    found = []
    with running_site(BRAND_FILE=str(path)) as site:
        page = open_page(url=site.url)
        for state in BRANDED:
            reach(page, state)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                found += [f"{state}, {scheme}: {flaw}" for flaw in flaws(page)]
    assert found == []


def test_a_long_brand_name_fits_a_narrow_screen(open_page: Callable[..., Page]) -> None:
    with running_site(BRAND_NAME=LONG_NAME) as site:
        page = open_page(size="narrow", url=site.url)
        for state in ("entry", "oauth-google", "imap-open", "connected", "ending-bad-key"):
            reach(page, state)
            assert width(page) <= 320, state


@pytest.mark.parametrize("state", ["entry", "imap", "chooser", "ending-internal"])
def test_forced_colours_leave_an_edge_around_everything_to_click(
    open_page: Callable[..., Page], state: str
) -> None:
    page = open_page(forced_colors="active")
    reach(page, state)
    boxes = page.locator("button:visible, input:visible, .choice, .primary").all()
    assert boxes
    for box in boxes:
        edge, style, color, behind = box.evaluate(EDGE)
        assert edge >= 1
        assert style == "solid"
        assert color not in ("rgba(0, 0, 0, 0)", "transparent", behind)


def test_text_can_be_twice_as_large_on_a_small_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(size="narrow")
    wide = {}
    for state in sorted(STATES.keys() - SETTINGS.keys()):
        reach(page, state)
        page.set_viewport_size({"width": 360, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '212.5%'")
        if (found := width(page)) > 360:
            wide[state] = found
    assert wide == {}


def test_lists_wrap_where_words_are_long_and_text_is_twice_as_large(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(size="narrow", locale="ru")
    enter(page, "someone@icloud.com")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.locator(".works li").count()
    assert width(page) <= 320


def test_the_support_code_is_as_readable_as_the_rest_of_the_alert(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    reach(page, "ending-wrong-password")
    said, code = page.locator(".alert h2"), page.locator(".alert code")
    color = "node => getComputedStyle(node).color"
    assert said.evaluate(color) == code.evaluate(color)


def test_a_server_and_its_port_are_in_one_row_while_there_is_room(
    open_page: Callable[..., Page],
) -> None:
    for size, in_one_row in (("wide", True), ("narrow", False)):
        page = open_page(size=size)
        reach(page, "imap-open")
        host, port = (page.locator(f"#imap_{name}").bounding_box() for name in ("host", "port"))
        assert host
        assert port
        assert (host["y"] == port["y"]) is in_one_row


@pytest.mark.parametrize("scheme", SCHEMES)
def test_those_who_want_more_contrast_get_it(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(scheme=scheme, contrast="more")
    reach(page, "imap-open")
    soft, text = (
        page.locator(name).first.evaluate("it => getComputedStyle(it).color")
        for name in (".lead", "h1")
    )
    assert soft == text

"""Pages in other languages: whole, readable in every direction, and used by their own words."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from latchkey.infra.catalogues import read_catalogue
from latchkey.infra.languages import ALL, BY_TAG
from tests.browser.axe import flaws, width
from tests.browser.conftest import Site, running_site
from tests.browser.states import GALLERY, STATES

pytestmark = pytest.mark.browser

TAGS = [language.tag for language in ALL]
# The pages with most on them.
FULL = ("entry-error", "typing-slip", "chooser", "imap-known", "no-app-password", "connected")
FULLEST = ("chooser", "imap-known", "connected")
# Right to left, long words, East Asian, and letters with much above and below them.
READ_CLOSELY = ("ar", "de", "ja", "th")
# What is cut off: an element that hides what is larger than itself.
CUT_OFF = """() => [...document.querySelectorAll("main *, footer *")].filter(it => {
  const style = getComputedStyle(it);
  return it.offsetParent && !it.matches(".visually-hidden, input, textarea")
    && style.overflowX !== "visible" && it.scrollWidth > it.clientWidth + 1;
}).map(it => it.className || it.tagName)"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One for all tests that only look."""
    with running_site(PREVIEW="true") as made:
        yield made


def say(tag: str, message: str, **values: str) -> str:
    """What a page says in a language."""
    return read_catalogue(tag).gettext(message) % values


@pytest.mark.parametrize("tag", TAGS)
def test_a_page_fits_a_small_phone_with_text_twice_as_large(
    open_page: Callable[..., Page], tag: str
) -> None:
    page = open_page(size="narrow")
    found = []
    for state in FULLEST:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"/preview/{state}?ui_locales={tag}")
        expect(page.locator("html")).to_have_attribute("lang", tag)
        found += [f"{state}: {width(page)} wide"] if width(page) > 320 else []
        found += [f"{state}: {one} is cut off" for one in page.evaluate(CUT_OFF)]
        page.set_viewport_size({"width": 360, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '212.5%'")
        found += [f"{state}: {width(page)} wide, large text"] if width(page) > 360 else []
    assert found == []


def test_names_of_languages_begin_in_two_lines_whichever_way_they_run(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(size="narrow")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/preview/languages")
    starts = page.locator(".languages a").evaluate_all(
        "links => links.map(link => Math.round(link.getBoundingClientRect().left))"
    )
    assert len(set(starts)) == 2, starts


@pytest.mark.parametrize("tag", READ_CLOSELY)
@pytest.mark.parametrize(("size", "scheme"), [("narrow", "dark"), ("wide", "light")])
def test_nobody_is_kept_out_by_a_page_in_another_language(
    open_page: Callable[..., Page], tag: str, size: str, scheme: str
) -> None:
    page = open_page(size=size, scheme=scheme)
    found = []
    for state in FULL:
        page.goto(f"/preview/{state}?ui_locales={tag}")
        found += [f"{state}: {flaw}" for flaw in flaws(page)]
    assert found == []


@pytest.mark.parametrize("tag", ["en", *READ_CLOSELY])
@pytest.mark.parametrize("script", [True, False])
def test_a_mailbox_is_connected_by_the_words_of_the_language(
    open_page: Callable[..., Page], tag: str, script: bool
) -> None:
    # Roles and names only: what Chromium's accessibility tree tells a screen reader.
    page = open_page(java_script_enabled=script, locale=tag)
    page.goto("/")
    page.get_by_role("textbox", name=say(tag, "E-mail address")).fill("someone@example.com")
    page.get_by_role("button", name=say(tag, "Continue"), exact=True).click()
    heading = say(tag, "Sign in to %(mailbox)s", mailbox="example.com")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(_plain(heading)))
    # A password box has no role, but a name.
    page.get_by_label(say(tag, "Password"), exact=True).fill("secret")
    page.get_by_role("button", name=say(tag, "Connect mailbox"), exact=True).click()
    done = say(tag, "Your mailbox is connected")
    expect(page.get_by_role("heading", level=1)).to_have_text(done)


def _plain(heading: str) -> str:
    # Chromium gives the text with the places where a name may wrap.
    return re.escape(heading).replace(re.escape("example.com"), "example.\u200b?com")


@pytest.mark.parametrize("script", [True, False])
def test_the_list_changes_the_language_and_keeps_the_sign_in(
    open_page: Callable[..., Page], script: bool
) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/")
    page.get_by_label("E-mail address").fill("someone@example.com")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Language: English").click()
    page.get_by_role("link", name="עברית").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_text("someone@example.com")).to_be_visible()
    page.goto("/no-such-page")
    expect(page.locator("html")).to_have_attribute("lang", "he")


@pytest.mark.parametrize("tag", [language.tag for language in ALL if language.rtl])
@pytest.mark.parametrize("size", ["narrow", "wide"])
def test_a_page_from_right_to_left_keeps_addresses_and_marks_as_they_are(
    open_page: Callable[..., Page], tag: str, size: str
) -> None:
    page = open_page(size=size)
    page.goto(f"/preview/chooser?ui_locales={tag}")
    arrow = page.locator(".choice > :last-child").first
    assert arrow.evaluate("it => getComputedStyle(it).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    mark = page.locator(".choice > :first-child").first
    assert mark.evaluate("it => getComputedStyle(it).transform") == "none"
    # The way in leads to the left, so its name begins at the right.
    choice, name = (
        page.locator(where).first.bounding_box() for where in (".choice", ".choice span")
    )
    assert choice
    assert name
    assert name["x"] + name["width"] > choice["x"] + choice["width"] / 2
    page.goto(f"/preview/host-refused?ui_locales={tag}")
    for box in page.locator("main input:not([type=hidden])").all():
        assert box.evaluate("it => getComputedStyle(it).direction") == "ltr"
    address = page.locator(".address > :first-child")
    assert address.evaluate("it => getComputedStyle(it).direction") == "ltr"
    assert page.locator("bdi").count()


def test_a_name_of_the_other_direction_turns_no_words_around(
    open_page: Callable[..., Page],
) -> None:
    with running_site(BRAND_NAME="חברת הדואר") as site:
        page = open_page(url=site.url)
        page.goto("/")
        expect(page.locator(".lead bdi")).to_have_text("חברת הדואר")
        page.goto("/?ui_locales=ar")
        assert "<bdi>" not in page.title()
        description = page.locator("meta[name=description]").get_attribute("content")
        assert "\u2068חברת הדואר\u2069" in str(description)


def test_every_page_of_the_gallery_is_in_the_language(open_page: Callable[..., Page]) -> None:
    page = open_page()
    english = set()
    for state in GALLERY:
        page.goto(f"/preview/{state}?ui_locales=en")
        english.add(page.locator("h1").inner_text())
    for state in GALLERY:
        page.goto(f"/preview/{state}?ui_locales=ja")
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.locator("h1").inner_text() not in english, state


def test_the_languages_are_those_of_the_table() -> None:
    assert list(BY_TAG) == TAGS


def test_wider_spaces_between_letters_and_lines_cut_nothing_off(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(size="narrow", bypass_csp=True)
    found = []
    for state in FULL:
        page.goto(f"/preview/{state}?ui_locales=de")
        # WCAG 2.2, 1.4.12.
        page.add_style_tag(
            content="* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
            " word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }"
        )
        found += [f"{state}: {width(page)} wide"] if width(page) > 320 else []
        found += [f"{state}: {one} is cut off" for one in page.evaluate(CUT_OFF)]
    assert found == []


@pytest.mark.parametrize("state", ["languages", "imap-known"])
def test_words_wrap_with_large_text_and_wide_spaces(
    open_page: Callable[..., Page], state: str
) -> None:
    page = open_page(size="narrow", bypass_csp=True)
    page.goto(f"/preview/{state}?ui_locales=hu")
    page.add_style_tag(
        content="html { font-size: 212.5% !important; }"
        " * { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
    )
    assert width(page) <= 320


def test_no_hyphen_is_added_to_the_name_of_a_mail_server(open_page: Callable[..., Page]) -> None:
    page = open_page(size="narrow", locale="de")
    page.goto("/preview/imap?ui_locales=de")
    hyphens = page.locator("body *").evaluate_all(
        "all => all.map(it => getComputedStyle(it).hyphens)"
    )
    assert set(hyphens) == {"manual"}


def test_an_address_that_was_connected_runs_from_left_to_right(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(locale="ar")
    STATES["was-connected"][1](page)
    expect(page.locator(".done")).to_be_visible()
    expect(page.locator(".works")).to_have_count(0)
    address = page.locator(".address > :first-child")
    assert address.evaluate("it => getComputedStyle(it).direction") == "ltr"

"""A font of the brand's own: loaded from the page itself, used at once, and nothing moves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from config import ROOT
from tests.browser.conftest import running_site
from tests.browser.states import enter
from tests.browser.test_weight import SHIFT
from tests.conftest import make_settings

pytestmark = pytest.mark.browser

NIGHTOWL = ROOT / "docs" / "examples" / "brands" / "nightowl" / "brand.toml"
# The width of the heading with the fonts that the page names, and with those after the first one.
_WIDTHS = """() => {
  const heading = document.createRange(), root = document.documentElement;
  heading.selectNodeContents(document.querySelector("h1"));
  const width = () => heading.getBoundingClientRect().width;
  const own = width(), fonts = getComputedStyle(root).getPropertyValue("--font");
  const rules = new CSSStyleSheet();
  rules.replaceSync(`:root { --font: ${fonts.replace(/^[^,]*,/, "")} !important }`);
  document.adoptedStyleSheets = [rules];
  return [own, width()];
}"""


def test_the_font_of_a_brand_is_there_from_the_first_page_and_nothing_moves(
    open_page: Callable[..., Page],
) -> None:
    with running_site(BRAND_FILE=str(NIGHTOWL)) as site:
        page = open_page(url=site.url)
        loaded = []
        page.on("requestfinished", lambda request: loaded.append(request.resource_type))
        page.add_init_script(SHIFT)
        page.goto("/")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.fonts.check('17px Brand')")
        assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]
        assert loaded.count("font") == 1
        assert page.evaluate("window.shift") == 0
        own, stack = page.evaluate(_WIDTHS)
        if own == stack:
            # A browser without a tenth of a second to spare does without the font once.
            page.reload()
            own, stack = page.evaluate(_WIDTHS)
        assert own != stack


def test_the_sandboxs_pages_have_the_font_too(
    served: Callable[..., str], open_page: Callable[..., Page]
) -> None:
    page = open_page(url=served(create_app(make_settings(BRAND_FILE=str(NIGHTOWL)))))
    enter(page, "someone@gmail.com")
    page.get_by_role("link", name="Sign in with Google").click()
    expect(page.get_by_text("this is not the real Google")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]

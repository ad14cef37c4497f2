"""Pictures of Latchkey's own brand, drawn from its mark: icon for home screens, card for chats.

.venv/bin/python -m tests.shots.own_brand
"""

import base64
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from config import ROOT
from latchkey.web.branding.brand import COLOR, NAME
from tests.browser.conftest import launch

ICONS = ROOT / "static" / "icons"
_FONT = ROOT / "docs" / "examples" / "brands" / "nightowl" / "outfit.woff2"
_PAGE = """<!doctype html><meta charset="utf-8"><style>
@font-face { font-family: Outfit; src: url(data:font/woff2;base64,%s); font-weight: 100 900; }
body { display: grid; grid-auto-flow: column; place-content: center; align-items: center; gap: 56px;
  margin: 0; block-size: 100vh; color: #ffffff; background: %s; font: 600 132px Outfit; }
svg { stroke: currentcolor; }
</style>%s"""


def draw(page: Page, name: str, *, size: tuple[int, int], mark: int, text: str = "") -> Path:
    """Write one picture, with a mark of this size in pixels."""
    svg = (ICONS / "favicon.svg").read_text().replace(f' stroke="{COLOR}"', "")
    svg = svg.replace("<svg", f'<svg width="{mark}" height="{mark}"', 1)
    font = base64.b64encode(_FONT.read_bytes()).decode()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_content(_PAGE % (font, COLOR, svg + text))
    page.evaluate("document.fonts.load('600 132px Outfit')")
    page.screenshot(path=ICONS / name)
    return ICONS / name


def main() -> None:
    """Draw all of them."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        draw(page, "touch.png", size=(180, 180), mark=116)
        draw(page, "card.png", size=(1200, 630), mark=220, text=NAME)
        browser.close()


if __name__ == "__main__":
    main()

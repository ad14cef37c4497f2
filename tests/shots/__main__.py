"""Pictures of every state of every page, and the README's: `make shots`.

    .venv/bin/python -m tests.shots [STATE …]

Each state is reached once, and taken at 320, 390, 768 and 1,280 pixels in light and dark. The
folder shots/ then has a picture of each, and a contact sheet for each width and theme. Without
names of states, docs/page.webp is taken anew, too.
"""

import base64
import html
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from config import ROOT
from tests.accessible.variants import Variant
from tests.browser.conftest import PATIENCE, launch, running_site
from tests.browser.states import SETTINGS, STATES, enter, reach

FOLDER = ROOT / "shots"
# The narrowest phones, usual phones, tablets, laptops.
_SIZES = ((320, 640), (390, 844), (768, 1024), (1280, 800))
LOOKS = tuple(
    Variant(name=f"{wide} px, {scheme}", wide=wide, high=high, scheme=scheme)
    for wide, high in _SIZES
    for scheme in ("light", "dark")
)
_QUIET = {"LOG_LEVEL": "error"}
_SHEET = """<!doctype html><meta charset="utf-8"><title>Contact sheet</title><style>
body { margin: 1rem; font: 12px/1.5 system-ui, sans-serif; columns: %s; column-gap: 1rem; }
figure { margin: 0 0 1rem; break-inside: avoid; }
img { display: block; inline-size: 100%%; border: 1px solid #888; }
</style>%s"""


def main(states: list[str]) -> None:
    """Take the pictures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with running_site(**_QUIET) as site:
            for state in states or STATES:
                with ExitStack() as stack:
                    url = site.url
                    if state in SETTINGS:
                        other = running_site(**_QUIET, **SETTINGS[state])
                        url = stack.enter_context(other).url
                    take(browser, url, state)
        if not states:
            _take_readme(browser)
        make_sheets(browser, states or list(STATES))
        browser.close()


def take(browser: Browser, url: str, state: str) -> None:
    """Take a state in each width and theme."""
    page = browser.new_context(base_url=url).new_page()
    reach(page, state)
    page.evaluate("document.activeElement?.blur()")
    for variant in LOOKS:
        variant.show(page)
        picture = _picture(state, variant.wide, variant.scheme)
        page.screenshot(path=picture, full_page=True, animations="disabled")
    page.context.close()


def _take_readme(browser: Browser) -> None:
    """The page that asks for an app password, of a company with a colour of its own."""
    with running_site(**_QUIET, BRAND_NAME="Acme Mail", BRAND_COLOR="#6d38d0") as site:
        page = browser.new_context(base_url=site.url).new_page()
        page.set_viewport_size({"width": 760, "height": 1090})
        enter(page, "you@yahoo.com")
        expect(page).to_have_title("Sign in to Yahoo! Mail – Acme Mail")
        page.evaluate("document.activeElement?.blur()")
        # Less than half the bytes of a PNG, the only lossless format that Playwright can make.
        wanted = {"format": "webp", "quality": 80}
        protocol = page.context.new_cdp_session(page)
        taken = protocol.send("Page.captureScreenshot", wanted)["data"]
        (ROOT / "docs" / "page.webp").write_bytes(base64.b64decode(taken))
        page.context.close()


def make_sheets(browser: Browser, states: list[str]) -> None:
    """Put the pictures of each width and theme on one sheet."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    for variant in LOOKS:
        figures = [
            f"<figure><img src='{_inline(_picture(state, variant.wide, variant.scheme))}' alt=''>"
            f"<figcaption>{html.escape(state)}</figcaption></figure>"
            for state in states
        ]
        page.set_content(_SHEET % (10 if variant.wide < 500 else 6, "".join(figures)))
        name = f"sheet-{variant.wide}-{variant.scheme}.png"
        page.screenshot(path=FOLDER / name, full_page=True)


def _picture(state: str, wide: int, scheme: str) -> Path:
    return FOLDER / f"{state}-{wide}-{scheme}.png"


def _inline(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


if __name__ == "__main__":
    main(sys.argv[1:])

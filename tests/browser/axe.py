"""Looks for what keeps people with disabilities out, as far as a program can tell."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = {"narrow": (320, 640), "wide": (1280, 800)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# WCAG 2.2, levels A and AA, and axe-core's own advice.
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")


def width(page: Page) -> int:
    """How wide the page is; more than the window means that it scrolls sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide


def flaws_everywhere(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in every size and colour scheme."""
    found = []
    for size, (wide, high) in SIZES.items():
        page.set_viewport_size({"width": wide, "height": high})
        if width(page) > wide:
            found.append(f"{size}: scrolls sideways, {width(page)} > {wide}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += [f"{size}, {scheme}: {flaw}" for flaw in flaws(page)]
    return found


def flaws(page: Page) -> list[str]:
    """What axe-core finds wrong; empty when all is well."""
    if page.evaluate("window.axe === undefined"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": {"type": "tag", "values": list(_TAGS)}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{flaw['id']}: {node['target'][0]}: {node['failureSummary']}"
        for flaw in found
        for node in flaw["nodes"]
    ]

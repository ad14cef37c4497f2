"""Languages and brands in which every state is looked at, and the way into a state there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

from config import ROOT
from tests.accessible.variants import ALL, COLOURS, Variant
from tests.browser.states import STATES, reach

# What a page consists of, whatever its language and its brand.
_OUTLINE = """() => [location.pathname, ...[...document.querySelectorAll(
  "main :is(h1, h2, form, button, input, textarea, summary, [role=alert], [role=status])"
)].map(it => `${it.tagName} ${it.name ?? ""} ${it.role ?? ""}`)].join()"""
_EXAMPLES = ROOT / "docs" / "examples" / "brands"


@dataclass(frozen=True, kw_only=True)
class Look:
    """A language and a brand; ``settings`` are those of the site."""

    name: str
    language: str = "en"
    settings: Mapping[str, str] = field(default_factory=dict)
    variants: tuple[Variant, ...] = COLOURS


def _example(name: str) -> Mapping[str, str]:
    return {"BRAND_FILE": str(_EXAMPLES / name / "brand.toml")}


# English comes first: the others are compared with it.
LOOKS = (
    *(Look(name=tag, language=tag, variants=ALL) for tag in ("en", "ar", "de", "ja")),
    *(Look(name=name, settings=_example(name)) for name in ("fjordline", "nightowl", "northwind")),
    Look(name="qawafil", language="ar", settings=_example("qawafil")),
    *(Look(name=color, settings={"BRAND_COLOR": color}) for color in ("#ffe600", "#ffffff")),
)


def outline(page: Page) -> Any:
    """What the page consists of."""
    return page.evaluate(_OUTLINE)


def bring(page: Page, state: str, look: Look, expected: str | None) -> str:
    """Bring the page into a state, and return its outline.

    :param expected: the outline that the state has in English, when it is known already.
    """
    if expected is None:
        reach(page, state)
    else:
        STATES[state][1](page)
        page.wait_for_function(f"expected => ({_OUTLINE})() === expected", arg=expected)
    # The gallery's frame is for operators, in English.
    tag = "en" if state == "preview-frame" else look.language
    expect(page.locator("html")).to_have_attribute("lang", tag)
    page.wait_for_load_state()
    return str(outline(page))

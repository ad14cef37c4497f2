"""How people look at a page that is not loaded again: width, colours, size of the text."""

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

# In a stylesheet made by script, which a strict policy allows and which can be taken away again.
_STYLE = """rules => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = rules ? [sheet] : [];
}"""
_LARGE = "html { font-size: 212.5% !important; }"  # twice the 106.25 % of static/css/app.css
# WCAG 2.2, 1.4.12.
_SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }"
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One way to look at a page.

    :ivar axe: whether axe-core looks, too; where only lengths change, the checks of ours do.
    """

    name: str
    wide: int
    high: int
    scheme: Literal["light", "dark"] = "light"
    forced: Literal["active", "none"] = "none"
    rules: str = ""
    axe: bool = True

    def show(self, page: Page) -> None:
        """Make the page look this way."""
        page.set_viewport_size({"width": self.wide, "height": self.high})
        page.emulate_media(color_scheme=self.scheme, forced_colors=self.forced)
        page.evaluate(_STYLE, self.rules)


_SIZES = ((320, 640), (1280, 800))
COLOURS = tuple(
    Variant(name=f"{wide} px, {scheme}", wide=wide, high=high, scheme=scheme)
    for wide, high in _SIZES
    for scheme in ("light", "dark")
)
ALL = (
    *COLOURS,
    *(
        Variant(name=f"{wide} px, forced colours", wide=wide, high=high, forced="active")
        for wide, high in _SIZES
    ),
    # With text of twice the size on the width that the smallest phones of today have.
    Variant(name="360 px, text 200 %", wide=360, high=800, rules=_LARGE, axe=False),
    Variant(name="1280 px, text 200 %", wide=1280, high=800, rules=_LARGE, axe=False),
    # What a window of 1280 by 1024 pixels has at a zoom of 400 %.
    Variant(name="zoom 400 %", wide=320, high=256, axe=False),
    Variant(name="320 px, text spacing", wide=320, high=640, rules=_SPACED, axe=False),
    Variant(name="1280 px, text spacing", wide=1280, high=800, rules=_SPACED, axe=False),
)

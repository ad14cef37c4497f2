"""The stylesheet of a brand: that of all pages, and the custom properties that the brand sets."""

import re
from collections.abc import Mapping
from functools import cache

from config import ROOT
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.palette import Palette
from latchkey.web.branding.presets import CORNERS, FONTS
from latchkey.web.prepared_file import small_css

_FILES = ("tokens.css", "app.css")
_DARK_RULES = re.compile(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")


def make_stylesheet(
    said: BrandFile, light: Palette, dark: Palette, *, images: Mapping[str, str]
) -> str:
    """Return the brand's own rules; nothing typed by an operator gets in unchecked.

    :param images: value of ``background-image`` by theme, "" without one.
    """
    radius, radius_card = CORNERS[said.corners]
    shape = f"--radius:{radius};--radius-card:{radius_card};--font:{FONTS[said.font]}"
    theme = "dark" if said.appearance == "dark" else "light"
    first = dark if theme == "dark" else light
    rules = f":root{{{shape};{first.properties}}}\n{_background(images[theme])}"
    if said.appearance == "auto":
        in_dark = f":root{{{dark.properties}}}{_background(images['dark'])}"
        rules += f"@media (prefers-color-scheme:dark){{{in_dark}}}\n"
    else:
        rules += f":root{{color-scheme:{said.appearance}}}\n"
    if any(images.values()):
        rules += "@media (prefers-contrast:more),print{html{background-image:none}}\n"
    return rules


def _background(image: str) -> str:
    if not image:
        return ""
    return f"html{{background-image:{image};background-size:cover;background-position:center}}"


def whole_stylesheet(own_rules: str, appearance: str) -> str:
    """Return the one file of a brand: what all pages share, then the brand's own rules.

    :param appearance: "auto", "light" or "dark"; what is forced does not ask the browser.
    """
    shared = _of_all_pages()
    if appearance != "auto":
        shared = _DARK_RULES.sub("", shared)
    return f"{shared}\n{own_rules}"


@cache
def _of_all_pages() -> str:
    folder = ROOT / "static" / "css"
    return "\n".join(small_css((folder / name).read_text()) for name in _FILES)

"""The stylesheet of a brand: that of all pages, and the custom properties that the brand sets."""

import re
from functools import cache

from config import ROOT
from latchkey.web.branding.brand_file import BrandFile
from latchkey.web.branding.palette import Palette
from latchkey.web.branding.presets import CORNERS, FONTS
from latchkey.web.prepared_file import small_css

_FILES = ("tokens.css", "app.css")
_DARK_RULES = re.compile(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")


def make_stylesheet(said: BrandFile, light: Palette, dark: Palette) -> str:
    """Return the brand's own rules; nothing typed by an operator gets in unchecked."""
    radius, radius_card = CORNERS[said.corners]
    shape = f"--radius:{radius};--radius-card:{radius_card};--font:{FONTS[said.font]}"
    first = dark if said.appearance == "dark" else light
    rules = f":root{{{shape};{first.properties}}}\n"
    if said.appearance == "auto":
        rules += f"@media (prefers-color-scheme:dark){{:root{{{dark.properties}}}}}\n"
    else:
        rules += f":root{{color-scheme:{said.appearance}}}\n"
    return rules


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

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
# What only the brands get that have chosen it.
_CHOSEN = ("split", "compact")
_ON_PICTURE = (
    "padding:1.25rem;color:var(--text);background:var(--surface);border-radius:var(--radius)"
)
_DARK_RULES = re.compile(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")


def make_stylesheet(
    said: BrandFile, light: Palette, dark: Palette, *, images: Mapping[str, str], side: str
) -> str:
    """Return the brand's own rules; nothing typed by an operator gets in unchecked.

    :param images: value of ``background-image`` by theme, "" without one.
    :param side: address of the picture beside the card, "" without one.
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
    if side:
        # Text on a picture has a ground of its own, so that it can be read whatever is shown.
        rules += f'@media screen and (min-width:60rem){{.side{{background-image:url("{side}")}}'
        rules += f".side p{{{_ON_PICTURE}}}}}\n"
    if any(images.values()):
        rules += "@media (prefers-contrast:more),print{html{background-image:none}}\n"
    return rules


def _background(image: str) -> str:
    if not image:
        return ""
    return f"html{{background-image:{image};background-size:cover;background-position:center}}"


def whole_stylesheet(own_rules: str, said: BrandFile) -> str:
    """Return the one file of a brand: what its pages need of ours, then the brand's own rules."""
    chosen = [f"{name}.css" for name in _CHOSEN if name in (said.layout, said.density)]
    shared = "\n".join(map(_small, (*_FILES, *chosen)))
    if said.appearance != "auto":
        # What is forced does not ask the browser.
        shared = _DARK_RULES.sub("", shared)
    return f"{shared}\n{own_rules}"


@cache
def _small(name: str) -> str:
    return small_css((ROOT / "static" / "css" / name).read_text())

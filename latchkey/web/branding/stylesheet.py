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
_FAMILY = "Brand"
_ON_PICTURE = (
    "padding:1.25rem;color:var(--text);background:var(--ground);border-radius:var(--radius)"
)
_DARK_RULES = re.compile(r"@media \(prefers-color-scheme:dark\)\{(?:[^{}]*\{[^{}]*\})*\}")


def make_stylesheet(
    said: BrandFile,
    light: tuple[Palette, Palette],
    dark: tuple[Palette, Palette],
    *,
    images: Mapping[str, str],
    addresses: Mapping[str, str],
) -> str:
    """Return the brand's own rules; nothing typed by an operator gets in unchecked.

    :param light: the colours of the card, and those of what is around it; so with ``dark``.
    :param images: value of ``background-image`` by theme, "" without one.
    :param addresses: where the brand's files are, by name.
    """
    faces, fonts = _fonts(said, addresses)
    shape = f"{_corners(said)};--font:{fonts}"
    theme, first = ("dark", dark) if said.appearance == "dark" else ("light", light)
    apart = any(card != around for card, around in (light, dark))
    rules = f"{faces}:root{{{shape};{first[0].properties}}}\n{_background(images[theme])}"
    rules += _around(first[1]) if apart else ""
    if said.appearance == "auto":
        in_dark = f":root{{{dark[0].properties}}}{_background(images['dark'])}"
        in_dark += _around(dark[1]) if apart else ""
        rules += f"@media (prefers-color-scheme:dark){{{in_dark}}}\n"
    else:
        rules += f":root{{color-scheme:{said.appearance}}}\n"
    rules += _side(addresses.get("side", ""))
    if any(images.values()):
        rules += "@media (prefers-contrast:more),print{html{background-image:none}}\n"
    return rules


def _corners(said: BrandFile) -> str:
    radius, radius_card = CORNERS[said.corners]
    return f"--radius:{radius};--radius-card:{radius_card}"


def _fonts(said: BrandFile, addresses: Mapping[str, str]) -> tuple[str, str]:
    """Rules that load the brand's fonts, and the value of ``--font``."""
    stack, own = FONTS[said.font], said.font_file
    if not own:
        return "", stack
    bold = "font-bold" in addresses
    # A variable font has all weights; of one that has not, browsers make the bold themselves.
    faces = _face(addresses["font"], "100 900" if own.variable and not bold else "400")
    faces += _face(addresses["font-bold"], "700") if bold else ""
    return faces, f'"{_FAMILY}",{stack}'


def _face(address: str, weight: str) -> str:
    source = f'src:url("{address}") format("woff2")'
    # With "swap", lines break again when a font arrives late, in the middle of reading or typing.
    # With "optional", that page keeps the stack, and the next one has the font.
    style = f"font-weight:{weight};font-display:optional"
    return f'@font-face{{font-family:"{_FAMILY}";{source};{style}}}\n'


def _side(address: str) -> str:
    if not address:
        return ""
    # Text on a picture has a ground of its own, so that it can be read whatever is shown.
    rules = f'.side{{background-image:url("{address}")}}.side p{{{_ON_PICTURE}}}'
    return f"@media screen and (min-width:60rem){{{rules}}}\n"


def _around(palette: Palette) -> str:
    """The colours of what is not in the card."""
    own = f"--text:{palette.text};--text-soft:{palette.text_soft};--brand-ink:{palette.brand_ink}"
    return f".brand,.foot{{color:{palette.text};{own}}}.foot{{color:{palette.text_soft}}}"


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

"""The stylesheet of a brand: the custom properties that it sets."""

from latchkey.web.branding.brand_file import BrandFile
from latchkey.web.branding.palette import Palette
from latchkey.web.branding.presets import CORNERS, FONTS


def make_stylesheet(said: BrandFile, light: Palette, dark: Palette) -> str:
    """Return the rules; nothing typed by an operator gets in unchecked."""
    radius, radius_card = CORNERS[said.corners]
    shape = f"--radius:{radius};--radius-card:{radius_card};--font:{FONTS[said.font]}"
    first = dark if said.appearance == "dark" else light
    rules = f":root{{{shape};{first.properties}}}\n"
    if said.appearance == "auto":
        rules += f"@media (prefers-color-scheme:dark){{:root{{{dark.properties}}}}}\n"
    else:
        rules += f":root{{color-scheme:{said.appearance}}}\n"
    return rules

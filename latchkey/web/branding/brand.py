"""The brand in force: what the file says, with the ``BRAND_*`` settings on top of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import Settings
from latchkey.web.branding.brand_file import CORNERS, FONTS, BrandFile, read_brand_file
from latchkey.web.branding.palette import Moved, Palette, make_palette

NAME = "Latchkey"
COLOR = "#2f5bea"


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What people see of the company.

    :ivar moved: colours that were moved to be readable.
    :ivar links: addresses by name: website, support, privacy, terms, imprint, accessibility.
    """

    name: str
    tagline: str
    support_email: str
    logo: Path | None
    logo_dark: Path | None
    favicon: Path | None
    appearance: str
    layout: str
    links: Mapping[str, str]
    light: Palette
    dark: Palette
    moved: tuple[Moved, ...]
    stylesheet: str

    @classmethod
    def from_settings(cls, settings: Settings) -> "Brand":
        """Put ``BRAND_FILE`` and the other ``BRAND_*`` settings together.

        :raises BrandFileError: the file cannot be used.
        """
        said = read_brand_file(settings.brand_file) if settings.brand_file else BrandFile()
        own = {"primary": settings.brand_color} if settings.brand_color else {}
        light, moved_in_light = make_palette(_colors(said, "light") | own, theme="light")
        dark, moved_in_dark = make_palette(_colors(said, "dark") | own, theme="dark")
        return cls(
            name=settings.brand_name or said.name or NAME,
            tagline=said.tagline,
            support_email=said.support_email,
            logo=settings.brand_logo or said.logo,
            logo_dark=None if settings.brand_logo else said.logo_dark,
            favicon=said.favicon,
            appearance=said.appearance,
            layout=said.layout,
            links=said.links,
            light=light,
            dark=dark,
            moved=moved_in_light + moved_in_dark,
            stylesheet=_stylesheet(said, light, dark),
        )

    @property
    def color_scheme(self) -> str:
        """What ``<meta name="color-scheme">`` says."""
        return "light dark" if self.appearance == "auto" else self.appearance


def _colors(said: BrandFile, theme: str) -> dict[str, str]:
    """The colours of a theme; what only the other one names serves both, backgrounds excepted."""
    other = said.colors.get("light" if theme == "dark" else "dark", {})
    shared = {name: color for name, color in other.items() if name in ("primary", "link")}
    return {"primary": COLOR} | shared | dict(said.colors.get(theme, {}))


def _stylesheet(said: BrandFile, light: Palette, dark: Palette) -> str:
    """The custom properties that the brand sets; nothing typed by an operator gets in unchecked."""
    radius, radius_card = CORNERS[said.corners]
    shape = f"--radius:{radius};--radius-card:{radius_card};--font:{FONTS[said.font]}"
    first = dark if said.appearance == "dark" else light
    rules = f":root{{{shape};{first.properties}}}\n"
    if said.appearance == "auto":
        rules += f"@media (prefers-color-scheme:dark){{:root{{{dark.properties}}}}}\n"
    else:
        rules += f":root{{color-scheme:{said.appearance}}}\n"
    return rules

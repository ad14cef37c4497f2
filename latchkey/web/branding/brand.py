"""A brand in force: what its file says, made readable."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from config import Settings
from latchkey.web.branding.background import GRADIENT, Background, make_gradient, make_picture
from latchkey.web.branding.brand_file import THEMES
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.default_brand import default_file
from latchkey.web.branding.files import Files, address, files_of, version
from latchkey.web.branding.palette import Moved, Palette, make_palettes, usual_colors
from latchkey.web.branding.pictures import Picture
from latchkey.web.branding.stylesheet import make_stylesheet, whole_stylesheet
from latchkey.web.branding.texts import by_sentence
from latchkey.web.prepared_file import PreparedFile

NAME = "Latchkey"
COLOR = "#2f5bea"
# What a brand shows as its file has it.
_AS_SAID = (
    "tagline", "support_email", "logo", "logo_dark", "favicon", "appearance", "layout", "side_text",
    "links", "language", "hosts", "sources",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What people see of the company.

    :ivar key: name of the brand's file, "" for the default.
    :ivar language: of people whose browser asks for none that there is, "" for the usual one.
    :ivar moved: colours that were moved to be readable.
    :ivar links: addresses by name: website, support, privacy, terms, imprint, accessibility.
    :ivar texts: what the pages say in other words, by language and English sentence.
    :ivar hosts: host names that show this brand and no other.
    :ivar stylesheet: the custom properties that the brand sets.
    :ivar whole_stylesheet: the one stylesheet of its pages, with these at its end.
    :ivar themed: the same brand in "light" and "dark" alone, for apps that may ask for it.
    :ivar theme: the key in ``themed`` that leads to this one, "" for what all others see.
    :ivar files: pictures and fonts by the names in their addresses, see ``files.files_of``.
    :ivar versions: hashes of what browsers load: "css" and the files.
    :ivar sources: where each value comes from, by dotted key; usual values are not in it.
    """

    key: str
    name: str
    tagline: str
    support_email: str
    logo: Picture | None
    logo_dark: Picture | None
    favicon: Picture | None
    appearance: str
    layout: str
    side_text: str
    language: str
    links: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    hosts: tuple[str, ...]
    light: Palette
    dark: Palette
    moved: tuple[Moved, ...]
    stylesheet: str
    whole_stylesheet: PreparedFile
    files: Files
    versions: Mapping[str, str]
    sources: Mapping[str, str]
    theme: str = ""
    themed: Mapping[str, "Brand"] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Brand":
        """Make the default brand of ``BRAND_FILE`` and the other ``BRAND_*`` settings.

        :raises BrandFileError: the file cannot be used.
        """
        return cls.from_file(default_file(settings))

    @classmethod
    def from_file(cls, said: BrandFile, *, key: str = "") -> "Brand":
        """Make the brand of a file that was read, with everything derived that it leaves out."""
        brand = cls._of_all(said, key)
        if not said.theme_hint:
            return brand
        one_theme = {theme: replace(said, appearance=theme) for theme in THEMES}
        themed = {
            theme: replace(cls._of_all(one, key), theme=theme) for theme, one in one_theme.items()
        }
        return replace(brand, themed=themed)

    @classmethod
    def _of_all(cls, said: BrandFile, key: str) -> "Brand":
        files = files_of(said)
        versions = {name: version(file.content) for name, file in files.items()}
        addresses = {name: address(name, one, key=key) for name, one in versions.items()}
        backgrounds = {theme: _background(said, theme, addresses) for theme in THEMES}
        (light, by_light, moved_in_light), (dark, by_dark, moved_in_dark) = (
            _palettes(said, theme, backgrounds[theme].seen) for theme in THEMES
        )
        stylesheet = make_stylesheet(
            said, (light, by_light), (dark, by_dark),
            images={theme: background.image for theme, background in backgrounds.items()},
            addresses=addresses,
        )  # fmt: skip
        rules = whole_stylesheet(stylesheet + said.stylesheet, said)
        whole = PreparedFile(rules.encode(), "text/css")
        return cls(
            key=key,
            name=said.name or NAME,
            texts={name: by_sentence(own) for name, own in said.texts.items()},
            light=light,
            dark=dark,
            moved=moved_in_light + moved_in_dark,
            stylesheet=stylesheet,
            whole_stylesheet=whole,
            files=files,
            versions=versions | {"css": whole.version},
            **_as_said(said),
        )

    @property
    def unnamed(self) -> bool:
        """Whether it has neither name nor logo of a company: the pages show those of Latchkey."""
        return not self.logo and "name" not in self.sources

    @property
    def color_scheme(self) -> str:
        """What ``<meta name="color-scheme">`` says."""
        return "light dark" if self.appearance == "auto" else self.appearance


def _palettes(
    said: BrandFile, theme: str, seen: tuple[str, ...]
) -> tuple[Palette, Palette, tuple[Moved, ...]]:
    plain = said.layout == "plain"
    return make_palettes(_colors(said, theme), theme=theme, seen=seen, plain=plain)


def _as_said(said: BrandFile) -> dict[str, Any]:
    return {name: getattr(said, name) for name in _AS_SAID}


def _background(said: BrandFile, theme: str, addresses: Mapping[str, str]) -> Background:
    colors = usual_colors(_colors(said, theme), theme=theme)
    if said.background == GRADIENT:
        return make_gradient(colors)
    names = ("background-dark", "background") if theme == "dark" else ("background",)
    for name in names:
        if name in addresses:
            return make_picture(colors, addresses[name])
    return Background()


def _colors(said: BrandFile, theme: str) -> dict[str, str]:
    """The colours of a theme; what only the other one names serves both, backgrounds excepted."""
    other = said.colors.get("light" if theme == "dark" else "dark", {})
    shared = {name: color for name, color in other.items() if name in ("primary", "link")}
    return {"primary": COLOR} | shared | dict(said.colors.get(theme, {}))

"""A brand in force: what its file says, made readable."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import Settings
from latchkey.web.branding.brand_file import BrandFile, read_brand_file
from latchkey.web.branding.palette import Moved, Palette, make_palette
from latchkey.web.branding.stylesheet import make_stylesheet, whole_stylesheet
from latchkey.web.branding.texts import by_sentence
from latchkey.web.prepared_file import PreparedFile

NAME = "Latchkey"
COLOR = "#2f5bea"


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What people see of the company.

    :ivar key: name of the brand's file, "" for the default.
    :ivar moved: colours that were moved to be readable.
    :ivar links: addresses by name: website, support, privacy, terms, imprint, accessibility.
    :ivar texts: what the pages say in other words, by language and English sentence.
    :ivar hosts: host names that show this brand and no other.
    :ivar stylesheet: the custom properties that the brand sets.
    :ivar whole_stylesheet: the one stylesheet of its pages, with these at its end.
    :ivar versions: hashes of what browsers load, by name: css, logo, logo-dark, favicon.
    :ivar sources: where each value comes from, by dotted key; usual values are not in it.
    """

    key: str
    name: str
    tagline: str
    support_email: str
    logo: Path | None
    logo_dark: Path | None
    favicon: Path | None
    appearance: str
    layout: str
    links: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    hosts: tuple[str, ...]
    light: Palette
    dark: Palette
    moved: tuple[Moved, ...]
    stylesheet: str
    whole_stylesheet: PreparedFile
    versions: Mapping[str, str]
    sources: Mapping[str, str]

    @classmethod
    def from_settings(cls, settings: Settings) -> "Brand":
        """Make the default brand of ``BRAND_FILE`` and the other ``BRAND_*`` settings.

        :raises BrandFileError: the file cannot be used.
        """
        return cls.from_file(default_file(settings))

    @classmethod
    def from_file(cls, said: BrandFile, *, key: str = "") -> "Brand":
        """Make the brand of a file that was read, with everything derived that it leaves out."""
        light, moved_in_light = make_palette(_colors(said, "light"), theme="light")
        dark, moved_in_dark = make_palette(_colors(said, "dark"), theme="dark")
        stylesheet = make_stylesheet(said, light, dark)
        whole = PreparedFile(whole_stylesheet(stylesheet, said.appearance).encode(), "text/css")
        pictures = {"logo": said.logo, "logo-dark": said.logo_dark, "favicon": said.favicon}
        loaded = {name: path.read_bytes() for name, path in pictures.items() if path}
        return cls(
            key=key,
            name=said.name or NAME,
            tagline=said.tagline,
            support_email=said.support_email,
            logo=said.logo,
            logo_dark=said.logo_dark,
            favicon=said.favicon,
            appearance=said.appearance,
            layout=said.layout,
            links=said.links,
            texts={name: by_sentence(own) for name, own in said.texts.items()},
            hosts=said.hosts,
            light=light,
            dark=dark,
            moved=moved_in_light + moved_in_dark,
            stylesheet=stylesheet,
            whole_stylesheet=whole,
            versions=_versions({"css": whole.content, **loaded}),
            sources=said.sources,
        )

    @property
    def color_scheme(self) -> str:
        """What ``<meta name="color-scheme">`` says."""
        return "light dark" if self.appearance == "auto" else self.appearance


def _versions(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest()[:12] for name, content in contents.items()}


def default_file(settings: Settings) -> BrandFile:
    """Return what ``BRAND_FILE`` says, with the other ``BRAND_*`` settings on top of it.

    :raises BrandFileError: the file cannot be used.
    """
    said = read_brand_file(settings.brand_file) if settings.brand_file else BrandFile()
    for source, values in _of_settings(settings).items():
        said = said.layered(values, source=source)
    return said


def _of_settings(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    given: dict[str, Mapping[str, Any]] = {}
    if settings.brand_name:
        given["BRAND_NAME"] = {"name": settings.brand_name}
    if settings.brand_logo:
        given["BRAND_LOGO"] = {"logo": settings.brand_logo, "logo_dark": None}
    if settings.brand_color:
        primary = {"primary": settings.brand_color}
        given["BRAND_COLOR"] = {"colors": {"light": primary, "dark": primary}}
    return given


def _colors(said: BrandFile, theme: str) -> dict[str, str]:
    """The colours of a theme; what only the other one names serves both, backgrounds excepted."""
    other = said.colors.get("light" if theme == "dark" else "dark", {})
    shared = {name: color for name, color in other.items() if name in ("primary", "link")}
    return {"primary": COLOR} | shared | dict(said.colors.get(theme, {}))

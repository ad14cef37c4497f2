"""What a brand file says, as values; layers of them are put on top of each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from latchkey.web.branding.fonts import Font
from latchkey.web.branding.pictures import Picture
from latchkey.web.branding.tables import dotted, merged, without


@dataclass(frozen=True, kw_only=True)
class BrandFile:
    """What a brand file says; what it leaves out is "" or empty.

    :ivar theme_hint: an app, or a link, may say whether its people see light or dark pages.
    :ivar language: of people whose browser asks for none that there is.
    :ivar font: a stack of fonts by name; ``font_file`` comes first, this for what it lacks.
    :ivar background: a picture, or "gradient"; "" for the plain colour.
    :ivar side_text: beside the card in the layout "split"; so is ``side_image``.
    :ivar stylesheet: rules of the operator's own, which come last.
    :ivar colors: by theme ("light", "dark"), then by name, see ``palette.NAMES``.
    :ivar links: by name, see ``LINKS``; https.
    :ivar texts: by language, then by English sentence, see ``texts.text_checks``.
    :ivar hosts: host names that show this brand and no other.
    :ivar client_ids: Nylas applications whose apps get this brand.
    :ivar redirect_origins: origins of the apps that get this brand.
    :ivar sources: where each value comes from, by dotted key; usual values are not in it.
    """

    name: str = ""
    tagline: str = ""
    support_email: str = ""
    appearance: str = "auto"
    theme_hint: bool = False
    corners: str = "soft"
    font: str = "system"
    font_file: Font | None = None
    font_file_bold: Font | None = None
    layout: str = "card"
    side_text: str = ""
    side_image: Picture | None = None
    density: str = "comfortable"
    language: str = ""
    logo: Picture | None = None
    logo_dark: Picture | None = None
    favicon: Picture | None = None
    background: Picture | str = ""
    background_dark: Picture | None = None
    stylesheet: str = ""
    colors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    redirect_origins: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def layered(self, over: Mapping[str, Any], *, source: str) -> "BrandFile":
        """Return this with the values of ``over`` on top; tables are put together key by key."""
        values: dict[str, Any] = {
            name: merged(getattr(self, name), value) if isinstance(value, Mapping) else value
            for name, value in over.items()
        }
        sources = {**self.sources, **dict.fromkeys(dotted(over), source)}
        return replace(self, **values, sources=sources)

    def completed(self, below: Mapping[str, Any], *, source: str) -> "BrandFile":
        """Return this with the values of ``below`` for what nothing else has set.

        Colours belong together: where this names one, none is taken.
        """
        if any(key.startswith("colors.") for key in self.sources):
            below = {name: value for name, value in below.items() if name != "colors"}
        return self.layered(without(below, self.sources), source=source)

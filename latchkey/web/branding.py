"""The company's name, logo and colour, with the colour made readable on light and on dark."""

from dataclasses import dataclass
from pathlib import Path

from config import Settings

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text against what is behind it
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: buttons and focus rings against what is around them

# What stands behind things in static/css/tokens.css; a test holds the two together.
LIGHT_SURFACE = "#ffffff"
DARK_SURFACE = "#1b1f27"
# The hardest that a link stands on: the ground in light, a raised box in dark.
LIGHT_BEHIND_LINKS = "#f3f4f7"
DARK_BEHIND_LINKS = "#242934"
_WHITE = "#ffffff"
_BLACK = "#000000"  # a softer black leaves colours on which neither it nor white can be read
_STEPS = 100


@dataclass(frozen=True, kw_only=True)
class Shades:
    """One theme's colours.

    :ivar fill: the main button.
    :ivar on_fill: text on it.
    :ivar ink: links and focus rings.
    """

    fill: str
    on_fill: str
    ink: str


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What people see of the company."""

    name: str
    logo: Path | None
    light: Shades
    dark: Shades

    @classmethod
    def from_settings(cls, settings: Settings) -> "Brand":
        """Work out the shades of ``BRAND_COLOR``."""
        return cls(
            name=settings.brand_name,
            logo=settings.brand_logo,
            light=_shades(settings.brand_color, LIGHT_SURFACE, LIGHT_BEHIND_LINKS),
            dark=_shades(settings.brand_color, DARK_SURFACE, DARK_BEHIND_LINKS),
        )

    @property
    def stylesheet(self) -> str:
        """The custom properties that ``static/css/tokens.css`` leaves to the brand."""
        return (
            f":root{{{_properties(self.light)}}}\n"
            f"@media (prefers-color-scheme:dark){{:root{{{_properties(self.dark)}}}}}\n"
        )


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, definition)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _properties(shades: Shades) -> str:
    return f"--brand-fill:{shades.fill};--brand-on-fill:{shades.on_fill};--brand-ink:{shades.ink}"


def _shades(color: str, surface: str, behind_links: str) -> Shades:
    fill = _until(color, surface, SHAPE_CONTRAST)
    return Shades(
        fill=fill,
        on_fill=max(_WHITE, _BLACK, key=lambda text: contrast(text, fill)),
        ink=_until(color, behind_links, TEXT_CONTRAST),
    )


def _until(color: str, surface: str, wanted: float) -> str:
    """The nearest mix of ``color`` with black or white that stands out from ``surface``."""
    goal = max(_WHITE, _BLACK, key=lambda end: contrast(end, surface))
    for step in range(_STEPS + 1):
        mixed = _mix(color, goal, step / _STEPS)
        if contrast(mixed, surface) >= wanted:
            return mixed
    return goal


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[place : place + 2], 16) for place in (1, 3, 5))


def _mix(color: str, goal: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(goal), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in _channels(color)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

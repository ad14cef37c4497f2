"""Every colour of a page, made of the few that a brand names, with the contrast of WCAG 2.2 AA.

What a brand does not name is derived. Text has a contrast of 4.5 with everything it is written on
(1.4.3); buttons, borders of inputs and focus rings have 3 with what is around them (1.4.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from latchkey.web.branding.colors import BLACK, WHITE, clear, contrast, mix, readable, text_on

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
# Of black or white with a ground: leaves room for colours, and for the shades derived from it.
GROUND_CONTRAST = 6.0
# What a brand may name, for light and for dark.
NAMES = ("primary", "link", "background", "surface", "text")

# Of black or white with everything that the same text is on.
_SHARED = 4.6

_LIGHT = {
    "background": "#f3f4f7", "surface": "#ffffff", "text": "#14171f", "text_soft": "#515868",
    "line": "#7c8494", "bad": "#b3261e", "good": "#14703a",
}  # fmt: skip
_DARK = {
    "background": "#12151b", "surface": "#1b1f27", "text": "#f1f3f7", "text_soft": "#b0b8c6",
    "line": "#7f899b", "bad": "#ff9d94", "good": "#7fd8a2",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Palette:
    """One theme's colours: a field for each custom property of ``static/css/app.css``."""

    ground: str
    surface: str
    raised: str
    text: str
    text_soft: str
    line: str
    line_soft: str
    bad: str
    bad_ground: str
    good: str
    good_ground: str
    brand_fill: str
    brand_on_fill: str
    brand_ink: str

    @property
    def properties(self) -> str:
        """The custom properties, as they are written in a stylesheet."""
        return ";".join(
            f"--{field.name.replace('_', '-')}:{getattr(self, field.name)}"
            for field in fields(self)
        )


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A colour of the brand that could not be read as it was."""

    theme: str
    name: str
    wanted: str
    used: str


def usual_colors(named: Mapping[str, str], *, theme: str) -> dict[str, str]:
    """Return ``named`` with the usual colours of ``theme`` for what it does not name.

    A middle grey, on which hardly anything can be read, gives way to a clearer shade.
    """
    usual = (_DARK if theme == "dark" else _LIGHT) | dict(named)
    grounds = ("background", "surface")
    return usual | {name: clear(usual[name], ratio=GROUND_CONTRAST) for name in grounds}


def make_palettes(
    named: Mapping[str, str], *, theme: str, seen: tuple[str, ...], plain: bool
) -> tuple[Palette, Palette, tuple["Moved", ...]]:
    """Return the colours of the card, those of what is around it, and which were moved.

    They are the same unless no text can be read on both, as with a white card on dark blue.

    :param plain: there is no card, so everything is on the background.
    """
    palette, moved = make_palette(named, theme=theme, seen=seen)
    behind = (palette.surface, palette.raised, palette.bad_ground, palette.ground, *seen)
    if any(min(contrast(end, one) for one in behind) >= _SHARED for end in (BLACK, WHITE)):
        return palette, palette, moved
    around, moved_around = make_palette(
        {**named, "surface": palette.ground}, theme=theme, seen=seen
    )
    if plain:
        return around, around, tuple(one for one in moved_around if one.name != "surface")
    palette, moved = make_palette(named, theme=theme, apart=True)
    return palette, around, moved


def make_palette(
    named: Mapping[str, str], *, theme: str, seen: tuple[str, ...] = (), apart: bool = False
) -> tuple[Palette, tuple[Moved, ...]]:
    """Return the colours of ``theme``, "light" or "dark", and which of ``named`` were moved.

    :param named: colours by the names in ``NAMES``; ``primary`` has to be among them.
    :param seen: more colours that text is on; ``apart``: nothing is on the background.
    """
    usual = usual_colors(named, theme=theme)
    surface, ground = usual["surface"], usual["background"]
    raised, grounds = mix(surface, text_on(surface), 0.04), () if apart else (ground,)
    behind = (surface, raised, *grounds, *seen)
    bad_ground, good_ground = (mix(surface, usual[name], 0.1) for name in ("bad", "good"))
    palette = Palette(
        ground=ground,
        surface=surface,
        raised=raised,
        text=readable(usual["text"], *behind, bad_ground, ratio=TEXT_CONTRAST),
        text_soft=readable(usual["text_soft"], *behind, ratio=TEXT_CONTRAST),
        line=readable(usual["line"], surface, raised, *grounds, ratio=SHAPE_CONTRAST),
        line_soft=mix(surface, text_on(surface), 0.13),
        bad=readable(usual["bad"], *behind, bad_ground, ratio=TEXT_CONTRAST),
        bad_ground=bad_ground,
        good=readable(usual["good"], surface, good_ground, ratio=SHAPE_CONTRAST),
        good_ground=good_ground,
        brand_fill=(fill := readable(usual["primary"], surface, *grounds, ratio=SHAPE_CONTRAST)),
        brand_on_fill=text_on(fill),
        brand_ink=readable(usual.get("link", usual["primary"]), *behind, ratio=TEXT_CONTRAST),
    )
    return palette, _moved(named, palette, theme)


def _moved(named: Mapping[str, str], palette: Palette, theme: str) -> tuple[Moved, ...]:
    used = {
        "primary": palette.brand_fill, "link": palette.brand_ink, "text": palette.text,
        "background": palette.ground, "surface": palette.surface,
    }  # fmt: skip
    return tuple(
        Moved(theme=theme, name=name, wanted=named[name], used=used[name])
        for name in used
        if name in named and named[name] != used[name]
    )

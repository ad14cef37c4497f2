"""Whatever a brand says, everything on its pages can be read (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from latchkey.web.branding import Brand
from latchkey.web.branding.brand_values import BrandFile
from latchkey.web.branding.colors import contrast
from latchkey.web.branding.palette import NAMES
from latchkey.web.branding.pictures import Picture
from tests.latchkey.web.branding.test_brand import COLORS

PICTURE = Picture(b"\x89PNG\r\n\x1a\n", "image/png")
THEMES = st.dictionaries(st.sampled_from(NAMES), COLORS)
BRANDS = st.fixed_dictionaries(
    {
        "colors": st.fixed_dictionaries({"light": THEMES, "dark": THEMES}),
        "background": st.sampled_from(("", "gradient", PICTURE)),
        "layout": st.sampled_from(("card", "plain")),
        "appearance": st.sampled_from(("auto", "light", "dark")),
    }
)
# What a page writes, what it is written on, and the least contrast, all by custom properties.
IN_CARD = [
    *[
        (front, back, 4.5)
        for front in ("text", "text-soft", "bad", "brand-ink")
        for back in ("surface", "raised")
    ],
    ("text", "bad-ground", 4.5), ("bad", "bad-ground", 4.5),
    ("brand-on-fill", "brand-fill", 4.5),
    ("brand-fill", "surface", 3), ("line", "surface", 3), ("line", "raised", 3),
    ("good", "good-ground", 3), ("good", "surface", 3),
]  # fmt: skip
AROUND = [(front, "ground", 4.5) for front in ("text", "text-soft", "brand-ink")]
# Without a card, all of it is on the background.
ON_PAGE = [
    *[(front, "ground", 4.5) for front in ("text", "text-soft", "bad", "brand-ink")],
    ("line", "ground", 3),
    ("brand-fill", "ground", 3),
]

_PROPERTY = re.compile(r"--([a-z-]+):(#[0-9a-f]{6})")


def themes(brand: Brand) -> list[str]:
    """The rules of each theme that the pages can be in, as the stylesheet has them."""
    return brand.stylesheet.split("@media (prefers-color-scheme:dark)")


def unreadable(rules: str, *, plain: bool) -> list[str]:
    card: dict[str, str] = dict(_PROPERTY.findall(rules.partition(".brand,.foot")[0]))
    around = card | dict(_PROPERTY.findall(rules.partition(".brand,.foot")[2]))
    places = [(card, IN_CARD), (around, AROUND), *([(card, ON_PAGE)] if plain else [])]
    grounds = grounds_of(rules, card["ground"])
    return [
        f"{front} {colors[front]} on {one}"
        for colors, pairs in places
        for front, back, ratio in pairs
        for one in (grounds if back == "ground" and ratio > 3 else [colors[back]])
        if contrast(colors[front], one) < ratio
    ]


def grounds_of(rules: str, ground: str) -> list[str]:
    """The background, and what a gradient or a picture makes of it at its ends."""
    if scrim := re.search(r"linear-gradient\((#[0-9a-f]{6})([0-9a-f]{2}),", rules):
        share = int(scrim[2], 16) / 255
        return [ground, *(over(scrim[1], share, end) for end in (0, 255))]
    stops = re.search(r"\(135deg,(#[0-9a-f]{6}),#[0-9a-f]{6},(#[0-9a-f]{6})\)", rules)
    return [ground, *stops.groups()] if stops else [ground]


def over(color: str, share: float, end: int) -> str:
    """What is seen of ``color`` over black (0) or white (255)."""
    parts = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * share + end * (1 - share)):02x}" for part in parts)


@given(BRANDS)
@examples(max_examples=examples().max_examples // 2)
@example({"colors": {"light": {"background": "#0b1f4b"}, "dark": {}}})
@example({"colors": {"light": {"background": "#003400"}, "dark": {}}, "background": PICTURE})
@example({"colors": {"light": {"surface": "#777777", "background": "#777777"}, "dark": {}}})
@example({"colors": {"light": {}, "dark": {"surface": "#ffffff"}}, "layout": "plain"})
def test_everything_can_be_read_whatever_a_brand_says(said: Mapping[str, Any]) -> None:
    brand = Brand.from_file(BrandFile(**said))
    for rules in themes(brand):
        assert unreadable(rules, plain=brand.layout == "plain") == []


@pytest.mark.parametrize("name", ["background", "surface"])
def test_a_ground_that_was_moved_is_named(name: str) -> None:
    brand = Brand.from_file(BrandFile(colors={"light": {name: "#777777"}}))
    (moved,) = (one for one in brand.moved if one.name == name)
    assert (moved.theme, moved.wanted) == ("light", "#777777")
    assert max(contrast(moved.used, end) for end in ("#000000", "#ffffff")) >= 6


def test_a_white_card_on_a_dark_ground_stays_white() -> None:
    brand = Brand.from_file(BrandFile(colors={"light": {"background": "#0b1f4b"}}))
    assert (brand.light.ground, brand.light.surface) == ("#0b1f4b", "#ffffff")
    assert brand.stylesheet.count(".brand,.foot{") == 2
    assert ".brand,.foot{" not in Brand.from_file(BrandFile()).stylesheet

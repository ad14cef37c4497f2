import re
from pathlib import Path

import httpx
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from config import ROOT, ConfigError
from latchkey.web.branding import (
    DARK_BEHIND_LINKS,
    DARK_SURFACE,
    LIGHT_BEHIND_LINKS,
    LIGHT_SURFACE,
    Brand,
    contrast,
)
from tests.conftest import make_settings
from tests.pages import Visitor

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()


def brand(color: str) -> Brand:
    return Brand.from_settings(make_settings(BRAND_COLOR=color))


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#ffffff", 1.0),
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey that is just too light
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@given(COLORS)
@settings(deadline=None)
def test_every_colour_becomes_readable(color: str) -> None:
    made = brand(color)
    for shades, surface in ((made.light, LIGHT_SURFACE), (made.dark, DARK_SURFACE)):
        assert contrast(shades.on_fill, shades.fill) >= 4.5
        assert contrast(shades.fill, surface) >= 3
        assert contrast(shades.ink, surface) >= 4.5
    for shades, behind in ((made.light, LIGHT_BEHIND_LINKS), (made.dark, DARK_BEHIND_LINKS)):
        assert contrast(shades.ink, behind) >= 4.5


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#808080", "#ffff00", "#1b1f27", "#2f5bea"]
)
def test_the_extremes_become_readable_too(color: str) -> None:
    test_every_colour_becomes_readable.hypothesis.inner_test(color)  # type: ignore[attr-defined]


def test_a_colour_that_is_readable_is_left_alone() -> None:
    assert brand("#2f5bea").light.fill == "#2f5bea"
    assert brand("#2f5bea").light.ink == "#2f5bea"
    assert brand("#9db4ff").dark.ink == "#9db4ff"


def token(name: str, theme: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", theme)
    assert found
    return found[1]


def test_the_surfaces_are_those_of_the_pages() -> None:
    light, _, dark = TOKENS.partition("@media (prefers-color-scheme: dark)")
    assert token("surface", light) == LIGHT_SURFACE
    assert token("surface", dark) == DARK_SURFACE
    assert token("ground", light) == LIGHT_BEHIND_LINKS
    assert token("raised", dark) == DARK_BEHIND_LINKS


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "ratio"),
    [
        ("text", "surface", 4.5), ("text", "ground", 4.5), ("text", "raised", 4.5),
        ("text-soft", "surface", 4.5), ("text-soft", "ground", 4.5), ("text-soft", "raised", 4.5),
        ("bad", "surface", 4.5), ("bad", "bad-ground", 4.5), ("text", "bad-ground", 4.5),
        ("good", "good-ground", 3), ("line", "surface", 3),
    ],
)  # fmt: skip
def test_our_own_colours_are_readable(front: str, back: str, ratio: float, theme: int) -> None:
    text = TOKENS.split("@media (prefers-color-scheme: dark)")[theme]
    assert contrast(token(front, text), token(back, text)) >= ratio


@given(COLORS)
@settings(deadline=None)
def test_the_stylesheet_holds_colours_and_nothing_else(color: str) -> None:
    properties = ";".join(f"--brand-{name}:#[0-9a-f]{{6}}" for name in ("fill", "on-fill", "ink"))
    pattern = (
        rf":root{{{properties}}}\n@media \(prefers-color-scheme:dark\){{:root{{{properties}}}}}\n"
    )
    assert re.fullmatch(pattern, brand(color).stylesheet)


@pytest.mark.parametrize("color", ["red;}*{}", "#123456}", "url(//evil)", "#12345", "#123456\n}"])
def test_nothing_else_gets_into_it_by_the_settings(color: str) -> None:
    with pytest.raises(ConfigError):
        brand(color)


@pytest.mark.parametrize(
    "name", ["</title><script>alert(1)</script>", "\"'><b>&", "%(company)s {{ 7*7 }}"]
)
def test_the_name_is_a_text_and_nothing_else(name: str) -> None:
    visitor = Visitor.inside(create_app(make_settings(BRAND_NAME=name)))
    for page in (visitor.get("/"), visitor.sign_in("someone@example.com"), visitor.get("/none")):
        assert page.title.endswith(f" – {name}")
        assert name in page.text
        assert not list(page.tree.iter("b"))


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def with_logo(tmp_path: Path) -> Flask:
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG)
    return create_app(make_settings(BRAND_LOGO=str(logo), BRAND_NAME="Example"))


def test_a_logo_stands_on_every_page(with_logo: Flask) -> None:
    page = Visitor.inside(with_logo).get("/")
    (image,) = page.tree.iter("img")
    assert (image.get("src"), image.get("alt")) == ("/brand/logo", "Example")


def test_a_logo_cannot_run_scripts(with_logo: Flask) -> None:
    answer = httpx.Client(transport=httpx.WSGITransport(app=with_logo)).get(
        "http://localhost/brand/logo"
    )
    assert answer.text == SVG
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_without_a_logo_there_is_none(visitor: Visitor) -> None:
    assert visitor.get("/brand/logo").status == 404
    page = visitor.get("/")
    assert not list(page.tree.iter("img"))
    assert "Latchkey" in page.text

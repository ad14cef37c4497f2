import re
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from config import ConfigError
from latchkey.web.branding import Brand
from latchkey.web.branding.colors import contrast
from latchkey.web.branding.palette import Palette, make_palette
from tests.conftest import make_settings
from tests.pages import Visitor

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


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


def unreadable(palette: Palette) -> list[str]:
    """The pairs of a page that lack contrast."""
    grounds = ("surface", "ground", "raised")
    pairs = [
        *[(front, back, 4.5) for front in ("text", "text_soft", "bad", "brand_ink")
          for back in grounds],
        ("text", "bad_ground", 4.5), ("bad", "bad_ground", 4.5),
        ("brand_on_fill", "brand_fill", 4.5),
        ("brand_fill", "surface", 3), ("line", "surface", 3), ("line", "raised", 3),
        ("good", "good_ground", 3), ("good", "surface", 3),
    ]  # fmt: skip
    return [
        f"{front} on {back}"
        for front, back, ratio in pairs
        if contrast(getattr(palette, front), getattr(palette, back)) < ratio
    ]


@given(COLORS)
@settings(deadline=None)
def test_every_colour_becomes_readable(color: str) -> None:
    made = brand(color)
    assert unreadable(made.light) == unreadable(made.dark) == []


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#808080", "#ffff00", "#ffe600", "#1b1f27", "#2f5bea"]
)
def test_the_extremes_become_readable_too(color: str) -> None:
    test_every_colour_becomes_readable.hypothesis.inner_test(color)  # type: ignore[attr-defined]


@given(surface=COLORS, text=COLORS, link=COLORS, primary=COLORS)
@settings(deadline=None, max_examples=3 * settings().max_examples)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_surface_gets_colours_that_can_be_read_on_it(
    theme: str, surface: str, text: str, link: str, primary: str
) -> None:
    named = {"surface": surface, "background": surface, "text": text, "link": link}
    palette, _ = make_palette({"primary": primary, **named}, theme=theme)
    # A middle grey leaves black text alone on it, and on its neighbours hardly that.
    if max(contrast(end, palette.surface) for end in ("#000000", "#ffffff")) > 6:
        assert unreadable(palette) == []


def test_a_colour_that_is_readable_is_left_alone() -> None:
    assert brand("#2f5bea").light.brand_fill == "#2f5bea"
    assert brand("#2f5bea").light.brand_ink == "#2f5bea"
    assert brand("#9db4ff").dark.brand_ink == "#9db4ff"


def test_what_was_moved_is_told() -> None:
    moved = {(one.theme, one.name): one for one in brand("#ffe600").moved}
    assert moved["light", "primary"].wanted == "#ffe600"
    assert moved["light", "primary"].used == brand("#ffe600").light.brand_fill
    assert ("dark", "primary") not in moved


@pytest.mark.parametrize("field", [field.name for field in fields(Palette)])
def test_a_colour_is_set_once_for_each_theme(field: str) -> None:
    made = brand("#2f5bea")
    css = made.whole_stylesheet.content.decode()
    name = field.replace("_", "-")
    wanted = [getattr(made.light, field), getattr(made.dark, field)]
    assert re.findall(rf"--{name}:\s*(#[0-9a-f]+)", css) == wanted


def test_every_property_that_a_rule_uses_is_set() -> None:
    css = brand("#2f5bea").whole_stylesheet.content.decode()
    used = re.findall(r"var\((--[a-z-]+)\)", css)
    assert len(set(used)) > 15
    assert [name for name in used if f"{name}:" not in css] == []


@given(COLORS)
@settings(deadline=None)
def test_the_stylesheet_holds_colours_and_nothing_else(color: str) -> None:
    properties = ";".join(
        f"--{field.name.replace('_', '-')}:#[0-9a-f]{{6}}" for field in fields(Palette)
    )
    shape = r"--radius:0.625rem;--radius-card:1.25rem;--font:[A-Za-z0-9 ,\"-]+"
    pattern = (
        rf":root{{{shape};{properties}}}\n"
        rf"@media \(prefers-color-scheme:dark\){{:root{{{properties}}}}}\n"
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


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def with_logo(tmp_path: Path) -> Flask:
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG)
    return create_app(make_settings(BRAND_LOGO=str(logo), BRAND_NAME="Example"))


def test_a_logo_stands_on_every_page(with_logo: Flask) -> None:
    page = Visitor.inside(with_logo).get("/")
    (image,) = page.tree.iter("img")
    assert str(image.get("src")).startswith("/brand/logo?v=")
    assert image.get("alt") == "Example"


def test_a_logo_could_not_run_scripts(with_logo: Flask) -> None:
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

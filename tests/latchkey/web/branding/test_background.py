import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples

from app import create_app
from latchkey.web.branding.background import make_gradient, make_picture
from latchkey.web.branding.colors import BLACK, WHITE, contrast, mix
from latchkey.web.branding.palette import Palette, make_palette, usual_colors
from tests.conftest import make_settings
from tests.latchkey.web.branding.test_brand import COLORS
from tests.pages import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


def page(folder: Path, text: str) -> Visitor:
    (folder / "sea.png").write_bytes(PNG)
    (folder / "night.png").write_bytes(PNG + b"dark")
    (folder / "brand.toml").write_text(text)
    return Visitor.inside(create_app(make_settings(BRAND_FILE=str(folder / "brand.toml"))))


def css(visitor: Visitor) -> str:
    return visitor.client.get("/brand.css").text


def test_a_picture_is_loaded_from_this_site_and_has_a_scrim_over_it(tmp_path: Path) -> None:
    visitor = page(tmp_path, 'background = "sea.png"\nbackground_dark = "night.png"\n')
    scrims = re.findall(
        r"background-image:linear-gradient\((#[0-9a-f]{8}),\1\),url\(\"([^\"]+)\"\)", css(visitor)
    )
    assert [visitor.client.get(f"/{url}").content for _, url in scrims] == [PNG, PNG + b"dark"]
    kept = visitor.client.get(f"/{scrims[0][1]}").headers["cache-control"]
    assert kept.endswith("immutable")


def test_who_wants_contrast_or_prints_gets_no_picture(tmp_path: Path) -> None:
    visitor = page(tmp_path, 'background = "sea.png"\n')
    assert "@media (prefers-contrast:more),print{html{background-image:none}}" in css(visitor)
    assert "print{html" not in css(page(tmp_path, ""))


def test_a_picture_for_one_brand_is_none_of_another(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / "north.png").write_bytes(PNG)
    (tmp_path / "brands" / "north.toml").write_text(
        'hosts = ["north.localhost"]\nbackground = "north.png"\n'
    )
    visitor = page(tmp_path, 'background = "gradient"\n')
    assert "url(" not in css(visitor)
    north = visitor.client.get("http://north.localhost/brand.css").text
    found = re.search(r'url\("(brand/background\?b=north&v=[0-9a-f]{12})"\)', north)
    assert found
    assert visitor.client.get(f"http://north.localhost/{found[1]}").content == PNG


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('background = "grdient"', "line 1: background must be an image file"),
        ('background_dark = "gradient"', "line 1: background_dark must be an image file"),
    ],
)
def test_what_is_no_background_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        page(tmp_path, text)


def unreadable(palette: Palette, seen: tuple[str, ...]) -> list[str]:
    return [
        f"{name} on {one}"
        for name in ("text", "text_soft", "bad", "brand_ink")
        for one in seen
        if contrast(getattr(palette, name), one) < 4.5
    ]


@pytest.mark.slow
@given(ground=COLORS, primary=COLORS, link=COLORS, pixel=COLORS)
@examples(deadline=None)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_pixel_that_a_picture_can_have(
    theme: str, ground: str, primary: str, link: str, pixel: str
) -> None:
    named = {"primary": primary, "link": link, "background": ground, "surface": ground}
    usual = usual_colors(named, theme=theme)
    background, ground = make_picture(usual, "x.png"), usual["background"]
    if not background.image:
        assert not background.seen
        assert max(contrast(ground, end) for end in (BLACK, WHITE)) < 8
        return
    palette, _ = make_palette(named, theme=theme, seen=background.seen)
    share = int(background.image[23:25], 16) / 255
    assert 0.74 <= share <= 0.96
    assert unreadable(palette, (*background.seen, mix(ground, pixel, 1 - share))) == []


@given(primary=COLORS, link=COLORS)
@examples(deadline=None)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_gradient(theme: str, primary: str, link: str) -> None:
    named = {"primary": primary, "link": link}
    background = make_gradient(usual_colors(named, theme=theme))
    palette, _ = make_palette(named, theme=theme, seen=background.seen)
    assert unreadable(palette, background.seen) == []


@pytest.mark.parametrize("color", ["#ffe600", "#ffffff", "#000000", "#808080"])
def test_the_extremes_can_be_read_on_it_too(color: str) -> None:
    for theme in ("light", "dark"):
        test_text_can_be_read_on_every_gradient.hypothesis.inner_test(theme, color, color)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("ground", "tint"), [("#ffffff", 0.18), ("#8d8d8d", 0.06), ("#808080", None)]
)
def test_a_gradient_has_as_much_of_the_colour_as_leaves_text_readable(
    ground: str, tint: float | None
) -> None:
    made = make_gradient({"background": ground, "primary": "#000000"})
    stop = mix(ground, "#000000", tint) if tint else ""
    assert made.seen == ((stop, stop) if tint else ())
    assert bool(made.image) is (tint is not None)

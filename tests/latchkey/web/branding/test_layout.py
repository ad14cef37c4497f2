from pathlib import Path

import pytest

from app import create_app
from latchkey.web.branding.brand_file import BrandFileError, read_brand_file
from tests.conftest import make_settings
from tests.pages import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16


def brand_file(folder: Path, text: str) -> Path:
    (folder / "side.png").write_bytes(PNG)
    path = folder / "brand.toml"
    path.write_text(text)
    return path


def visitor_of(folder: Path, text: str) -> Visitor:
    path = brand_file(folder, text)
    return Visitor.inside(create_app(make_settings(BRAND_FILE=str(path))))


def test_a_picture_is_beside_the_card_on_wide_screens_only(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, 'layout = "split"\nside_image = "side.png"\nside_text = "A & B"')
    page = visitor.get("/")
    (body,) = page.tree.iter("body")
    assert body.get("class") == "split"
    assert "A & B" in page.text
    css = visitor.client.get("/brand.css").text
    rule = css.index(
        '@media screen and (min-width:60rem){.side{background-image:url("brand/side?v='
    )
    address = css[rule:].split('"')[1]
    assert visitor.client.get(f"/{address}").content == PNG


def test_text_on_the_picture_has_colours_that_are_made_for_each_other(tmp_path: Path) -> None:
    """It is beside the card, where the text's colour is that of what is around the card."""
    text = 'layout = "split"\nside_image = "side.png"\nside_text = "x"\n'
    css = visitor_of(tmp_path, text).client.get("/brand.css").text
    assert ".side p{padding:1.25rem;color:var(--text);background:var(--ground);" in css


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('\nlayout = "split"', "line 2: layout split needs side_image, side_text or both."),
        ('layout = "wide"', "layout must be one of card, plain, split."),
        ('density = "tight"', "density must be one of comfortable, compact."),
        ('side_image = "gone.png"', "side_image cannot be read"),
        (f'side_text = "{"x" * 201}"', "side_text must have 200 characters at most."),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BrandFileError) as error:
        read_brand_file(brand_file(tmp_path, text))
    assert words in str(error.value)


def test_only_brands_that_chose_something_load_its_rules(tmp_path: Path) -> None:
    usual = visitor_of(tmp_path, "")
    assert "side" not in usual.get("/").text
    css = usual.client.get("/brand.css").text
    assert ".side" not in css
    assert "--gap:0.875rem" not in css
    chosen = visitor_of(tmp_path, 'layout = "split"\nside_text = "x"\ndensity = "compact"')
    css = chosen.client.get("/brand.css").text
    assert ".side{display:none" in css
    assert "--gap:0.875rem" in css
    assert chosen.client.get("/brand/side").status_code == 404

import re
from pathlib import Path

import pytest

from app import create_app
from config import ROOT
from latchkey.web.branding import BrandFileError
from latchkey.web.branding.brand_file import read_brand_file
from latchkey.web.branding.own_stylesheet import CLASSES
from tests.conftest import make_settings
from tests.pages import Visitor

README = (ROOT / "README.md").read_text().partition("**Your own rules**")[2].partition("\n\n")[0]


def test_own_rules_come_last(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text(".card { border: 3px dotted var(--line); }\n")
    (tmp_path / "brand.toml").write_text('stylesheet = "own.css"\n')
    visitor = Visitor.inside(create_app(make_settings(BRAND_FILE=str(tmp_path / "brand.toml"))))
    css = visitor.client.get("/brand.css").text
    assert css.rstrip().endswith(".card { border: 3px dotted var(--line); }")


def test_every_class_to_rely_on_is_on_the_first_page_and_in_the_readme(visitor: Visitor) -> None:
    page = visitor.get("/")
    used = {name for node in page.tree.iter() for name in node.get("class", "").split()}
    assert set(CLASSES) <= used
    assert set(re.findall(r"`\.([a-z]+)`", README)) == set(CLASSES)


def test_every_property_that_the_readme_names_is_set() -> None:
    named = re.findall(r"`(--[a-z-]+)`", README)
    assert len(named) > 5
    css = Visitor.inside(create_app(make_settings())).client.get("/brand.css").text
    assert [name for name in named if f"{name}:" not in css] == []


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ('@import "x.css";', "must load nothing from elsewhere"),
        (".a { background: url( 'https://x.example/a.png') }", "must load nothing from elsewhere"),
        (".a { background: url(//x.example/a.png) }", "must load nothing from elsewhere"),
        (".a { background: URL(data:image/png;base64,x) }", "must load nothing from elsewhere"),
        ("a" * 70_000, "must be a file of 64 KB at most"),
    ],
)
def test_rules_that_could_not_work_are_named(tmp_path: Path, rules: str, sentence: str) -> None:
    (tmp_path / "own.css").write_text(rules)
    (tmp_path / "brand.toml").write_text('\nstylesheet = "own.css"\n')
    with pytest.raises(BrandFileError, match=r"brand\.toml, line 2: stylesheet ") as error:
        read_brand_file(tmp_path / "brand.toml")
    assert sentence in str(error.value)


@pytest.mark.parametrize("name", ["none.css", "brand.toml"])
def test_what_is_no_stylesheet_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "brand.toml").write_text(f'stylesheet = "{name}"\n')
    with pytest.raises(BrandFileError, match=r"line 1: stylesheet (must be|cannot be read)"):
        read_brand_file(tmp_path / "brand.toml")

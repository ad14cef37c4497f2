from pathlib import Path

import pytest

from latchkey.web.branding import BrandFileError, Brands
from latchkey.web.branding.toml_lines import line_of
from tests.conftest import make_settings


def brands(folder: Path, default: str = "", **others: str) -> Brands:
    (folder / "brands").mkdir()
    (folder / "brand.toml").write_text(default)
    for name, text in others.items():
        (folder / "brands" / f"{name}.toml").write_text(text)
    return Brands.from_settings(make_settings(BRAND_FILE=str(folder / "brand.toml")))


def said(folder: Path, **others: str) -> str:
    with pytest.raises(BrandFileError) as error:
        brands(folder, **others)
    return str(error.value)


def test_tables_are_inherited_key_by_key(tmp_path: Path) -> None:
    default = (
        'corners = "pill"\n[colors.light]\nprimary = "#0a5d83"\nbackground = "#eeeeee"\n'
        '[links]\nterms = "https://d.example/t"\nprivacy = "https://d.example/p"\n'
    )
    own = '[colors.light]\nprimary = "#7a1f5c"\n[links]\nprivacy = "https://n.example/p"\n'
    north = brands(tmp_path, default, north=own).named["north"]
    assert north.light.brand_fill == "#7a1f5c"
    assert north.light.ground == "#eeeeee"
    assert north.links == {"terms": "https://d.example/t", "privacy": "https://n.example/p"}
    assert "--radius:1.5rem" in north.stylesheet


def test_a_preset_lies_over_what_is_inherited_and_under_what_is_said(tmp_path: Path) -> None:
    own = 'preset = "warm"\ncorners = "square"\n[colors.light]\nprimary = "#7a1f5c"\n'
    north = brands(tmp_path, 'corners = "pill"\n', north=own).named["north"]
    assert "--radius:0;" in north.stylesheet
    assert north.light.ground == "#f8f3ec"


def test_the_settings_win_over_the_default_file_only(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brand.toml").write_text('name = "Default Co"\n')
    (tmp_path / "brands" / "north.toml").write_text('name = "Northwind"\n')
    path = str(tmp_path / "brand.toml")
    made = Brands.from_settings(make_settings(BRAND_FILE=path, BRAND_NAME="Setting Co"))
    assert [brand.name for brand in made] == ["Setting Co", "Northwind"]


def test_where_each_value_comes_from_is_known(tmp_path: Path) -> None:
    own = 'preset = "warm"\nname = "North"\n'
    north = brands(tmp_path, '[links]\nterms = "https://d.example/t"\n', north=own).named["north"]
    assert north.sources == {
        "links.terms": "brand.toml",
        "corners": "preset warm",
        "colors.light.background": "preset warm",
        "colors.light.surface": "preset warm",
        "name": "north.toml",
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\nhosts = ["https://x.example"]', "north.toml, line 2: hosts must be host names like"),
        ('hosts = ["x.example:8000"]', "north.toml, line 1: hosts must be host names like"),
        ("hosts = []", 'north.toml, line 1: hosts must be a list like ["one", "two"].'),
        ('hosts = "x.example"', "north.toml, line 1: hosts must be a list"),
        ('redirect_origins = ["https://x.example/path"]', "line 1: redirect_origins must be"),
        ('redirect_origins = ["http://x.example"]', "line 1: redirect_origins must be"),
        ("client_ids = [7]", "line 1: client_ids must be a line of text."),
        ('host = "x.example"', "north.toml, line 1: host is not known; allowed are name"),
        ('host = "x.example"', "did you mean “hosts”?"),
    ],
)
def test_a_mistake_in_one_of_several_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in said(tmp_path, north=text)


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ('hosts = ["x.example"]', 'hosts = ["y.example", "X.example"]'),
        (
            'redirect_origins = ["https://x.example:443"]',
            'redirect_origins = ["https://x.example"]',
        ),
        ('client_ids = ["A-1"]', 'client_ids = ["a-1"]'),
    ],
)
def test_no_two_brands_claim_the_same(tmp_path: Path, north: str, south: str) -> None:
    sentence = said(tmp_path, north=north, south=south)
    assert sentence.startswith("south.toml: ")
    assert sentence.endswith("which north.toml has, too.")


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    sentence = said(tmp_path, north="nme = 1", south='corners = "x"')
    assert "north.toml, line 1: nme" in sentence
    assert "south.toml, line 1: corners" in sentence


def test_the_default_is_for_everyone_so_it_chooses_nobody(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text('hosts = ["x.example"]\n')
    with pytest.raises(BrandFileError, match="hosts is not known"):
        Brands.from_settings(make_settings(BRAND_FILE=str(tmp_path / "brand.toml")))


def test_the_name_of_a_file_is_one_that_links_can_carry(tmp_path: Path) -> None:
    assert "the file's name must be letters" in said(tmp_path, **{"north wind": ""})


LINES = """
name = "North"
colors.dark.primary = "#ffffff"
[links]
"privacy" = "x"
[colors.light] # a comment
primary = "x"
[texts.en]
"It’s a “text” = really." = "x"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", 2), ("colors.dark.primary", 3), ("links", 4), ("links.privacy", 5),
        ("colors.light", 6), ("colors.light.primary", 7), ("texts.en.It’s a “text” = really", 9),
        ("links.terms", 4), ("nothing", 0),
    ],
)  # fmt: skip
def test_the_line_of_a_key_is_found(key: str, line: int) -> None:
    parts = tuple(key.split(".", 2))
    if parts[0] == "texts":
        parts = (*parts[:2], f"{parts[2]}.")
    assert line_of(LINES.splitlines(), parts) == line


def test_a_folder_that_cannot_be_listed_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text("")
    (tmp_path / "brands").symlink_to("brands")
    with pytest.raises(BrandFileError, match=r"/brands cannot be read \(OSError\)\."):
        Brands.from_settings(make_settings(BRAND_FILE=str(tmp_path / "brand.toml")))


def test_the_case_of_a_host_makes_no_difference(tmp_path: Path) -> None:
    made = brands(tmp_path, north='hosts = ["Login.north.example"]\n')
    assert (
        made.of_host("LOGIN.North.example:8443") == made.of_host("login.north.example") == "north"
    )

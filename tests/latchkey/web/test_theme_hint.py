from pathlib import Path

import pytest

from app import create_app
from latchkey.apps.link_claims import sign_link
from tests.conftest import LINK_KEY, make_settings
from tests.pages import Page, Visitor

BACK = "http://localhost:5000/callback"
ASKS = (
    "/v3/connect/auth?client_id=sandbox-application&response_type=code"
    f"&redirect_uri={BACK}&provider=imap&theme="
)


def visitor_of(folder: Path, text: str) -> Visitor:
    path = folder / "brand.toml"
    path.write_text(text)
    return Visitor.inside(create_app(make_settings(BRAND_FILE=str(path))))


def look(visitor: Visitor, page: Page) -> tuple[str, str, str]:
    """What the page says of its theme: attribute, ``color-scheme``, and its stylesheet's rule."""
    (html,) = page.tree.iter("html")
    (scheme,) = (one for one in page.tree.iter("meta") if one.get("name") == "color-scheme")
    (sheet,) = (one for one in page.tree.iter("link") if one.get("rel") == "stylesheet")
    answer = visitor.client.get(str(sheet.get("href")))
    assert answer.headers["cache-control"].endswith("immutable")
    asks_browser = "prefers-color-scheme" in answer.text
    forced = next((one for one in ("light", "dark") if f"color-scheme:{one}}}" in answer.text), "")
    assert asks_browser != bool(forced)
    return str(html.get("data-appearance")), str(scheme.get("content")), forced


AUTO = ("auto", "light dark", "")
LIGHT = ("light", "light", "light")
DARK = ("dark", "dark", "dark")


@pytest.mark.parametrize(
    ("brand", "theme", "shown"),
    [
        ("theme_hint = true", "dark", DARK),
        ("theme_hint = true", "light", LIGHT),
        ("theme_hint = true", "sepia", AUTO),
        ('theme_hint = true\nappearance = "dark"', "light", LIGHT),
        ('theme_hint = true\nappearance = "dark"', "", DARK),
        ("theme_hint = false", "dark", AUTO),
        ("", "dark", AUTO),
        ('appearance = "light"', "dark", LIGHT),
    ],
)
def test_an_app_chooses_the_theme_where_the_brand_allows_it(
    tmp_path: Path, brand: str, theme: str, shown: tuple[str, str, str]
) -> None:
    visitor = visitor_of(tmp_path, brand)
    page = visitor.get(ASKS + theme)
    assert look(visitor, page) == shown
    # So do the pages that follow.
    assert look(visitor, visitor.submit(page, email="someone@example.com")) == shown


def test_a_signed_link_wins_over_the_address(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, "theme_hint = true")
    link = sign_link("someone@example.com", LINK_KEY, seconds=60, theme="dark")
    assert look(visitor, visitor.get(f"{ASKS}light&link={link}")) == DARK


def test_one_sign_in_does_not_change_another(tmp_path: Path) -> None:
    visitor = visitor_of(tmp_path, "theme_hint = true")
    visitor.get(f"{ASKS}dark")
    assert look(visitor, visitor.get(f"{ASKS}light")) == LIGHT
    assert look(visitor, visitor.get("/")) == AUTO


def test_a_wrong_value_is_named(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="line 1: theme_hint must be true or false"):
        visitor_of(tmp_path, 'theme_hint = "yes"')

"""Which language a page is in, through the app."""

import pytest

from app import create_app
from latchkey.apps.link_claims import sign_link
from tests.conftest import LINK_KEY, make_settings
from tests.pages import Page, Visitor

APP = create_app(make_settings(RETURN_URIS="https://app.example.com/back"))


def visitor(accepts: str = "") -> Visitor:
    someone = Visitor.inside(APP)
    someone.client.headers["Accept-Language"] = accepts
    return someone


def language(page: Page) -> str:
    assert page.response.headers["content-language"] == page.tree.get("lang")
    return str(page.tree.get("lang"))


@pytest.mark.parametrize(
    ("accepts", "tag"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ar-EG,de;q=.3", "ar"),
        ("xx,zh-TW;q=0.5", "zh-Hant"),
        ("fr;q=0,de", "de"),
        ("fr;q=0.2,de;q=0.8", "de"),
        ("*", "en"),
        ("", "en"),
        ("xx-YY", "en"),
        (";;;,q=,de", "de"),
        ("de;q=abc", "en"),
        ("\x7f,=;", "en"),
    ],
)
def test_the_browser_is_asked(accepts: str, tag: str) -> None:
    assert language(visitor(accepts).get("/")) == tag


@pytest.mark.parametrize("name", ["ui_locales", "locale"])
def test_what_the_app_asks_for_wins_and_stays(name: str) -> None:
    someone = visitor("fr")
    page = someone.get(f"/?{name}=xx%20pl-PL%20de&login_hint=someone@example.com")
    assert language(page) == "pl"
    assert language(someone.get("/no-such-page")) == "pl"
    assert language(someone.enter("someone@example.com")) == "pl"


def test_what_the_app_asks_for_survives_the_way_to_the_first_page() -> None:
    someone = visitor("fr")
    page = someone.get("/?redirect_uri=https%3A%2F%2Fapp.example.com%2Fback&state=x&ui_locales=ja")
    assert language(page) == "ja"


def test_a_redirect_says_nothing_and_keeps_the_language_that_it_is_asked_for() -> None:
    someone = visitor("fr")
    client = someone.client
    quiet = client.get("/connected", follow_redirects=False)
    assert (quiet.status_code, quiet.headers.get("content-language")) == (302, None)
    assert client.get("/connected?ui_locales=de", follow_redirects=False).status_code == 302
    assert language(someone.get("/")) == "de"


def test_a_signed_link_may_name_the_language() -> None:
    someone = visitor("fr")
    link = sign_link("someone@example.com", LINK_KEY, seconds=60, locale="ko")
    assert language(someone.get(f"/?link={link}&ui_locales=de")) == "ko"


def test_a_language_that_is_not_offered_changes_nothing() -> None:
    someone = visitor("fr")
    for asked in ("xx", "", "%00", "..%2F..%2Fetc", "a" * 5000):
        assert language(someone.get(f"/?ui_locales={asked}")) == "fr"


def test_only_what_the_operator_offers_is_offered() -> None:
    app = create_app(make_settings(LANGUAGES="de, pt_br", DEFAULT_LANGUAGE="de"))
    someone = Visitor.inside(app)
    someone.client.headers["Accept-Language"] = "fr"
    page = someone.get("/")
    assert language(page) == "de"


def test_one_language_needs_no_list() -> None:
    page = Visitor.inside(create_app(make_settings(LANGUAGES="en"))).get("/")
    assert "/languages" not in page.html


@pytest.mark.parametrize(
    ("asked", "kept", "tag", "sentence"),
    [
        ("", "", "en", "This sign-in cannot go on"),
        ("de-AT,de;q=0.9", "", "de", "Diese Anmeldung kann nicht weitergehen"),
        ("de", "ar", "ar", "(client)"),
    ],
)
def test_the_sandboxs_own_pages_are_in_the_readers_language(
    asked: str, kept: str, tag: str, sentence: str
) -> None:
    client = create_app(make_settings(SANDBOX="true")).test_client()
    client.set_cookie("signin-lang", kept)
    page = client.get("/sandbox/oauth/google/authorize", headers={"Accept-Language": asked})
    assert page.status_code == 400
    assert f'<html lang="{tag}"' in page.text
    assert ('dir="rtl"' in page.text) == (tag == "ar")
    assert sentence in page.text

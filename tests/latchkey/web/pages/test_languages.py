import pytest

from app import create_app
from latchkey.infra.languages import ALL
from tests.conftest import make_settings
from tests.pages import Page, Visitor


def listed(page: Page) -> dict[str, str]:
    """Where each language leads, by tag."""
    links = [link for link in page.tree.iter("a") if "hreflang" in link.attrib]
    assert all(link.get("lang") == link.get("hreflang") for link in links)
    return {link.attrib["hreflang"]: link.attrib["href"] for link in links}


def test_each_page_leads_to_itself_in_every_language(visitor: Visitor) -> None:
    form = visitor.enter("someone@example.com")
    page = visitor.get(form.leading("/languages"))
    assert list(listed(page)) == [one.tag for one in ALL]
    again = visitor.get(listed(page)["he"])
    assert again.url.path == form.url.path
    assert again.url.params["s"] == form.url.params["s"]
    assert (again.tree.get("lang"), again.tree.get("dir")) == ("he", "rtl")
    assert again.fields()["email"] == "someone@example.com"
    assert visitor.get("/no-such-page").tree.get("lang") == "he"


def test_each_language_is_named_in_itself(visitor: Visitor) -> None:
    page = visitor.get("/languages")
    for one, link in zip(ALL, (a for a in page.tree.iter("a") if a.get("lang")), strict=True):
        assert link.text == one.name
        assert link.get("dir") == ("rtl" if one.rtl else "ltr")
        assert link.get("aria-current") == ("true" if one.tag == "en" else None)


@pytest.mark.parametrize(
    "to",
    [
        "//evil.test/",
        "https://evil.test/",
        "/\\\\evil.test",
        "javascript:alert(1)",
        "",
        "evil.test",
    ],
)
def test_the_list_leads_nowhere_else(visitor: Visitor, to: str) -> None:
    page = Page(visitor.client.get("/languages", params={"to": to}))
    assert set(listed(page).values()) == {f"/?ui_locales={one.tag}" for one in ALL}


@pytest.mark.parametrize("query", ["code=hunter2&state=x", "redirect_uri=https://hunter2.test/"])
def test_the_link_repeats_no_code_and_nothing_that_an_app_asks_for(
    visitor: Visitor, query: str
) -> None:
    page = visitor.get(f"/oauth/google/callback?{query}")
    assert "hunter2" not in page.leading("/languages")


def test_only_what_the_operator_offers_is_listed() -> None:
    visitor = Visitor.inside(
        create_app(make_settings(LANGUAGES="de, pt_br", DEFAULT_LANGUAGE="de"))
    )
    assert list(listed(visitor.get("/languages"))) == ["de", "pt-BR"]

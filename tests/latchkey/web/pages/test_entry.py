from collections.abc import Callable
from urllib.parse import quote

import pytest

from config import ROOT
from tests.pages import Page, Visitor

START = "Connect your mailbox"


def test_the_first_page_asks_for_the_address_only(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert (page.status, page.heading) == (200, START)
    assert set(page.fields()) == {"csrf_token", "email"}
    assert page.fields()["email"] == ""
    assert not page.error_at("email")


def test_the_address_box_suits_phones_and_password_managers(visitor: Visitor) -> None:
    (form,) = visitor.get("/").tree.iter("form")
    (box,) = [node for node in form.iter("input") if node.get("name") == "email"]
    wanted = {"type": "email", "autocomplete": "username", "inputmode": "email"}
    assert {name: box.get(name) for name in wanted} == wanted
    # Inputs inherit them (HTML standard: autocapitalization, autocorrection, spelling).
    of_form = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
    assert {name: form.get(name) for name in of_form} == of_form
    assert "maxlength" not in box.attrib


@pytest.mark.parametrize("hint", ["someone@example.com", "some+one@bücher.example", "a@gmail"])
def test_a_hint_fills_in_the_address(visitor: Visitor, hint: str) -> None:
    page = visitor.get(f"/?login_hint={quote(hint)}")
    assert (page.status, page.heading) == (200, START)
    assert page.fields()["email"] == hint


@pytest.mark.parametrize(
    "hint",
    ["SECURITY ALERT: call +1 555 0100", "\"><script>alert(1)", "'-->&amp;<b>", "{{ 7*7 }}",
     "%(x)s", "javascript:alert(1)"],
)  # fmt: skip
def test_a_hint_that_is_no_address_is_not_shown_as_ours(visitor: Visitor, hint: str) -> None:
    page = visitor.get(f"/?login_hint={quote(hint)}")
    assert (page.status, page.heading) == (200, START)
    assert page.fields()["email"] == ""
    assert len(list(page.tree.iter("script"))) == 1
    assert not list(page.tree.iter("b"))


def test_a_hint_is_trimmed_and_no_longer_than_an_address(visitor: Visitor) -> None:
    assert visitor.get("/?login_hint=%20%09a@example.com%0a").fields()["email"] == "a@example.com"
    assert visitor.get(f"/?login_hint={'a' * 5000}@example.com").fields()["email"] == ""


def test_a_hint_is_not_yet_a_sign_in(visitor: Visitor) -> None:
    visitor.get("/?login_hint=someone@example.com")
    assert not [name for name in visitor.cookies() if name.startswith("signin-")]


def test_the_way_back_keeps_the_address(visitor: Visitor) -> None:
    page = visitor.enter("someone@bücher.example")
    back = visitor.get(page.links["Change"])
    assert (back.heading, back.fields()["email"]) == (START, "someone@bücher.example")


def test_a_hint_wins_over_an_earlier_address(visitor: Visitor) -> None:
    page = visitor.enter("someone@example.com")
    query = page.url.query.decode()
    assert visitor.get(f"/?{query}&login_hint=b@example.com").fields()["email"] == "b@example.com"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Please type your e-mail address."),
        (
            "someone",
            "The @ and the part after it are missing. An address looks like name@example.com.",
        ),
        ("<b>@example.com", "Please check this address. It should look like name@example.com."),
        (
            "ü@example.com",
            "This address has letters before the @ that mail services can’t use here.",
        ),
    ],
)
def test_a_mistake_is_said_at_the_field_and_the_text_is_kept(
    visitor: Visitor, typed: str, sentence: str
) -> None:
    page = visitor.enter(typed)
    assert (page.status, page.heading) == (422, START)
    assert page.title.startswith("Error: ")
    assert page.error_at("email") == sentence
    assert page.fields()["email"] == typed
    # Above the form, too, as a link that leads to the box.
    assert page.links[sentence] == "#email"
    assert visitor.submit(page, email="someone@example.com").heading == "Sign in to example.com"


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("someone@proton.me", "Proton Mail"),
        ("someone@PROTONMAIL.com", "Proton Mail"),
        ("someone@tuta.com", "Tuta"),
        ("someone@hey.com", "HEY"),
    ],
)
def test_who_cannot_be_connected_is_told_so_before_any_password(
    visitor: Visitor, email: str, name: str
) -> None:
    page = visitor.enter(email)
    assert (page.status, page.heading) == (422, START)
    assert page.error_at("email") == (
        f"{name} has no way for other apps to sign in. Please use a different address."
    )
    assert page.fields()["email"] == email


@pytest.mark.parametrize(
    ("email", "heading"),
    [
        ("someone@example.com", "Sign in to example.com"),
        ("someone+tag@example.com", "Sign in to example.com"),
        ("  Someone@EXAMPLE.com ", "Sign in to example.com"),
        ("someone@icloud.com", "Sign in to Apple iCloud"),
        ("someone@exchange.example.com", "Sign in to exchange.example.com"),
        ("someone@gmail.com", "Continue with Google"),
        ("someone@outlook.com", "Continue with Microsoft"),
        ("someone@unknown.example", "Who runs your mailbox?"),
        ("someone@bücher.example", "Who runs your mailbox?"),
        # Detection in trouble is no reason to stop anybody.
        ("detect-limit@example.com", "Who runs your mailbox?"),
        ("detect-outage@example.com", "Who runs your mailbox?"),
    ],
)
def test_the_address_decides_what_comes_next(visitor: Visitor, email: str, heading: str) -> None:
    assert visitor.enter(email).heading == heading


def test_the_address_stands_in_no_address_bar(visitor: Visitor) -> None:
    page = visitor.enter("someone@example.com")
    assert "someone" not in str(page.url)
    assert "example" not in str(page.url)


def test_no_password_is_asked_for_or_taken_here(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert not [box for box in page.tree.iter("input") if box.get("type") == "password"]
    answer = visitor.submit(page, email="someone", password="hunter2")
    assert "hunter2" not in answer.html


def test_a_mail_service_that_closed_is_told_as_such(visitor: Visitor) -> None:
    page = visitor.enter("someone@voila.fr")
    assert page.status == 422
    assert page.error_at("email") == (
        "Voila has closed its mailboxes, so there is none to connect. Please type the address that "
        "you use now."
    )
    assert page.fields()["email"] == "someone@voila.fr"


def test_a_typing_slip_is_asked_about_before_anything_is_sent(visitor: Visitor) -> None:
    page = visitor.enter("someone@gmial.com")
    assert (page.status, page.heading) == (200, "Did you mean gmail.com?")
    assert "someone@gmial.com" in page.text
    assert visitor.submit(page, corrected="someone@gmail.com").heading == "Continue with Google"


def test_a_domain_that_looks_like_a_slip_can_be_kept_by_one_click(visitor: Visitor) -> None:
    page = visitor.submit(visitor.enter("someone@gmial.com"))
    assert page.heading != "Did you mean gmail.com?"
    assert "someone@gmial.com" in page.text


def test_a_domain_without_its_ending_is_asked_about_too(visitor: Visitor) -> None:
    assert visitor.enter("someone@gmail").heading == "Did you mean gmail.com?"


def test_the_answer_to_one_question_is_none_to_another(visitor: Visitor) -> None:
    page = visitor.enter("someone@gmial.com")
    page = visitor.submit(page, email="someone@hotmial.com")
    assert page.heading == "Did you mean hotmail.com?"


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("x1y2@privaterelay.appleid.com", "Apple Hide My Email"),
        ("ann@duck.com", "DuckDuckGo Email Protection"),
    ],
)
def test_an_address_that_only_forwards_asks_for_the_mailbox_behind(
    visitor: Visitor, email: str, name: str
) -> None:
    page = visitor.enter(email)
    assert page.status == 422
    assert page.error_at("email") == (
        f"{name} only forwards mail, so there is no mailbox to connect. Please type the address "
        "that your mail arrives at."
    )


def meta(page: Page) -> dict[str, str]:
    return {
        node.attrib[key]: str(node.get("content"))
        for node in page.tree.iter("meta")
        for key in ("name", "property")
        if key in node.attrib
    }


def test_a_chat_that_shows_the_link_says_whose_page_it_is(visit: Callable[..., Visitor]) -> None:
    said = meta(visit(BRAND_NAME="Northwind").get("/"))
    assert said["og:site_name"] == "Northwind"
    assert said["og:title"] == "Connect your mailbox"
    assert "Northwind" in said["description"]
    assert said["og:description"] == said["description"]


def test_a_chat_shows_the_card_of_latchkey_on_its_own_pages_only(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit(PUBLIC_URL="http://localhost/connect")
    address = meta(visitor.get("/connect/"))["og:image"]
    assert address.startswith("http://localhost/connect/static/icons/card.png?v=")
    card = visitor.client.get(address).content
    assert (int.from_bytes(card[16:20]), int.from_bytes(card[20:24])) == (1200, 630)
    assert len(card) <= 30 * 1024
    assert "og:image" not in meta(visit(BRAND_NAME="Northwind").get("/"))


@pytest.mark.parametrize(("logo", "shown"), [("touch.png", True), ("google.svg", False)])
def test_a_chat_shows_the_logo_of_a_company_when_it_can(
    visit: Callable[..., Visitor], logo: str, *, shown: bool
) -> None:
    path = ROOT / "static" / "icons" / logo
    visitor = visit(BRAND_NAME="Northwind", BRAND_LOGO=str(path), PUBLIC_URL="http://localhost")
    address = meta(visitor.get("/")).get("og:image", "")
    assert address.startswith("http://localhost/brand/logo?v=") == shown
    if shown:
        assert visitor.client.get(address).content == path.read_bytes()


def test_only_the_pages_of_no_company_have_the_mark_of_latchkey(
    visit: Callable[..., Visitor],
) -> None:
    mark = '<svg class="icon brand-mark"'
    assert mark in visit().get("/").html
    assert mark not in visit(BRAND_NAME="Northwind").get("/").html

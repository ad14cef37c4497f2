from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from latchkey.providers import PROVIDERS
from tests.conftest import KEY
from tests.pages import Page, Visitor

UNKNOWN = "someone@unknown.example"
CLIENTS = {
    f"{provider}_CLIENT_{half}": "ours"
    for provider in ("GOOGLE", "MICROSOFT", "YAHOO", "ZOOM")
    for half in ("ID", "SECRET")
}


def nylas_with(connectors: Sequence[str]) -> httpx.MockTransport:
    """A Nylas that knows no domain and has these connectors."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/connectors":
            data: object = [{"name": key, "provider": key} for key in connectors]
        else:
            data = {"email_address": UNKNOWN, "detected": False}
        return httpx.Response(200, json={"request_id": "id", "data": data})

    return httpx.MockTransport(answer)


def choices(page: Page) -> dict[str, str]:
    """The providers of the page, each with where its link leads, without the sign-in's id."""
    return {
        " ".join("".join(link.itertext()).split()): link.attrib["href"].partition("?")[0]
        for link in page.tree.iter("a")
        if "choice" in link.get("class", "").split()
    }


def names(page: Page) -> list[str]:
    # The letter of a drawn letter stands before the name.
    return [text.split(maxsplit=1)[-1] if text[1:2] == " " else text for text in choices(page)]


def chooser(visit: Callable[..., Visitor], connectors: Sequence[str]) -> Page:
    visitor = visit(transport=nylas_with(connectors), NYLAS_API_KEY=KEY, **CLIENTS)
    return visitor.enter(UNKNOWN)


def test_all_providers_stand_in_our_order_after_the_one_for_everybody_else(
    visit: Callable[..., Visitor],
) -> None:
    page = chooser(visit, list(reversed(PROVIDERS)))
    assert (page.status, page.heading) == (200, "Who runs your mailbox?")
    assert names(page) == [
        "Another mail provider",
        "Google", "Microsoft", "Yahoo", "iCloud", "Microsoft Exchange", "Zoom",
    ]  # fmt: skip
    assert UNKNOWN in page.text
    assert "if you’re not sure, take the first one" in page.text


HINT = "A company, a school, or any other"


def described(page: Page) -> dict[str, list[str]]:
    """The links that a screen reader says more about, and what."""
    return {
        link.attrib["href"].partition("?")[0]: [
            page.by_id(name) for name in link.attrib["aria-describedby"].split()
        ]
        for link in page.tree.iter("a")
        if "aria-describedby" in link.attrib
    }


def test_the_first_one_is_marked_for_eyes_and_ears(visit: Callable[..., Visitor]) -> None:
    page = chooser(visit, list(PROVIDERS))
    assert described(page) == {"/connect/imap": ["Most likely", HINT]}
    assert "We couldn’t tell from the address alone." in page.text
    marked = [link for link in page.tree.iter("a") if "likeliest" in link.get("class", "")]
    assert [link.attrib["href"].partition("?")[0] for link in marked] == ["/connect/imap"]


def test_who_comes_back_from_what_was_detected_finds_it_first(visitor: Visitor) -> None:
    page = visitor.enter("someone@exchange.example.com")
    page = visitor.get(page.links["Choose another way"])
    assert list(choices(page).values())[:2] == ["/connect/ews", "/oauth/google"]
    assert described(page) == {"/connect/ews": ["Most likely"], "/connect/imap": [HINT]}
    assert "couldn’t tell" not in page.text


def test_without_imap_nothing_is_likelier_than_the_rest(visit: Callable[..., Visitor]) -> None:
    page = chooser(visit, ["google", "icloud"])
    assert list(choices(page).values()) == ["/oauth/google", "/connect/icloud"]
    assert not described(page)
    assert "not sure" not in page.text


@pytest.mark.parametrize(
    ("connectors", "expected"),
    [
        (["imap"], ["/connect/imap"]),
        (["google", "icloud", "imap"], ["/connect/imap", "/oauth/google", "/connect/icloud"]),
        (["ews", "virtual-calendar", "nylas", "new-one"], ["/connect/ews"]),
        (["zoom", "yahoo", "microsoft"], ["/oauth/microsoft", "/oauth/yahoo", "/oauth/zoom"]),
    ],
)
def test_only_what_there_is_a_connector_for_is_offered(
    visit: Callable[..., Visitor], connectors: list[str], expected: list[str]
) -> None:
    assert list(choices(chooser(visit, connectors)).values()) == expected


def test_without_any_connector_nobody_is_led_astray(visit: Callable[..., Visitor]) -> None:
    page = chooser(visit, [])
    assert not choices(page)
    assert "There is no way to connect a mailbox here yet." in page.text
    assert "tell Latchkey" in page.text
    assert page.links["Use a different address"] == "/"


def test_while_nylas_tells_no_connectors_what_takes_a_password_is_offered(
    visit: Callable[..., Visitor],
) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    page = visit(transport=httpx.MockTransport(down), NYLAS_API_KEY=KEY).enter(UNKNOWN)
    assert list(choices(page).values()) == ["/connect/imap", "/connect/icloud", "/connect/ews"]


@pytest.mark.parametrize("key", PROVIDERS)
def test_every_choice_leads_to_a_page_and_back(visitor: Visitor, key: str) -> None:
    page = visitor.enter(UNKNOWN)
    (link,) = [url for url in page.links.values() if f"/{key}?" in url]
    chosen = visitor.get(link)
    assert chosen.status == 200
    assert UNKNOWN in chosen.text
    assert visitor.get(chosen.links["Choose another way"]).heading == page.heading


def test_the_way_back_leads_to_the_first_page(visitor: Visitor) -> None:
    page = visitor.enter(UNKNOWN)
    assert visitor.get(page.links["Use a different address"]).heading == "Connect your mailbox"
    kept = visitor.get(page.links["Change"])
    assert kept.fields()["email"] == UNKNOWN


def test_without_an_address_there_is_nothing_to_choose(visitor: Visitor) -> None:
    page = visitor.get("/providers")
    assert page.heading == "Connect your mailbox"


def test_a_key_that_nylas_refuses_is_said_before_anybody_types_a_password(
    visit: Callable[..., Visitor],
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        error: dict[str, Any] = {"type": "token.unauthorized_access", "message": "bad key"}
        return httpx.Response(401, json={"request_id": "the-id", "error": error})

    page = visit(transport=httpx.MockTransport(refuse), NYLAS_API_KEY=KEY).enter(UNKNOWN)
    assert (page.status, page.heading) == (503, "This page isn’t set up correctly")
    assert page.support_code == "the-id"

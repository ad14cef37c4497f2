"""Signed links: for one address, for a while, for one account."""

from collections.abc import Callable
from typing import Any

import pytest

from app import create_app
from latchkey.problems.apps import LINK_BROKEN, LINK_OLD, LINK_USED
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.web.flow import IDLE_SECONDS
from tests.browser.nylas import Nylas
from tests.calling import CallingApp
from tests.conftest import LINK_KEY, Clock, make_settings
from tests.journeys.conftest import Line
from tests.journeys.test_oauth import decide, start
from tests.latchkey.apps.test_links import payload, signed
from tests.latchkey.web.flow.test_flow import again
from tests.pages import Page, Visitor

PAGE = create_app(make_settings())
APP = CallingApp(PAGE)
EMAIL = "someone@example.com"
FIRST = "Connect your mailbox"
DONE = "Your mailbox is connected"
USED = LINK_USED.title


def link_for(email: str = EMAIL, *, seconds: int = 3600, **more: Any) -> str:
    links = PAGE.extensions["services"].links
    return str(links.make(email, seconds=seconds, **more))


def opened(link: str, page: Any = PAGE) -> tuple[Visitor, Page]:
    visitor = Visitor.inside(page)
    return visitor, visitor.get(f"/?link={link}")


def mistaken(page: Page) -> bool:
    return ACCOUNT_MISMATCH.title in page.text


def test_a_link_shows_whose_mailbox_it_is_about_and_asks_for_the_password_only() -> None:
    link = link_for("someone@bücher.example")
    visitor, page = opened(link)
    assert page.heading == FIRST
    assert "someone@bücher.example" in page.text
    assert set(page.fields()) == {"csrf_token"}
    page = visitor.get(visitor.submit(page).leading("/connect/imap"))
    assert "someone@bücher.example" in page.text
    page = visitor.submit(page, password="secret")
    assert page.heading == DONE
    assert "someone@bücher.example" in page.text
    assert not [text for text in page.links if "another mailbox" in text]
    assert opened(link)[1].heading == USED


def test_no_page_of_a_link_offers_another_address() -> None:
    visitor, first = opened(link_for("someone@unknown.example"))
    chooser = visitor.submit(first)
    form = visitor.get(chooser.leading("/connect/imap"))
    provider = visitor.get(chooser.leading("/oauth/google"))
    failed = visitor.submit(form, password="wrong")
    for page in (first, chooser, form, provider, failed):
        assert "someone@unknown.example" in page.text
        assert not {"Change", "Use a different address"} & page.links.keys()


def test_no_field_changes_the_address(line: Line, nylas: Nylas) -> None:
    visitor = Visitor.inside(line.app())
    page = visitor.get(f"/?link={link_for()}")
    other = {"email": "other@example.org", "shown": "other@example.org", "login_hint": "o@o.org"}
    page = visitor.submit(page, **other)
    page = visitor.get(f"{again(page)}&email=other@example.org&login_hint=other@example.org")
    assert EMAIL in page.text
    page = visitor.submit(page, password="secret", **other)
    assert page.heading == DONE
    assert nylas.settings["imap_username"] == EMAIL


def test_another_hint_changes_nothing_either() -> None:
    visitor, page = opened(link_for())
    page = visitor.get(f"{again(page)}&login_hint=other@example.org")
    assert EMAIL in page.text
    assert "other@example.org" not in page.html
    visitor, page = APP.send(link=link_for(), login_hint="other@example.org")
    assert EMAIL in page.text
    assert "other@example.org" not in page.html


def test_a_login_name_of_somebody_else_is_not_what_the_link_is_for() -> None:
    link = link_for()
    visitor, page = opened(link)
    page = visitor.submit(page)
    assert "username" not in page.fields()
    for name in ("other@example.com", "mallory", "some.one@example.com"):
        typed = {"username": name, "imap_host": "mail.example.com"}
        page = visitor.submit(page, password="secret", **typed)
        assert page.status == 422
        assert page.error_at("username").startswith(f"Your link is for {EMAIL}.")
    assert visitor.get("/connected").heading == FIRST
    assert visitor.submit(page, password="secret", username="").heading == DONE


def test_a_mailbox_that_turns_out_to_be_another_is_not_what_the_link_is_for() -> None:
    link = link_for("other-address@example.com")
    visitor, page = APP.send(link=link)
    page = visitor.submit(visitor.submit(page), password="secret")
    assert mistaken(page)
    assert APP.get_back(visitor, page)["error"] == "access_denied"
    assert opened(link)[1].heading == FIRST, "it can be tried again"


def test_a_mailbox_whose_address_stays_unknown_is_not_what_the_link_is_for() -> None:
    visitor, page = APP.send(link=link_for("no-email@example.com"))
    page = visitor.submit(visitor.submit(page), password="secret")
    assert (page.status, page.heading) == (422, ADDRESS_UNKNOWN.title)
    assert ADDRESS_UNKNOWN.kind in APP.get_back(visitor, page)["error_description"]


def test_a_mailbox_whose_address_only_the_grant_names_is_what_the_link_is_for() -> None:
    visitor, page = APP.send(link=link_for("short-answer@example.com"))
    page = visitor.submit(visitor.submit(page), password="secret")
    assert APP.receive(visitor, page)["email"] == "short-answer@example.com"


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo", "zoom"])
def test_a_sign_in_page_has_to_return_the_account_of_the_link(key: str) -> None:
    link = link_for("me@gmail.com", provider=key)
    visitor, page = APP.send(link=link)
    assert page.heading.startswith("Continue with ")
    page = visitor.get(decide(visitor, start(visitor, page), account="other@gmail.com"))
    assert page.heading == "That was another account"
    assert "ask for a link that is made for other@gmail.com" in page.text
    assert page.tree.find(".//form") is None, "nobody can take the other one"
    token = visitor.get("/").fields()["csrf_token"]
    forced = visitor.client.post(again(page), data={"csrf_token": token})
    assert forced.status_code == 303
    assert "me@gmail.com" in visitor.get(again(page)).text
    page = visitor.get(decide(visitor, start(visitor, page), account="ME@gmail.com"))
    assert APP.receive(visitor, page)["email"].lower() == "me@gmail.com"
    assert opened(link)[1].heading == USED


def test_an_account_that_google_does_not_name_is_not_the_account_of_the_link() -> None:
    visitor, page = opened(link_for("me@gmail.com", provider="google"))
    back = decide(visitor, start(visitor, page), account="me@gmail.com", ending="no-address")
    assert visitor.get(back).heading == SIGN_IN_AGAIN.title


def test_an_account_that_zoom_does_not_name_has_the_address_of_its_grant() -> None:
    for account, heading in (("other@gmail.com", ACCOUNT_MISMATCH.title), ("me@gmail.com", DONE)):
        visitor, page = opened(link_for("me@gmail.com", provider="zoom"))
        back = decide(visitor, start(visitor, page), account=account, ending="no-address")
        assert visitor.get(back).heading == heading


def test_a_link_for_a_provider_is_for_no_other() -> None:
    visitor, page = opened(link_for(provider="icloud"))
    assert page.heading == "Sign in to Apple iCloud"
    query = page.url.query.decode()
    for path in ("/connect/imap", "/connect/ews", "/oauth/google"):
        assert visitor.get(f"{path}?{query}").status in (200, 404)
        assert visitor.get(f"{path}?{query}").tree.find(".//form") is None
    links = visitor.get(f"/providers?{query}").links.values()
    assert [href.partition("?")[0] for href in links if "/connect/" in href] == ["/connect/icloud"]


def test_a_link_that_was_passed_on_connects_one_account() -> None:
    link = link_for()
    one, two = opened(link), opened(link)
    pages = [visitor.submit(page) for visitor, page in (one, two)]
    assert one[0].submit(pages[0], password="secret").heading == DONE
    late = two[0].submit(pages[1], password="secret")
    assert (late.status, late.heading) == (410, USED)
    assert two[0].get("/connected").heading == FIRST


def test_a_used_link_leads_this_browser_to_the_mailbox_that_it_connected() -> None:
    link = link_for()
    visitor, page = opened(link)
    assert visitor.submit(visitor.submit(page), password="secret").heading == DONE
    page = visitor.get(f"/?link={link_for('second@example.org')}")
    assert visitor.submit(visitor.submit(page), password="secret").heading == DONE
    page = visitor.get(f"/?link={link}")
    assert page.heading == DONE
    assert EMAIL in page.text
    assert "second@example.org" not in page.text


def test_a_link_is_good_until_it_worked() -> None:
    link = link_for()
    for _ in range(2):
        visitor, page = opened(link)
        assert visitor.submit(visitor.submit(page), password="wrong").status == 422
    visitor, page = opened(link)
    page = visitor.submit(visitor.submit(page), password="secret")
    assert page.heading == DONE
    assert visitor.get(again(page)).heading == DONE, "the confirmation can be reloaded"


@pytest.mark.parametrize(
    "comes_back",
    [
        lambda visitor, form: visitor.get(again(form)),
        lambda visitor, form: visitor.submit(form, password="secret"),
    ],
    ids=["by the address", "by the form"],
)
def test_whoever_opened_a_link_in_time_may_finish_but_not_begin_again(
    wait: Clock, comes_back: Callable[[Visitor, Page], Page]
) -> None:
    link = link_for(seconds=60)
    visitor, page = APP.send(link=link)
    wait(59)
    form = visitor.submit(page)
    wait(30)
    assert opened(link)[1].heading == LINK_OLD.title
    assert visitor.get(again(form)).status == 200
    assert visitor.submit(form, password="wrong").status == 422
    wait(IDLE_SECONDS + 1)
    over = comes_back(visitor, form)
    assert (over.status, over.heading) == (410, LINK_OLD.title)
    assert "error" in APP.get_back(visitor, over)


@pytest.mark.parametrize(
    ("link", "status", "heading"),
    [
        ("", 400, LINK_BROKEN.title),
        ("nonsense", 400, LINK_BROKEN.title),
        (link_for() + "x", 400, LINK_BROKEN.title),
        (link_for("not an address"), 400, LINK_BROKEN.title),
        (link_for("'someone@example.com"), 400, LINK_BROKEN.title),
        (link_for("`someone@example.com"), 400, LINK_BROKEN.title),
        (link_for("ü@example.com"), 400, LINK_BROKEN.title),
        (signed(payload(), LINK_KEY[::-1]), 400, LINK_BROKEN.title),
        (signed(payload(email=["a"])), 400, LINK_BROKEN.title),
        (link_for(seconds=-1), 410, LINK_OLD.title),
    ],
    ids=range(10),
)
def test_a_link_that_is_no_good_says_why_and_leads_back(
    link: str, status: int, heading: str
) -> None:
    visitor, page = opened(link)
    assert (page.status, page.heading) == (status, heading)
    assert not [name for name in visitor.cookies() if name.startswith("signin-")]
    _, page = APP.send(link=link, state="s")
    assert (page.status, page.heading) == (status, heading)
    assert "error=access_denied" in page.leading(APP.redirect_uri)
    assert "state=s" in page.leading(APP.redirect_uri)

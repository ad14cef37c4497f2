"""Limits on passwords for those who prove that the mailbox is theirs, and who does not."""

from functools import partial

import pytest
from flask import Flask

from latchkey.connect import Failed
from latchkey.problems.limits import MAILBOX_LIMIT
from latchkey.web.limits import remember
from tests.conftest import stopped_clock
from tests.latchkey.web.limits.bare import ONCE, Browser, bare_app, sign_in
from tests.latchkey.web.limits.many_clients import Town
from tests.latchkey.web.limits.test_tries_parts import OTHER, WRONG, held_up, send

OWN_HOST = {"imap_host": "mail.example.com"}
OWNER_RULES = {"owner": ONCE, "all": ONCE, "client": ONCE, "mailbox": ONCE}


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def remembered(app: Flask, *emails: str) -> Browser:
    browser = Browser(app)
    for email in emails:
        browser.request(partial(remember, email))
    return browser


def test_the_owner_by_a_signed_link_is_counted_for_each_link_and_nowhere_else() -> None:
    app = bare_app(OWNER_RULES)
    browser = Browser(app)
    for link in ("link-1", "link-2"):
        assert send(browser, tried=sign_in(link=link)) is None
        again = send(browser, tried=sign_in(link=link))
        assert again == Failed(problem=MAILBOX_LIMIT, wait=60, detail="owner")
    assert send(browser) is None, "nothing was counted for strangers"


def test_the_owner_by_a_browser_is_counted_for_each_mailbox_and_nowhere_else() -> None:
    app = bare_app(OWNER_RULES)
    browser = remembered(app, "someone@example.com", OTHER)
    for email in ("Someone@example.com", OTHER):
        assert send(browser, tried=sign_in(email)) is None
        assert held_up(send(browser, tried=sign_in(email))) == "owner"
    assert send(Browser(app)) is None, "nothing was counted for strangers"


def test_a_link_for_another_mailbox_or_another_login_proves_nothing() -> None:
    for tried, login in ((sign_in(link="l", about=OTHER), ""), (sign_in(link="l"), "other")):
        browser = Browser(bare_app({"owner": ONCE, "client": ONCE}))
        assert send(browser, tried=tried, imap_username=login) is None
        assert held_up(send(browser, tried=tried, imap_username=login)) == "client"


def test_a_browser_proves_itself_where_a_link_does_not() -> None:
    browser = remembered(bare_app({"owner": ONCE, "client": ONCE}), "someone@example.com")
    tried = sign_in(link="l", about=OTHER)
    send(browser, tried=tried)
    assert held_up(send(browser, tried=tried)) == "owner"


@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("owner@example.com", {"username": "mallory", "imap_host": "mail.example.com"}),
        ("owner+x@example.com", {}),
        ("owner@example.com", {"imap_host": "mail.evil.example"}),
    ],
    ids=["own login name", "own mailbox with a tag", "own server"],
)
def test_who_connects_a_mailbox_of_their_own_does_not_own_another(
    address: str, typed: dict[str, str]
) -> None:
    town = Town(ALLOW_ANY_MAIL_HOST="true", LIMITS="mailbox=3/5m")
    mallory = town.client()
    connected = mallory.sign_in(address, **typed)
    assert connected.heading == "Your mailbox is connected"
    town.nylas.refuses = True
    guesses = [mallory.sign_in("owner@example.com").status for _ in range(3)]
    assert guesses == [422, 422, 429], "the first try was one of three"
    assert "signin-device" in mallory.cookies(), "the browser has a good past"


@pytest.mark.parametrize("typed", [{}, {"username": "Owner@example.com"}, OWN_HOST])
def test_the_owner_is_remembered_by_the_browser(typed: dict[str, str]) -> None:
    town = Town(LIMITS="mailbox=3/5m")
    owner = town.client()
    owner.sign_in("owner@example.com", **typed)
    for number in range(9):
        town.guess(f"203.0.113.{number + 2}", "owner@example.com")
    assert owner.sign_in("owner@example.com").heading == "Your mailbox is connected"


def test_passwords_of_an_owner_that_were_refused_count_for_the_client() -> None:
    app = bare_app({"client_refused": ONCE})
    send(Browser(app), WRONG, sign_in(link="l"))
    assert held_up(send(Browser(app))) == "client_refused"

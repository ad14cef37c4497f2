"""The cookie of a browser that connected mailboxes before."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from latchkey.infra.sealing import Sealer
from latchkey.web.limits import remember, remember_browser
from latchkey.web.limits.device import device_id, known_device
from tests.conftest import SECRET, Clock
from tests.latchkey.web.limits.bare import Browser, bare_app, limiter_of

NAME = "signin-device"
DAY = 24 * 60 * 60
OWN = "someone@example.com"


@pytest.fixture
def browser() -> Browser:
    return Browser(bare_app())


def connect(browser: Browser, *emails: str) -> None:
    for email in emails:
        browser.request(partial(remember, email))


def known(browser: Browser, *mailboxes: str) -> str:
    return browser.request(partial(known_device, mailboxes))


def other_browser(app: Flask, cookie: str) -> Browser:
    return Browser(app, cookies={NAME: cookie})


def test_a_browser_that_connected_nothing_is_unknown(browser: Browser) -> None:
    assert known(browser, OWN) == ""
    assert browser.request(device_id) == ""
    assert not browser.answer.headers.getlist("Set-Cookie")


def test_a_browser_is_known_for_the_mailboxes_that_it_connected(browser: Browser) -> None:
    connect(browser, "Someone@Example.com", "other@example.com")
    name = browser.request(device_id)
    assert len(name) == 16
    for mailboxes in ([OWN], ["other@example.com"], [OWN, "other@example.com"]):
        assert known(browser, *mailboxes) == name
    for mailboxes in (["third@example.com"], [OWN, "third@example.com"]):
        assert known(browser, *mailboxes) == ""


def test_what_follows_a_plus_sign_may_be_another_mailbox(browser: Browser) -> None:
    connect(browser, "someone+tag@example.com", "some.one+tag@gmail.com")
    assert not known(browser, OWN)
    assert known(browser, "Someone+tag@example.com")
    assert known(browser, "someone@googlemail.com"), "at Gmail it never is"


def test_a_browser_without_a_mailbox_has_a_good_past_and_keeps_its_id(browser: Browser) -> None:
    browser.request(remember_browser)
    name = browser.request(device_id)
    assert name
    assert known(browser, OWN) == ""
    connect(browser, OWN)
    browser.request(remember_browser)
    assert browser.request(device_id) == known(browser, OWN) == name


def test_two_browsers_have_two_ids(browser: Browser) -> None:
    other = Browser(browser.app)
    connect(browser, OWN)
    connect(other, OWN)
    assert browser.request(device_id) != other.request(device_id)


def test_the_last_eight_mailboxes_are_kept(browser: Browser) -> None:
    emails = [f"someone-{number}@example.com" for number in range(9)]
    connect(browser, *emails[:8], emails[0], emails[8])
    kept = [email for email in emails if known(browser, email)]
    assert kept == [emails[0], *emails[2:]]


def test_the_cookie_is_sent_when_something_was_connected_and_only_then(browser: Browser) -> None:
    connect(browser, OWN)
    (line,) = browser.answer.headers.getlist("Set-Cookie")
    parts = line.split("; ")
    assert parts[0].startswith(f"{NAME}=")
    assert f"Max-Age={180 * DAY}" in parts
    assert "HttpOnly" in parts
    known(browser, OWN)
    assert not browser.answer.headers.getlist("Set-Cookie")


def test_the_cookie_is_good_for_180_days(browser: Browser, wait: Clock) -> None:
    connect(browser, OWN)
    wait(timedelta(days=180).total_seconds())
    assert known(browser, OWN)
    wait(1)
    assert not known(browser, OWN)


def test_the_cookie_says_no_address_and_is_sealed_for_this_alone(browser: Browser) -> None:
    connect(browser, OWN)
    cookie = browser.cookies[NAME]
    content = Sealer([SECRET], purpose="device").open(cookie, max_age=1)
    assert set(content) == {"id", "mailboxes"}
    assert "someone" not in str(content)
    forged = Sealer([SECRET], purpose="flow").seal(content)
    assert known(other_browser(browser.app, cookie), OWN)
    assert not known(other_browser(browser.app, forged), OWN)


def test_a_cookie_under_an_old_secret_key_is_good(browser: Browser) -> None:
    connect(browser, OWN)
    newer = bare_app(SECRET_KEY=SECRET[::-1], SECRET_KEY_FALLBACKS=SECRET)
    assert other_browser(newer, browser.cookies[NAME]).request(device_id)


def test_who_was_known_before_an_update_is_known_after_it(browser: Browser) -> None:
    mailbox = limiter_of(browser.app).fingerprint(f"device {OWN}")
    before = Sealer([SECRET], purpose="device").seal({"id": "abc", "mailboxes": [mailbox]})
    assert known(other_browser(browser.app, before), OWN) == "abc"


def test_without_limits_no_browser_is_remembered() -> None:
    browser = Browser(bare_app(LIMITS="off"))
    connect(browser, OWN)
    browser.request(remember_browser)
    assert browser.request(device_id) == ""

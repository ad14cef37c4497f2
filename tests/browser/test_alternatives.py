"""Another way after a refusal is one click: the page itself still knows the password."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import flaws_everywhere
from tests.browser.conftest import Site
from tests.browser.states import enter, password, send, sign_in, unfold

pytestmark = pytest.mark.browser

DONE = "Your mailbox is connected – Latchkey"
SECRET = "a long secret"


def test_one_click_sends_the_same_password_another_way(page: Page, site: Site) -> None:
    sign_in(page, "other-server@example.com", SECRET)
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.get_by_role("alert").inner_text().startswith("The mail server didn’t answer")
    expect(password(page)).to_have_value("")
    assert flaws_everywhere(page) == []
    page.get_by_role("button", name="Try the mail server mail.example.com").click()
    expect(page).to_have_title(DONE)
    assert [sent["settings"]["imap_password"] for sent in site.nylas.sent] == [SECRET, SECRET]
    assert site.nylas.settings["imap_host"] == "mail.example.com"


def test_a_password_that_is_typed_anew_wins(page: Page, site: Site) -> None:
    sign_in(page, "other-server@example.com", SECRET)
    password(page).fill("another one")
    page.get_by_role("button", name="Try the mail server mail.example.com").click()
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["imap_password"] == "another one"


def test_a_wrong_password_is_not_typed_for_the_person(page: Page, site: Site) -> None:
    sign_in(page, "wrong-password@yahoo.com", SECRET)
    expect(password(page)).to_have_value("")
    page.get_by_role("button", name="Connect mailbox").click()
    expect(page.get_by_role("link", name="Please type your password.")).to_be_visible()
    assert len(site.nylas.sent) == 1


def test_the_password_for_sending_comes_along(page: Page, site: Site) -> None:
    sign_in(page, "other-server@example.com", "")
    unfold(page)
    page.get_by_label("Login name for sending").fill("other-server@example.com")
    page.get_by_label("Password for sending", exact=True).fill("of sending")
    send(page, SECRET)
    page.get_by_role("button", name="Try the mail server mail.example.com").click()
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["smtp_password"] == "of sending"


def test_the_password_is_nowhere_that_outlives_the_page(page: Page) -> None:
    sign_in(page, "other-server@example.com", SECRET)
    expect(page.get_by_role("alert")).to_be_visible()
    assert SECRET not in page.content()
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state, window.name])"
    assert SECRET not in page.evaluate(kept)
    assert SECRET not in str(page.context.cookies())
    page.reload()
    page.get_by_role("button", name="Connect mailbox").click()
    expect(page.get_by_role("link", name="Please type your password.")).to_be_visible()


def test_without_a_script_the_password_is_typed_again(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "other-server@example.com", SECRET)
    page.get_by_role("button", name="Try the mail server mail.example.com").click()
    expect(page.get_by_role("link", name="Please type the password once more")).to_be_visible()
    send(page, SECRET)
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["imap_host"] == "mail.example.com"


def test_a_broken_connection_is_told_and_the_form_stays(page: Page, site: Site) -> None:
    sign_in(page, "other-server@example.com", "")
    gateway = {"status": 502, "body": "<p>Bad gateway", "content_type": "text/html"}
    page.route("**/connect/**", lambda route: route.fulfill(**gateway))
    send(page, SECRET)
    expect(page.get_by_role("status")).to_contain_text("the connection broke")
    expect(password(page)).to_have_value(SECRET)
    page.unroute("**/connect/**")
    page.get_by_role("button", name="Connect mailbox").click()
    expect(page.get_by_role("alert")).to_contain_text("The mail server didn’t answer")
    assert len(site.nylas.sent) == 1


def test_nothing_can_be_typed_that_the_answer_would_take_away(page: Page, site: Site) -> None:
    enter(page, "wrong-password@example.com")
    with site.nylas.silent():
        send(page, SECRET)
        site.nylas.wait_until_asked()
        expect(password(page)).not_to_be_editable()
    # Waits until the box can be typed into: it is the one of the answer.
    password(page).fill("another one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(password(page)).to_have_value("another one")


# As in Safari before 15.4.
NO_SUBMITTER = "delete SubmitEvent.prototype.submitter"


def test_a_browser_that_does_not_tell_the_button_sends_the_form_itself(
    page: Page, site: Site
) -> None:
    page.add_init_script(NO_SUBMITTER)
    sign_in(page, "other-server@example.com", SECRET)
    password(page).fill(SECRET)
    page.get_by_role("button", name="Try the mail server mail.example.com").click()
    expect(page).to_have_title(DONE)
    assert site.nylas.settings["imap_host"] == "mail.example.com"

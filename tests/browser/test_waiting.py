"""A sign-in may take two minutes: people are told so, and impatience costs nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.axe import flaws_everywhere
from tests.browser.conftest import Site
from tests.browser.states import enter, password

pytestmark = pytest.mark.browser

DONE = "Your mailbox is connected – Latchkey"


def connect(page: Page) -> Locator:
    """The button that sends the credentials."""
    return page.get_by_role("button", name="Connect mailbox")


def hold(page: Page) -> None:
    """Keep the form on the screen after it was sent, as it is while Nylas has not answered."""
    page.route("**/connect/**", lambda route: None)


def count_posts(page: Page) -> list[Request]:
    """A list that grows with every form that the browser sends."""
    posts: list[Request] = []
    page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
    return posts


def moving(page: Page) -> int:
    """How many animations run."""
    number: int = page.evaluate("document.getAnimations().length")
    return number


def test_people_who_wait_are_told_so(page: Page) -> None:
    enter(page, "slow@example.com")
    status = page.get_by_role("status")
    expect(status).to_have_text("This usually takes a few seconds, sometimes up to two minutes.")
    password(page).fill("secret")
    hold(page)
    connect(page).click()
    expect(status).to_have_text("Signing in to your mailbox… this can take up to two minutes.")
    expect(connect(page)).to_have_attribute("aria-disabled", "true")
    expect(connect(page)).to_be_focused()
    assert moving(page) == 1
    assert flaws_everywhere(page) == []


def test_a_long_wait_is_told_once_more_and_announced(page: Page) -> None:
    page.clock.install()
    enter(page, "slow@example.com")
    password(page).fill("secret")
    hold(page)
    connect(page).click()
    status = page.get_by_role("status")
    expect(status).to_contain_text("Signing in to your mailbox…")
    page.clock.fast_forward(10_000)
    expect(status).to_have_text("Still waiting for the mail server… please keep this page open.")
    # A live region of the page, which is read out without taking the focus away.
    expect(connect(page)).to_be_focused()
    assert flaws_everywhere(page) == []


def test_without_a_script_the_wait_is_told_beforehand(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    enter(page, "someone@example.com")
    expect(page.get_by_role("status")).to_contain_text("sometimes up to two minutes")


def test_nothing_moves_for_people_who_do_not_want_it(open_page: Callable[..., Page]) -> None:
    page = open_page(reduced_motion="reduce")
    enter(page, "someone@example.com")
    password(page).fill("secret")
    hold(page)
    connect(page).click()
    expect(connect(page)).to_have_attribute("aria-disabled", "true")
    assert moving(page) == 0


def test_a_password_that_is_looked_at_is_hidden_when_it_is_sent(page: Page) -> None:
    enter(page, "someone@example.com")
    password(page).fill("secret")
    page.get_by_role("button", name="Show password").click()
    expect(password(page)).to_have_attribute("type", "text")
    hold(page)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        password(page).press("Enter")
    expect(password(page)).to_have_attribute("type", "password")
    expect(page.get_by_role("button", name="Show password")).to_be_visible()
    assert "&password=secret&" in (sent.value.post_data or "")


def test_impatient_clicks_send_one_form(page: Page) -> None:
    enter(page, "someone@example.com")
    password(page).fill("secret")
    hold(page)
    posts = count_posts(page)
    connect(page).dblclick()
    expect(page.get_by_role("status")).to_contain_text("Signing in")
    connect(page).click(force=True)
    password(page).press("Enter")
    assert len(posts) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_signs_in_once(
    open_page: Callable[..., Page], site: Site, script: bool
) -> None:
    page = open_page(java_script_enabled=script)
    enter(page, "slow@example.com")
    password(page).fill("secret")
    posts = count_posts(page)
    with site.nylas.silent():
        connect(page).click(no_wait_after=True)
        site.nylas.wait_until_asked()
        page.keyboard.press("Enter")
    expect(page).to_have_title(DONE)
    assert len(posts) == (1 if script else 2)
    assert len(site.nylas.sent) == 1


def test_after_going_back_the_form_can_be_sent_again(page: Page, site: Site) -> None:
    enter(page, "internal@example.com")
    for sent in (1, 2):
        expect(page).to_have_title("Sign in to example.com – Latchkey")
        expect(connect(page)).not_to_have_attribute("aria-disabled", "true")
        password(page).fill("secret")
        connect(page).click()
        expect(page).to_have_title("Error: The service isn’t answering – Latchkey")
        assert len(site.nylas.sent) == sent
        if sent == 1:
            # Chromium may never close a page that is on its way back.
            page.go_back()


def test_a_page_that_a_browser_kept_as_it_was_can_be_sent_again(page: Page) -> None:
    enter(page, "someone@example.com")
    password(page).fill("secret")
    hold(page)
    connect(page).click()
    expect(connect(page)).to_have_attribute("aria-disabled", "true")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(connect(page)).not_to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status")).to_contain_text("This usually takes a few seconds")
    with page.expect_request(lambda request: request.method == "POST"):
        connect(page).click()


def test_a_page_that_was_stopped_on_its_way_can_be_sent_again(page: Page) -> None:
    page.clock.install()
    page.goto("/")
    # As after the browser's Stop, the page stays as it was.
    page.route(
        lambda url: True,
        lambda route: (
            route.fulfill(status=204) if route.request.method == "POST" else route.continue_()
        ),
    )
    page.get_by_label("E-mail address").fill("someone@example.com")
    button = page.get_by_role("button", name="Continue")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("status")).to_have_text("One moment…")
    page.clock.fast_forward(15_000)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("One moment…")).to_be_hidden()
    page.unroute_all()
    button.click()
    expect(password(page)).to_be_visible()

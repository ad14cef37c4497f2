from collections.abc import Callable

import pytest

from app import create_app
from tests.calling import CALLBACK, CallingApp
from tests.conftest import Clock, make_settings
from tests.journeys.test_oauth import decide, start
from tests.pages import Page, Visitor

EMAIL = "someone@example.com"


def travel_as(visitor: Visitor, email: str, *, account: str) -> Page:
    """Sign in at Google as ``account`` after typing ``email``."""
    sign_in = visitor.enter(email).url.params["s"]
    page = visitor.get(f"/oauth/google?s={sign_in}")
    return visitor.get(decide(visitor, start(visitor, page), account=account))


def test_the_confirmation_names_the_address_and_can_be_reloaded(visitor: Visitor) -> None:
    done = visitor.sign_in(EMAIL)
    assert (done.status, done.heading) == (200, "Your mailbox is connected")
    assert EMAIL in done.text
    again = visitor.get(str(done.url))
    assert (again.heading, again.text) == (done.heading, done.text)


def test_the_confirmation_says_when_it_is_another_account(visitor: Visitor) -> None:
    done = visitor.sign_in("other-address@example.com")
    assert "other-address@example.com" in done.text
    assert "this is not other-address@example.com, which you typed" in done.text
    page = visitor.get(done.links["Use a different mailbox instead"])
    assert page.fields()["email"] == "other-address@example.com"
    assert visitor.submit(page, email=EMAIL).heading == "Sign in to example.com"


@pytest.mark.parametrize("email", ["Someone+news@example.com", "some.one+news@googlemail.com"])
def test_another_name_of_the_same_account_is_no_other_account(visitor: Visitor, email: str) -> None:
    done = travel_as(visitor, email, account=email.replace("+news", ""))
    assert done.heading == "Your mailbox is connected"
    assert "Please note" not in done.text


def test_the_confirmation_of_another_account_does_not_leave_by_itself() -> None:
    app = CallingApp(create_app(make_settings(RETURN_URIS=CALLBACK, AUTO_RETURN="true")))
    for email, leaves in (("someone@example.com", True), ("other-address@example.com", False)):
        visitor, page = app.send(login_hint=email)
        done = visitor.submit(visitor.submit(page), password="secret")
        assert done.heading == "Your mailbox is connected"
        assert ("refresh" in done.response.headers) is leaves
        assert app.heard(visitor.client.get(done.leading("/return")))["code"]


def test_without_a_grant_there_is_nothing_to_confirm(visitor: Visitor) -> None:
    form = visitor.enter(EMAIL)
    page = visitor.get(f"/connected?{form.url.query.decode()}")
    assert page.url.path == "/"
    assert page.fields()["email"] == EMAIL


def test_the_confirmation_leaves_by_itself_only_when_an_app_waits(
    visit: Callable[..., Visitor],
) -> None:
    done = visit(AUTO_RETURN="true").sign_in(EMAIL)
    assert done.heading == "Your mailbox is connected"
    assert "refresh" not in done.response.headers


def test_a_bookmark_of_an_old_confirmation_gets_a_page_that_says_so(visitor: Visitor) -> None:
    done = visitor.sign_in(EMAIL)
    visitor.client.cookies.clear()
    page = visitor.get(str(done.url))
    assert page.heading == "Connect your mailbox"
    assert "This confirmation isn’t kept any more" in page.text
    assert "cookie" not in page.text


def test_the_confirmation_can_be_kept_on_paper(visitor: Visitor, wait: Clock) -> None:
    wait(0)
    done = visitor.sign_in(EMAIL)
    grant_id = done.by_id("grant-id")
    printed = [
        " ".join("".join(node.itertext()).split())
        for node in done.tree.iter("p")
        if node.get("class") == "only-print"
    ]
    assert printed == [f"Connected on 2027-01-15. Grant ID: {grant_id}"]


def test_what_is_said_of_the_password_follows_from_the_way(visitor: Visitor) -> None:
    assert "This page didn’t keep your password." in visitor.sign_in(EMAIL).text


def test_sentences_are_apart(visitor: Visitor) -> None:
    assert "change it there. You can also ask Latchkey" in visitor.sign_in(EMAIL).text

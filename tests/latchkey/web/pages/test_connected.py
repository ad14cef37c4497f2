from collections.abc import Callable

from tests.conftest import Clock
from tests.pages import Visitor

EMAIL = "someone@example.com"


def test_the_confirmation_names_the_address_and_can_be_reloaded(visitor: Visitor) -> None:
    done = visitor.sign_in(EMAIL)
    assert (done.status, done.heading) == (200, "Your mailbox is connected")
    assert EMAIL in done.text
    again = visitor.get(str(done.url))
    assert (again.heading, again.text) == (done.heading, done.text)


def test_the_confirmation_says_when_it_is_another_account(visitor: Visitor) -> None:
    done = visitor.sign_in("other-address@example.com")
    assert "other-address@example.com" in done.text
    assert "Please note" in done.text


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

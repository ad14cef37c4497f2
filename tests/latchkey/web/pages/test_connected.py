from collections.abc import Callable

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

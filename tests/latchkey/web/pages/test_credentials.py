import pytest

from app import create_app
from latchkey.problems.pages import NOT_OFFERED
from tests.conftest import KEY, make_settings
from tests.grants import Grants
from tests.pages import Visitor


@pytest.mark.parametrize(
    ("email", "access"),
    [
        ("someone@example.com", ["Read your mail", "Send mail in your name"]),
        (
            "someone@icloud.com",
            ["Read your mail", "Send mail in your name", "See and change your calendar",
             "See and change your contacts"],
        ),
    ],
)  # fmt: skip
def test_what_the_company_can_do_is_said_before_the_password(
    visitor: Visitor, email: str, access: list[str]
) -> None:
    page = visitor.enter(email)
    text = page.text
    places = [text.index(words) for words in ("will be able to:", *access, "Connect mailbox")]
    assert places == sorted(places)
    assert "Nylas needs it for as long as the mailbox stays connected." in text


def test_a_password_for_a_provider_that_is_not_offered_is_sent_nowhere() -> None:
    grants = Grants()
    visitor = Visitor.inside(
        create_app(make_settings(NYLAS_API_KEY=KEY), transport=grants.transport())
    )
    form = visitor.enter("someone@corp.example")
    address = form.action().replace("/connect/imap", "/connect/icloud")
    page = visitor.page(visitor.client.post(address, data=form.fields() | {"password": "secret"}))
    assert page.heading == NOT_OFFERED.title
    assert visitor.get(page.links["Choose another way"]).leading("/connect/imap")
    assert grants.sent == []


def test_each_of_several_mistakes_says_which_field_it_is_in(visitor: Visitor) -> None:
    form = visitor.enter("someone@example.com")
    page = visitor.submit(form, password="", imap_host="one", smtp_host="two")
    for name, field in (
        ("Incoming mail server (IMAP)", "imap_host"),
        ("Outgoing mail server (SMTP)", "smtp_host"),
    ):
        assert (
            page.links[f"{name} – Please type a server name like mail.example.com."] == f"#{field}"
        )


def test_a_single_mistake_is_said_without_the_name_of_its_field(visitor: Visitor) -> None:
    page = visitor.submit(visitor.enter("someone@example.com"), password="")
    assert page.links["Please type your password."] == "#password"

import pytest

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

from tests.pages import Visitor


def test_a_mailbox_is_connected(visitor: Visitor) -> None:
    page = visitor.sign_in("someone+tag@example.com")
    assert page.heading == "Your mailbox is connected"
    assert "someone+tag@example.com" in page.text

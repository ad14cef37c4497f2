import pytest

from latchkey.providers.same_mailbox import canonical_mailbox, same_account, same_mailbox


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("someone@example.com", "Someone@EXAMPLE.com"),
        ("someone@bücher.example", "someone@xn--bcher-kva.example"),
        ("some.one@gmail.com", "someone@gmail.com"),
        ("someone+news@gmail.com", "someone@gmail.com"),
        ("S.o.m.e.one+a+b@googlemail.com", "someone@gmail.com"),
        ("someone+news@example.com", "someone+NEWS@example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_the_same(one: str, other: str) -> None:
    assert same_mailbox(one, other)
    assert same_mailbox(other, one)
    assert canonical_mailbox(one) == canonical_mailbox(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("someone+a@example.com", "Someone@example.com", True),
        ("someone+a@outlook.com", "someone+b@outlook.com", True),
        ("some.one+a@googlemail.com", "someone@gmail.com", True),
        ("some.one+a@example.com", "someone@example.com", False),
        ("+a@example.com", "+b@example.com", False),
        ("+a@example.com", "+A@example.com", True),
        ("someone+a+b@example.com", "someone@example.com", True),
        ("someone+a@example.com", "someone@example.org", False),
    ],
)
def test_a_tag_is_no_other_account(one: str, other: str, *, same: bool) -> None:
    assert same_account(one, other) is same
    assert same_account(other, one) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("someone@example.com", "someone@example.org"),
        ("someone@example.com", "someone.else@example.com"),
        ("some.one@example.com", "someone@example.com"),
        ("someone+a@example.com", "someone@example.com"),
        ("someone@gmail.com.evil.example", "someone@gmail.com"),
        ("someone@mail.gmail.com", "someone@gmail.com"),
        ("someone@gmail.com", "someone@outlook.com"),
        ("someone@me.com", "someone@icloud.com"),
        ("someone@ya.ru", "someone@yandex.ru"),
        ("", ""),
        ("someone", "someone"),
        ("someone@", "someone@"),
        ("a b@example.com", "a b@example.com"),
    ],
)
def test_other_mailboxes_and_texts_that_are_no_address_are_never_the_same(
    one: str, other: str
) -> None:
    assert not same_mailbox(one, other)
    assert not same_mailbox(other, one)

"""The confirmation says what was granted and what ends it, and nothing that is not so."""

from collections.abc import Callable

import pytest

from tests.journeys.test_oauth import travel
from tests.pages import Page, Visitor

PASSWORD = "abcdefghijklmnop"


def works(page: Page) -> list[str]:
    lists = [ul for ul in page.tree.iter("ul") if "works" in (ul.get("class") or "")]
    assert all(list(ul) for ul in lists), "no list is empty"
    return ["".join(li.itertext()).strip() for ul in lists for li in ul]


@pytest.mark.parametrize(
    ("email", "says", "link"),
    [
        ("ann@yahoo.com", "A new password for your account alone doesn’t end it",
         "https://login.yahoo.com/account/security"),
        ("ann@icloud.com", "with it all your app passwords",
         "https://account.apple.com/account/manage"),
        ("ann@qq.com", "A new password for your qq.com account ends it as well", ""),
        ("ann@orange.fr", "Change your password at Mail Orange", ""),
        ("ann@gmx.net", "If you used your usual password, change it there", ""),
    ],
)  # fmt: skip
def test_what_ends_a_connection_is_told_by_provider_and_way(
    visitor: Visitor, email: str, says: str, link: str
) -> None:
    page = visitor.enter(email)
    if "/connect/" not in str(page.url):
        page = visitor.get(page.leading("/connect/imap"))
    page = visitor.submit(page, password=PASSWORD)
    assert page.heading == "Your mailbox is connected"
    assert says in page.text
    assert "This page didn’t keep your password" in page.text
    assert not link or link in page.links.values()


@pytest.mark.parametrize(
    ("key", "link"),
    [
        ("google", "https://myaccount.google.com/connections"),
        ("microsoft", "https://myapps.microsoft.com/"),
        ("yahoo", "https://login.yahoo.com/account/security"),
        ("zoom", "https://marketplace.zoom.us/user/installed"),
    ],
)
def test_a_sign_in_at_the_provider_says_nothing_of_a_password_here(
    visitor: Visitor, key: str, link: str
) -> None:
    page = travel(visitor, key)
    assert page.heading == "Your mailbox is connected"
    assert link in page.links.values()
    assert "this page never had your password" in page.text
    assert "change or delete that password" not in page.text
    assert "keep your password" not in page.text
    assert works(page)


def test_a_mailbox_without_a_server_for_sending_lists_no_sending(visitor: Visitor) -> None:
    page = visitor.sign_in(
        "ann@example.com", PASSWORD, imap_host="imap.example.com", imap_port="993"
    )
    assert works(page) == ["Reading mail"]
    assert "can’t send mail from it" in page.text


def test_what_is_promised_before_is_what_the_app_asks_for(visit: Callable[..., Visitor]) -> None:
    visitor = visit(RETURN_URIS="https://app.example/back")
    page = visitor.get(
        "/v3/connect/auth?client_id=sandbox-application&response_type=code&provider=ews"
        "&redirect_uri=https://app.example/back&login_hint=ann@exchange.example.com"
        "&scope=ews.messages"
    )
    assert works(page) == ["Read your mail", "Send mail in your name"]
    assert works(visitor.submit(page, password=PASSWORD)) == ["Reading mail", "Sending mail"]


def test_sending_is_not_promised_without_a_server_for_it(visitor: Visitor) -> None:
    refused = visitor.sign_in("wrong-password@example.com", imap_host="imap.example.com")
    assert works(refused) == ["Read your mail"]
    assert works(visitor.sign_in("wrong-password@example.com"))[1:] == ["Send mail in your name"]

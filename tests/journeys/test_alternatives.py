"""After a refusal other ways are one click away, and none of them leads to another mailbox."""

from collections.abc import Callable

import pytest

from tests.pages import Page, Visitor


def ways(page: Page) -> dict[str, str]:
    """Key and text of the ways that a page offers."""
    return {
        button.attrib["value"]: " ".join("".join(button.itertext()).split())
        for button in page.tree.iter("button")
        if button.get("name") == "instead"
    }


def take(visitor: Visitor, page: Page, way: str, password: str = "secret") -> Page:
    return visitor.submit(page, password=password, instead=way)


def test_a_refused_address_can_be_tried_as_a_short_login_name(visitor: Visitor) -> None:
    refused = visitor.sign_in("short-login@example.com", imap_host="imap.example.com")
    assert ways(refused) == {
        "without-domain": "Sign in as “short-login”, without the part after the @"
    }
    assert take(visitor, refused, "without-domain").heading == "Your mailbox is connected"


def test_without_a_server_the_short_login_name_gets_one(visitor: Visitor) -> None:
    refused = visitor.sign_in("short-login@example.com")
    assert list(ways(refused)) == ["without-domain"]
    assert refused.links["Other ways to try"] == "#instead"
    page = take(visitor, refused, "without-domain", password="")
    assert page.fields()["username"] == "short-login"
    assert page.fields()["imap_host"] == "mail.example.com"


def test_a_refused_short_login_name_can_be_tried_as_an_address(visitor: Visitor) -> None:
    refused = visitor.sign_in(
        "wrong-password@example.com", username="wrong-password", imap_host="imap.example.com"
    )
    assert ways(refused) == {"whole-address": "Sign in as wrong-password@example.com"}


def test_other_servers_and_ports_are_offered_when_none_answers(visitor: Visitor) -> None:
    refused = visitor.sign_in("other-port@example.com")
    assert list(ways(refused)) == ["mail-server", "imap-server"]
    assert refused.links["Other ways to try"] == "#instead"
    refused = take(visitor, refused, "mail-server")
    assert refused.fields()["imap_host"] == "mail.example.com"
    assert refused.fields()["smtp_host"] == "mail.example.com"
    assert list(ways(refused)) == ["imap-server", "other-port"]
    assert take(visitor, refused, "other-port").heading == "Your mailbox is connected"


def test_a_server_typed_wrongly_gives_way_to_the_usual_ones(visitor: Visitor) -> None:
    refused = visitor.sign_in("unreachable@example.com", imap_host="imap2.example.com")
    assert ways(refused)["usual-servers"] == "Use the usual mail servers of example.com"
    page = take(visitor, refused, "usual-servers", password="")
    assert page.fields()["imap_host"] == ""
    known = visitor.sign_in("unreachable@yahoo.com", imap_port="143")
    assert ways(known) == {"other-port": "Try port 993 for incoming mail"}


def test_mail_can_be_connected_without_sending_and_that_is_said(visitor: Visitor) -> None:
    refused = visitor.sign_in("reading-only@yahoo.com")
    assert next(iter(ways(refused))) == "without-sending"
    assert ways(refused)["without-sending"] == (
        "Connect without sending: Latchkey can then only read mail"
    )
    connected = take(visitor, refused, "without-sending")
    assert "Sending mail" not in connected.text
    assert "can’t send mail from it" in connected.text


def test_an_app_that_needs_sending_is_not_offered_a_mailbox_without(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit(RETURN_URIS="https://app.example/back")
    page = visitor.get(
        "/v3/connect/auth?client_id=sandbox-application&response_type=code&provider=imap"
        "&redirect_uri=https://app.example/back&login_hint=reading-only@yahoo.com"
        "&options=smtp_required"
    )
    refused = visitor.submit(page, password="secret")
    assert "Sending mail didn’t work" in refused.text
    assert "without-sending" not in ways(refused)


@pytest.mark.parametrize("kind", ["wrong-password", "app-password", "imap-off", "account-locked"])
def test_where_nothing_else_can_help_nothing_is_offered(visitor: Visitor, kind: str) -> None:
    assert ways(visitor.sign_in(f"{kind}@yahoo.com")) == {}


def test_a_way_that_was_tried_is_not_offered_again(visitor: Visitor) -> None:
    page = visitor.sign_in("unreachable@example.com")
    seen: list[str] = []
    while offered := [way for way in ways(page) if way]:
        assert offered[0] not in seen
        seen.append(offered[0])
        page = take(visitor, page, offered[0])
    assert seen == ["mail-server", "imap-server", "other-port"]


def test_without_a_script_the_password_is_asked_for_again_and_why(visitor: Visitor) -> None:
    refused = visitor.sign_in("unreachable@example.com")
    page = take(visitor, refused, "mail-server", password="")
    assert page.status == 422
    assert page.error_at("password") == (
        "Please type the password once more: this page didn’t keep it."
    )
    assert page.fields()["imap_host"] == "mail.example.com"
    assert "mail-server" in page.fields()["tried"]


@pytest.mark.parametrize("key", ["", "no-such-way", "whole-address'", "é", "x" * 5000])
def test_a_way_that_does_not_exist_changes_nothing(visitor: Visitor, key: str) -> None:
    page = visitor.submit(visitor.enter("someone@example.com"), password="secret", instead=key)
    assert page.heading == "Your mailbox is connected"


def test_a_way_cannot_name_another_mailbox(visitor: Visitor) -> None:
    """What a way changes is judged as if it had been typed."""
    page = visitor.enter("someone@gmx.de")
    for way in ("without-domain", "mail-server", "imap-server"):
        answer = visitor.submit(page, password="", instead=way)
        assert answer.fields()["username"] == ""
        assert answer.fields()["imap_host"] == "imap.gmx.net"


@pytest.mark.parametrize(
    ("kind", "shown"), [("sending-refused", True), ("unknown-user", True), ("imap-off", False)]
)
def test_settings_that_a_refusal_speaks_of_are_shown(
    visitor: Visitor, kind: str, *, shown: bool
) -> None:
    assert visitor.sign_in(f"{kind}@example.com").is_open() is shown

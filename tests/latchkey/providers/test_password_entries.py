from typing import Any

import pytest

from latchkey.providers.password_entries import EWS, ICLOUD, IMAP

EMAIL = "someone@example.com"


def imap(**typed: Any) -> dict[str, Any]:
    return IMAP.settings(EMAIL, {"password": " s€cret ", **typed})


def test_imap_signs_in_with_the_address() -> None:
    assert imap() == {"imap_username": EMAIL, "imap_password": " s€cret "}


def test_imap_signs_in_with_another_name_if_one_was_typed() -> None:
    assert imap(username="login")["imap_username"] == "login"


def test_a_server_goes_with_its_port_and_a_port_alone_does_not_go() -> None:
    settings = imap(imap_host="imap.example.com", imap_port=993, smtp_port=465)
    assert settings["imap_host"] == "imap.example.com"
    assert settings["imap_port"] == 993
    assert "smtp_port" not in settings
    assert "smtp_host" not in settings


@pytest.mark.parametrize(
    ("typed", "username", "password"),
    [
        ({"smtp_username": "out"}, "out", " s€cret "),
        ({"smtp_password": "other"}, EMAIL, "other"),
        ({"smtp_password": "other", "username": "login"}, "login", "other"),
        ({"smtp_username": "out", "smtp_password": "other"}, "out", "other"),
    ],
)
def test_sending_gets_a_whole_login_if_it_has_its_own(
    typed: dict[str, str], username: str, password: str
) -> None:
    settings = imap(**typed)
    assert settings["smtp_username"] == username
    assert settings["smtp_password"] == password


def test_icloud_takes_the_address_or_the_icloud_address_of_an_own_domain() -> None:
    assert ICLOUD.settings(EMAIL, {"password": "secret"}) == {
        "username": EMAIL,
        "password": "secret",
    }
    assert ICLOUD.settings(EMAIL, {"password": "secret", "username": "a@me.com"}) == {
        "username": "a@me.com",
        "password": "secret",
    }


def test_exchange_signs_in_with_the_address_or_another_name() -> None:
    assert EWS.settings(EMAIL, {"password": "secret"}) == {
        "email": EMAIL,
        "ews_username": EMAIL,
        "ews_password": "secret",
    }
    settings = EWS.settings(
        EMAIL,
        {"password": "secret", "username": "o@example.com", "ews_host": "ex", "ews_port": 8443},
    )
    assert settings["email"] == EMAIL
    assert settings["ews_username"] == "o@example.com"
    assert (settings["ews_host"], settings["ews_port"]) == ("ex", 8443)

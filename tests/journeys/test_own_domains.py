"""What is known of a mail provider holds for company domains, too, by their MX records."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.browser.nylas import Nylas
from tests.journeys.conftest import Line
from tests.nameserver import Zone, nameserver
from tests.pages import Page, Visitor

DONE = "Your mailbox is connected"
ZONE: Zone = {
    "fast.example": ["10 in1-smtp.messagingengine.com.", "20 in2-smtp.messagingengine.com."],
    "zoho.example": ["10 mx.zoho.eu."],
    "apple.example": ["10 mx01.mail.icloud.com."],
    "yandex.example": ["10 mx.yandex.net."],
    "ionos.example": ["10 mx00.ionos.de."],
    "ovh.example": ["10 mx1.mail.ovh.net."],
    "info.example": ["10 mta-gw.infomaniak.ch."],
    "gandi.example": ["10 spool.mail.gandi.net.", "50 fb.mail.gandi.net."],
    "migadu.example": ["10 aspmx1.migadu.com.", "20 aspmx2.migadu.com."],
    "one.example": ["10 mx1.pub.mailpod1-cph3.one.com."],
    "mailbox.example": ["10 mxext1.mailbox.org."],
    "mailru.example": ["10 emx.mail.ru."],
    "seznam.example": ["10 mx1.seznam.cz."],
    "google.example": ["1 aspmx.l.google.com."],
    "microsoft.example": ["0 microsoft-example.mail.protection.outlook.com."],
    "proton.example": ["10 mail.protonmail.ch.", "20 mailsec.protonmail.ch."],
    "cloudflare.example": ["10 route1.mx.cloudflare.net."],
    "hey.example": ["10 work-mx.app.hey.com."],
    "other.example": ["10 mx.other.example."],
    "self.example": ["10 mx.self.example."],
    "silent.example": None,
    "gmail.com": ["5 gmail-smtp-in.l.google.com."],
}


@pytest.fixture(scope="module")
def app(line: Line) -> Iterator[Flask]:
    with nameserver() as running:
        running.zone = ZONE
        host, port = running.address
        yield line.app(MX_LOOKUPS="true", DNS_SERVER=f"{host}:{port}")


def form_of(app: Flask, domain: str) -> tuple[Visitor, Page]:
    visitor = Visitor.inside(app)
    page = visitor.enter(f"anna@{domain}")
    sign_in = str(page.response.url).rpartition("s=")[2]
    return visitor, visitor.get(f"/connect/imap?s={sign_in}")


def offered(page: Page) -> dict[str, str]:
    """The other ways to try: what is sent, by the text of the button."""
    return {
        "".join(node.itertext()): node.get("value", "")
        for node in page.tree.iter("button")
        if node.get("name") == "instead"
    }


@pytest.mark.parametrize(
    ("domain", "name", "server", "label"),
    [
        ("fast.example", "Fastmail", "imap.fastmail.com", "App password"),
        ("zoho.example", "Zoho Mail - Europe", "imappro.zoho.eu", "Password"),
        ("apple.example", "Apple iCloud", "imap.mail.me.com", "App password"),
        ("yandex.example", "Yandex Mail", "imap.yandex.com", "App password"),
        ("ionos.example", "1&1", "imap.1und1.de", "Password"),
        ("ovh.example", "OVH", "ssl0.ovh.net", "Password"),
        ("info.example", "Infomaniak", "mail.infomaniak.com", "Password"),
        ("gandi.example", "Gandi Mail", "mail.gandi.net", "Password"),
        ("migadu.example", "Migadu", "imap.migadu.com", "Password"),
        ("one.example", "one.com", "imap.one.com", "Password"),
        ("mailbox.example", "mailbox.org", "imap.mailbox.org", "Password"),
        ("mailru.example", "mail.ru", "imap.mail.ru", "Password for external apps"),
        ("seznam.example", "Seznam", "imap.seznam.cz", "Password"),
        ("google.example", "Google Mail", "imap.gmail.com", "App password"),
        ("microsoft.example", "microsoft.example", "", "Password"),
        ("other.example", "other.example", "", "Password"),
    ],
)
def test_name_servers_and_help_hold_for_an_own_domain(
    app: Flask, nylas: Nylas, domain: str, name: str, server: str, label: str
) -> None:
    _, page = form_of(app, domain)
    assert page.heading == f"Sign in to {name}"
    assert page.fields()["imap_host"] == server
    (found,) = [node.text for node in page.tree.iter("label") if node.get("for") == "password"]
    assert found == label


def test_the_servers_of_an_own_domain_are_sent_along(app: Flask, nylas: Nylas) -> None:
    visitor, page = form_of(app, "fast.example")
    assert visitor.submit(page, password="abcdefgh12345678").heading == DONE
    assert nylas.settings == {
        "imap_username": "anna@fast.example", "imap_password": "abcdefgh12345678",
        "imap_host": "imap.fastmail.com", "imap_port": 993,
        "smtp_host": "smtp.fastmail.com", "smtp_port": 465,
    }  # fmt: skip


def test_the_question_about_app_passwords_holds_for_an_own_domain(app: Flask, nylas: Nylas) -> None:
    visitor, page = form_of(app, "fast.example")
    assert "made for them" in visitor.submit(page, password="hunter2").error_at("password")
    assert not nylas.sent


def test_another_server_of_the_domain_is_not_asked_about_app_passwords(
    app: Flask, nylas: Nylas
) -> None:
    visitor, page = form_of(app, "google.example")
    page = visitor.submit(page, password="hunter2", imap_host="mail.google.example", smtp_host="")
    assert page.heading == DONE
    assert nylas.settings["imap_host"] == "mail.google.example"


def test_an_app_password_for_a_typed_server_loses_its_blanks(app: Flask, nylas: Nylas) -> None:
    visitor, page = form_of(app, "google.example")
    typed = {"imap_host": "imaps://IMAP.gmail.com:993", "password": "abcd efgh ijkl mnop"}
    assert visitor.submit(page, **typed).heading == DONE
    assert nylas.settings["imap_password"] == "abcdefghijklmnop"


def test_icloud_asks_for_the_apple_address_of_an_own_domain(app: Flask, nylas: Nylas) -> None:
    visitor, page = form_of(app, "apple.example")
    folded = [box.get("name") for box in page.tree.findall(".//details//input")]
    assert "username" not in folded
    asked = [box.get("name") for box in page.tree.findall(".//form//input")]
    assert asked.index("username") < asked.index("password")
    assert "icloud.com, me.com or mac.com" in page.text
    nylas.aliases = {"anna@me.com": "anna@apple.example"}
    typed = {"username": "anna@me.com", "password": "abcd-efgh-ijkl-mnop"}
    assert visitor.submit(page, **typed).heading == DONE
    assert nylas.settings["imap_username"] == "anna@me.com"


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("proton.example", "Mail for proton.example goes to Proton Mail, which has no way"),
        ("cloudflare.example", "goes through Cloudflare Email Routing, which forwards it"),
        ("hey.example", "Mail for hey.example goes to HEY, which has no way"),
    ],
)
def test_a_domain_at_a_service_closed_to_apps_is_told_so(
    app: Flask, domain: str, said: str
) -> None:
    _, page = form_of(app, domain)
    assert said in page.text


def test_a_silent_domain_delays_its_page_by_a_second_at_most(app: Flask) -> None:
    before = time.monotonic()
    _, page = form_of(app, "silent.example")
    assert page.heading == "Sign in to silent.example"
    assert page.fields()["imap_host"] == ""
    assert time.monotonic() - before < 3, "three pages, one of which asks"


@pytest.mark.parametrize(
    ("domain", "server", "sending"),
    [
        ("web.de", "imap.web.de", "smtp.web.de"),
        ("ovh.example", "ssl0.ovh.net", "ssl0.ovh.net"),
    ],
)
def test_a_login_name_without_a_domain_takes_the_known_server_along(
    app: Flask, nylas: Nylas, domain: str, server: str, sending: str
) -> None:
    visitor, page = form_of(app, domain)
    emptied = dict.fromkeys(("imap_host", "smtp_host", "imap_port", "smtp_port"), "")
    page = visitor.submit(page, **emptied, username="anna7", password="secret")
    assert nylas.settings["imap_username"] == "anna7"
    assert nylas.settings["imap_host"] == server
    assert nylas.settings["smtp_host"] == sending


def test_a_login_name_without_a_domain_is_asked_for_its_server_with_one_click_each(
    app: Flask, nylas: Nylas
) -> None:
    visitor, page = form_of(app, "self.example")
    page = visitor.submit(page, username="anna7", password="secret")
    assert "fill in the mail server" in page.error_at("username")
    assert not nylas.sent
    ways = offered(page)
    assert list(ways) == [
        f"Try the mail server {name}.self.example" for name in ("mx", "mail", "imap")
    ]
    chosen = ways["Try the mail server mx.self.example"]
    assert visitor.submit(page, instead=chosen, password="secret").heading
    assert nylas.settings["imap_username"] == "anna7"
    assert nylas.settings["imap_host"] == nylas.settings["smtp_host"] == "mx.self.example"


APPLE_ADDRESS = "The one that ends in icloud.com, me.com or mac.com."


def icloud_form_of(app: Flask, domain: str) -> tuple[Visitor, Page]:
    visitor = Visitor.inside(app)
    page = visitor.enter(f"anna@{domain}")
    sign_in = str(page.response.url).rpartition("s=")[2]
    return visitor, visitor.get(f"/connect/icloud?s={sign_in}")


def test_icloud_asks_for_the_whole_apple_address_in_place_of_a_server(
    app: Flask, nylas: Nylas
) -> None:
    visitor, page = icloud_form_of(app, "apple.example")
    refused = visitor.submit(page, username="anna", password="abcd-efgh-ijkl-mnop")
    assert refused.error_at("username") == APPLE_ADDRESS
    assert not offered(refused)
    assert not nylas.sent


@pytest.mark.parametrize("login", ["", "anna", "anna@apple.example"])
@pytest.mark.parametrize("form", [form_of, icloud_form_of])
def test_a_refusal_by_apple_says_which_address_signs_in(
    app: Flask, nylas: Nylas, form: Callable[..., tuple[Visitor, Page]], login: str
) -> None:
    visitor, page = form(app, "apple.example")
    refused = visitor.submit(page, username=login, password="wrong", anyway="yes")
    assert refused.error_at("username") == APPLE_ADDRESS
    assert not offered(refused)


@pytest.mark.parametrize("form", [form_of, icloud_form_of])
def test_a_refused_apple_address_is_not_put_in_doubt(
    app: Flask, nylas: Nylas, form: Callable[..., tuple[Visitor, Page]]
) -> None:
    visitor, page = form(app, "apple.example")
    refused = visitor.submit(page, username="anna@me.com", password="wrong", anyway="yes")
    assert refused.error_at("password")
    assert not refused.error_at("username")

"""Mailboxes whose provider takes no passwords: told so, and led to the sign-in it takes."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from tests.apps import company
from tests.conftest import make_settings
from tests.journeys.test_oauth import decide, start
from tests.nameserver import nameserver
from tests.pages import Page, Visitor

SANDBOX = create_app(make_settings())
SERVERS = [
    ("imap", {"imap_host": "outlook.office365.com"}),
    ("imap", {"imap_host": "imaps://Outlook.Office365.com:993"}),
    ("imap", {"imap_host": "imap-mail.outlook.com"}),
    ("imap", {"smtp_host": "smtp.office365.com"}),
    ("ews", {"ews_host": "outlook.office365.com"}),
    ("ews", {"ews_host": "https://outlook.office.com/EWS/Exchange.asmx"}),
]


def attempt(app: Flask, email: str, key: str, **typed: str) -> tuple[Visitor, Page]:
    visitor = Visitor.inside(app)
    sign_in = visitor.enter(email).url.params["s"]
    page = visitor.get(f"/connect/{key}?s={sign_in}")
    return visitor, visitor.submit(page, password="secret", **typed) if typed else page


@pytest.mark.parametrize(("key", "typed"), SERVERS)
def test_a_server_without_passwords_leads_to_its_own_sign_in(
    key: str, typed: dict[str, str]
) -> None:
    visitor, page = attempt(SANDBOX, "anna@unknown.example.com", key, **typed)
    (field,) = typed
    assert page.status == 422
    assert "Microsoft" in page.error_at(field)
    assert page.is_open()
    page = visitor.get(page.links["Sign in with Microsoft"])
    assert page.heading == "Continue with Microsoft"
    assert visitor.get(decide(visitor, start(visitor, page))).heading == "Your mailbox is connected"


@pytest.mark.parametrize(("key", "typed"), SERVERS)
def test_where_that_sign_in_is_not_offered_it_says_whom_to_ask(
    key: str, typed: dict[str, str]
) -> None:
    _, page = attempt(company(BRAND_NAME="Northwind"), "anna@unknown.example.com", key, **typed)
    assert page.status == 422
    assert "Please ask Northwind." in page.text
    assert "Sign in with Microsoft" not in page.links


@pytest.mark.parametrize("key", ["imap", "ews"])
@pytest.mark.parametrize("domain", ["outlook.com", "firm.onmicrosoft.com", "hotmail.co.nz"])
def test_an_address_without_passwords_is_asked_for_none(key: str, domain: str) -> None:
    visitor, page = attempt(SANDBOX, f"anna@{domain}", key)
    assert "doesn’t take passwords from apps" in page.heading
    assert "hasn’t set that up" not in page.text
    assert visitor.get(page.links["Sign in with Microsoft"]).heading == "Continue with Microsoft"
    _, page = attempt(company(), f"anna@{domain}", key)
    assert "hasn’t set that up" in page.text


@pytest.mark.parametrize(("key", "typed"), SERVERS)
def test_an_address_of_another_provider_has_nothing_to_do_there(
    key: str, typed: dict[str, str]
) -> None:
    _, page = attempt(SANDBOX, "anna@gmail.com", key, **typed)
    (field,) = typed
    assert "doesn’t belong to gmail.com" in page.error_at(field)
    assert "Sign in with Microsoft" not in page.links


def test_a_provider_that_is_not_known_is_looked_for_on_the_list() -> None:
    visitor = Visitor.inside(SANDBOX)
    page = visitor.sign_in("oauth-only@example.com")
    assert "doesn’t take passwords from apps" in page.heading
    assert "hasn’t set that up" not in page.text
    assert "Microsoft" in visitor.get(page.links["Choose another way"]).text
    page = Visitor.inside(company()).sign_in("oauth-only@example.com")
    assert "hasn’t set that up" in page.text
    assert "Choose another way" not in page.links


@pytest.fixture(scope="module")
def own_domains() -> Iterator[Flask]:
    """A company with Microsoft's sign-in, and a DNS that knows some own domains."""
    with nameserver() as dns:
        dns.zone["firm.example"] = ["0 firm-example.mail.protection.outlook.com."]
        dns.zone["fast.example"] = ["10 in1-smtp.messagingengine.com."]
        host, port = dns.address
        yield company(
            MX_LOOKUPS="true", DNS_SERVER=f"{host}:{port}",
            MICROSOFT_CLIENT_ID="client", MICROSOFT_CLIENT_SECRET="secret",
        )  # fmt: skip


@pytest.mark.parametrize("key", ["imap", "ews"])
def test_an_own_domain_whose_mail_goes_there_is_told_so_above_the_form(
    own_domains: Flask, key: str
) -> None:
    visitor, page = attempt(own_domains, "anna@firm.example", key)
    assert page.status == 200
    assert "Mail for firm.example goes to Microsoft 365" in page.text
    way = visitor.get(page.links["Sign in with Microsoft"])
    assert way.heading == "Continue with Microsoft"
    done = visitor.submit(page, password="secret")
    assert done.heading == "Your mailbox is connected", "there may be a server behind it"


@pytest.mark.parametrize("key", ["imap", "ews"])
def test_an_own_domain_elsewhere_is_told_nothing(own_domains: Flask, key: str) -> None:
    _, page = attempt(own_domains, "anna@fast.example", key)
    assert "Sign in with Microsoft" not in page.links


def test_a_mailbox_that_people_share_is_named_as_what_it_is() -> None:
    visitor = Visitor.inside(SANDBOX)
    sign_in = visitor.enter("info@unknown.example.com").url.params["s"]
    consent = start(visitor, visitor.get(f"/oauth/microsoft?s={sign_in}"))
    page = visitor.get(decide(visitor, consent, account="anna@unknown.example.com"))
    assert "Is info@unknown.example.com a mailbox that several people share?" in page.text
    consent = start(visitor, page)
    page = visitor.get(decide(visitor, consent, account="anna@elsewhere.example"))
    assert "several people share" not in page.text


def test_only_sending_there_is_not_asked_about() -> None:
    typed = {"imap_host": "mail.unknown.example.com", "smtp_host": "smtp.office365.com"}
    _, page = attempt(SANDBOX, "anna@unknown.example.com", "imap", **typed)
    assert "takes no passwords" not in page.text

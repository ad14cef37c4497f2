from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from latchkey.providers import PROVIDERS
from latchkey.providers.mailhosts import MailHosts, MailServers
from latchkey.web.forms import MAX_LOGIN, MAX_PASSWORD, CredentialsForm, Mailbox, credentials_form
from tests.conftest import make_settings
from tests.latchkey.web.forms.test_forms_email import ADDRESSES, TEXTS

HOSTS = MailHosts.load()
SERVERS = MailServers(HOSTS, None, allow_loopback=True)
SETTINGS = make_settings(BRAND_NAME="Latchkey")
APP = create_app(SETTINGS)
PASSWORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=MAX_PASSWORD)


def mailbox(email: str, *, settled: bool = False) -> Mailbox:
    domain = email.partition("@")[2]
    return Mailbox(
        display_address=email,
        email=email, domain=domain, host=HOSTS.find(domain), hosts=HOSTS, servers=SERVERS,
        company="Latchkey", settled=settled,
    )  # fmt: skip


def form_for(
    provider: str, typed: Mapping[str, str], email: str = "someone@example.com"
) -> CredentialsForm:
    """The form of ``provider`` after somebody sent it."""
    with APP.test_request_context(method="POST", data=dict(typed)):
        form = credentials_form(PROVIDERS[provider], mailbox(email))
        form.validate()
        return form


def errors(form: CredentialsForm) -> dict[str, str]:
    return {box.name: box.errors[0] for box in form.wrong()}


@given(PASSWORDS)
@settings(deadline=None)
def test_a_password_is_taken_as_it_is(password: str) -> None:
    form = form_for("icloud", {"password": password})
    assert errors(form) == {}
    assert form.values() == {"password": password}


@pytest.mark.parametrize("provider", ["imap", "icloud", "ews"])
def test_a_password_is_asked_for(provider: str) -> None:
    assert errors(form_for(provider, {})) == {"password": "Please type your password."}
    assert errors(form_for(provider, {"password": ""})) == {
        "password": "Please type your password."
    }


def test_two_people_share_no_values() -> None:
    host = {"imap_host": "mail.example.com", "imap_port": "993"}
    one = form_for("imap", {"password": "one", "username": "someone", **host})
    other = form_for("imap", {"password": "other"}, email="someone@gmx.de")
    known = {"imap_host": "mail.example.com", "imap_port": 993}
    assert one.values() == {"password": "one", "username": "someone", **known}
    assert other.values() == {"password": "other"}
    assert other.mailbox.domain == "gmx.de"


@pytest.mark.parametrize("provider", ["imap", "icloud", "ews"])
def test_a_password_is_never_cut_short(provider: str) -> None:
    assert form_for(provider, {"password": "p" * 1024}).values()["password"] == "p" * 1024
    assert errors(form_for(provider, {"password": "p" * 1025})) == {
        "password": "This password is too long: more than 1,024 characters can’t be used."
    }


@pytest.mark.parametrize("password", ["pässword", "€", "пароль"])
def test_imap_takes_only_ascii_passwords(password: str) -> None:
    assert "letter or sign" in errors(form_for("imap", {"password": password}))["password"]
    assert form_for("ews", {"password": password}).values()["password"] == password


@pytest.mark.parametrize(
    "hidden", ["\u00a0", "\u2003", "\u3000", "\u200b", "\ufeff", "\u2028", "\u2029"]
)
def test_what_cannot_be_seen_in_a_password_is_not_called_a_letter(hidden: str) -> None:
    password = f"my{hidden}secret"
    assert "special space" in errors(form_for("imap", {"password": password}))["password"]
    for provider in ("ews", "icloud"):
        assert form_for(provider, {"password": password}).values()["password"] == password


def test_an_app_password_loses_its_blanks_only_where_they_are_none() -> None:
    typed = {"password": "abcd efgh ijkl mnop"}
    assert form_for("imap", typed, "a@yahoo.com").values()["password"] == "abcdefghijklmnop"
    assert form_for("imap", typed).values()["password"] == typed["password"]


@given(TEXTS)
@settings(deadline=None)
def test_whatever_is_typed_as_a_port_is_a_number_or_a_sentence(text: str) -> None:
    form = form_for("imap", {"password": "secret", "imap_port": text})
    port = form.values().get("imap_port")
    assert port is None or (type(port) is int and 1 <= port <= 65535)
    assert port in (None, 143, 993)
    assert (port is None) == (not text.strip() or "imap_port" in errors(form))


@pytest.mark.parametrize("typed", ["0", "65536", "-1", "99 3", "993x", "٦٥٥٣٦", "9.93", "1e3"])
@pytest.mark.parametrize(
    ("name", "usual"), [("imap_port", "993"), ("smtp_port", "465"), ("ews_port", "443")]
)
def test_a_wrong_port_gets_the_usual_one_as_an_example(name: str, usual: str, typed: str) -> None:
    form = form_for("ews" if name == "ews_port" else "imap", {"password": "secret", name: typed})
    assert errors(form) == {
        name: f"Please type a port number from 1 to 65535, for example {usual}."
    }
    assert form.advanced_errors()


@given(st.dictionaries(st.sampled_from(["imap_host", "smtp_host"]), TEXTS | ADDRESSES))
@settings(deadline=None)
def test_whatever_is_typed_as_a_server_is_one_of_the_domain_or_a_sentence(
    typed: dict[str, str],
) -> None:
    form = form_for("imap", {"password": "secret", **typed})
    for name in typed:
        host = form.values().get(name)
        if host and not host.startswith("127.") and host not in ("::1", "localhost"):
            assert host.isascii()
            assert HOSTS.has_host(host) or host.endswith("example.com")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("https://anna@imap.example.com", "Please type a server name like mail.example.com."),
        ("imap", "Please type a server name like mail.example.com."),
        ("10.1.2.3", "Please type the server’s name instead of its number."),
        ("0x7f.1", "Please type the server’s name instead of its number."),
        (
            "mail.corp",
            "This server is only known inside your network. Please type its public name.",
        ),
        (
            "imap.evil.test",
            "This server doesn’t belong to example.com, so your password isn’t sent there. "
            "If it is the right one, ask Latchkey to allow it.",
        ),
    ],
)
def test_a_server_is_refused_with_a_reason(typed: str, sentence: str) -> None:
    form = form_for("imap", {"password": "secret", "imap_host": typed})
    assert errors(form) == {"imap_host": sentence}
    assert form.advanced_errors()


def test_names_are_trimmed_and_empty_fields_left_out() -> None:
    typed = {
        "password": " secret ", "username": "  login ", "imap_host": " IMAP.Example.com ",
        "smtp_host": "  ", "imap_port": "", "smtp_port": " 587 ", "smtp_username": "",
    }  # fmt: skip
    values = form_for("imap", typed).values()
    assert values == {
        "password": " secret ", "username": "login", "imap_host": "imap.example.com",
        "imap_port": 993, "smtp_port": 587,
    }  # fmt: skip


def test_a_login_name_has_an_end() -> None:
    assert form_for("imap", {"password": "secret", "username": "u" * MAX_LOGIN}).values()
    form = form_for("imap", {"password": "secret", "username": "u" * (MAX_LOGIN + 1)})
    assert errors(form) == {"username": "This is too long for a login name."}


@pytest.mark.parametrize("key", [key for key, provider in PROVIDERS.items() if provider.fields])
def test_what_is_shown_again_is_everything_but_passwords(key: str) -> None:
    fields = PROVIDERS[key].fields
    form = form_for(key, {spec.name: f"{spec.name}-typed" for spec in fields})
    assert form.typed() == {
        spec.name: f"{spec.name}-typed" for spec in fields if spec.kind != "password"
    }


def test_nothing_but_the_fields_of_the_provider_is_read() -> None:
    extra: dict[str, Any] = {"grant_id": "x", "settings": "x", "provider": "ews", "scope": "x"}
    form = form_for("icloud", {"password": "secret", "imap_host": "imap.example.com", **extra})
    assert form.values() == {"password": "secret"}


def test_known_servers_stand_in_the_form() -> None:
    host = HOSTS.find("web.de")
    assert host
    with APP.test_request_context():
        form = credentials_form(PROVIDERS["imap"], mailbox("someone@web.de"))
        again = credentials_form(
            PROVIDERS["imap"], mailbox("someone@web.de"), typed={"username": "other"}
        )
    assert form["imap_host"].data == host.imap.host
    assert form["smtp_port"].data == str(host.smtp.port)
    assert not form["username"].data
    assert again["username"].data == "other"

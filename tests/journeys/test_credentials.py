import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.nylas import Nylas
from tests.pages import Page, Visitor

Company = Callable[..., Visitor]

EMAIL = "someone@example.com"
DONE = "Your mailbox is connected"
LOGIN = {"imap_username": EMAIL, "imap_password": "pw"}
OWN = {"imap_host": "imap.example.com", "smtp_host": "mail.example.com"}
OWN_SENT = {
    "imap_host": "imap.example.com", "imap_port": 993,
    "smtp_host": "mail.example.com", "smtp_port": 465,
}  # fmt: skip


def imap(visitor: Visitor, email: str, password: str = "pw", **typed: str) -> Page:
    """Sign in by IMAP, with a way round by the choice where detection knows nothing."""
    page = visitor.enter(email)
    if page.heading == "Who runs your mailbox?":
        page = visitor.get(page.links["Another mail provider"])
    return visitor.submit(page, password=password, **typed)


@pytest.mark.parametrize(
    ("email", "typed", "settings"),
    [
        (EMAIL, {}, LOGIN),
        (EMAIL, OWN, LOGIN | OWN_SENT),
        (EMAIL, {"imap_host": "imap.example.com"}, LOGIN | dict(list(OWN_SENT.items())[:2])),
        (EMAIL, {"smtp_host": "mail.example.com"}, LOGIN | dict(list(OWN_SENT.items())[2:])),
        (EMAIL, {"imap_port": "143", "smtp_port": "587"}, LOGIN),
        (
            EMAIL,
            OWN | {"imap_port": " 143 ", "smtp_port": "587"},
            LOGIN | OWN_SENT | {"imap_port": 143, "smtp_port": 587},
        ),
        (EMAIL, OWN | {"imap_port": "", "smtp_port": ""}, LOGIN | OWN_SENT),
        (
            EMAIL,
            {"imap_host": " IMAP.Example.com. ", "smtp_host": "Mail.EXAMPLE.com"},
            LOGIN | OWN_SENT,
        ),
        (
            EMAIL,
            OWN | {"username": " my-login "},
            LOGIN | OWN_SENT | {"imap_username": "my-login"},
        ),
        (
            EMAIL,
            OWN | {"smtp_username": "sender", "smtp_password": " s p "},
            LOGIN | OWN_SENT | {"smtp_username": "sender", "smtp_password": " s p "},
        ),
        (
            EMAIL,
            OWN | {"smtp_username": "sender"},
            LOGIN | OWN_SENT | {"smtp_username": "sender", "smtp_password": "pw"},
        ),
        (
            EMAIL,
            OWN | {"username": "my-login", "smtp_password": "other"},
            OWN_SENT | {
                "imap_username": "my-login", "imap_password": "pw",
                "smtp_username": "my-login", "smtp_password": "other",
            },
        ),
        (
            "a+tag@gmx.de",
            {},
            {
                "imap_username": "a+tag@gmx.de", "imap_password": "pw",
                "imap_host": "imap.gmx.net", "imap_port": 993,
                "smtp_host": "mail.gmx.net", "smtp_port": 465,
            },
        ),
        (
            "a@web.de",
            {},
            {
                "imap_username": "a@web.de", "imap_password": "pw",
                "imap_host": "imap.web.de", "imap_port": 993,
                "smtp_host": "smtp.web.de", "smtp_port": 465,
            },
        ),
        (
            "a@disroot.org",
            {},
            {
                "imap_username": "a@disroot.org", "imap_password": "pw",
                "imap_host": "disroot.org", "imap_port": 993,
                "smtp_host": "disroot.org", "smtp_port": 587,
            },
        ),
        (
            "a@Bücher.example",
            {"imap_host": "imap.bücher.example"},
            {
                "imap_username": "a@xn--bcher-kva.example", "imap_password": "pw",
                "imap_host": "imap.xn--bcher-kva.example", "imap_port": 993,
            },
        ),
    ],
)  # fmt: skip
def test_what_nylas_gets_for_imap(
    company: Company, nylas: Nylas, email: str, typed: dict[str, str], settings: dict[str, Any]
) -> None:
    assert imap(company(), email, **typed).heading == DONE
    assert nylas.sent == [{"provider": "imap", "settings": settings}]


# Fields of Nylas's calls, of our own pages for other providers, and of answers.
FOREIGN_FIELDS = {
    "provider": "ews", "key": "ews", "settings": "{}", "settings[imap_host]": "mail.evil.example",
    "imap_username": "victim@example.com", "imap_password": "theirs", "type": "office365",
    "scope": "calendar", "state": "theirs", "grant_id": "theirs", "id": "theirs",
    "refresh_token": "theirs", "credential_id": "theirs", "redirect_uri": "https://evil.example",
    "ews_host": "mail.evil.example", "ews_username": "victim@example.com",
}  # fmt: skip


@pytest.mark.parametrize(
    ("email", "sent"),
    [
        (EMAIL, {"provider": "imap", "settings": LOGIN}),
        (
            "a@icloud.com",
            {"provider": "icloud", "settings": {"username": "a@icloud.com", "password": "pw"}},
        ),
    ],
)
def test_fields_that_no_form_has_do_not_reach_nylas(
    company: Company, nylas: Nylas, email: str, sent: dict[str, Any]
) -> None:
    visitor = company()
    fields = FOREIGN_FIELDS | ({"imap_host": "mail.evil.example"} if email != EMAIL else {})
    page = visitor.submit(visitor.enter(email), password="pw", anyway="yes", **fields)
    assert page.heading == DONE
    assert nylas.sent == [sent]
    assert "theirs" not in nylas.states


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("abcd efgh ijkl mnop", "abcdefghijklmnop"),
        ("abcd\u00a0efgh\u00a0ijkl\u00a0mnop", "abcdefghijklmnop"),
        ("abcdefghijklmnop", "abcdefghijklmnop"),
        ("Abcdefghijklmnop", "Abcdefghijklmnop"),
    ],
)
def test_an_app_password_is_sent_without_the_blanks_it_is_shown_with(
    company: Company, nylas: Nylas, typed: str, sent: str
) -> None:
    assert imap(company(), "a@yahoo.com", typed).heading == DONE
    assert nylas.settings == {
        "imap_username": "a@yahoo.com", "imap_password": sent,
        "imap_host": "imap.mail.yahoo.com", "imap_port": 993,
        "smtp_host": "smtp.mail.yahoo.com", "smtp_port": 465,
    }  # fmt: skip


IMPOSSIBLE = [
    ("someone@yahoo.com", "hunter2", "imap_password"),
    ("someone@aol.com", "abcdefghijklmno", "imap_password"),
    ("someone@fastmail.com", "correct horse battery staple", "imap_password"),
    ("someone@icloud.com", "abcd-efgh-ijkl-mno1", "password"),
    ("someone@icloud.com", "  MyPassword!\u00a0", "password"),
    ("someone@qq.com", "pässword", ""),
]


@pytest.mark.parametrize(("email", "password", "name"), IMPOSSIBLE)
def test_a_password_that_is_no_app_password_is_asked_about_before_a_try_is_spent(
    company: Company, nylas: Nylas, email: str, password: str, name: str
) -> None:
    visitor = company(LIMITS="mailbox=1/5m")
    page = visitor.sign_in(email, password)
    assert page.status == 422
    assert page.error_at("password")
    assert password.strip() not in page.html
    assert not nylas.sent
    if name:
        assert "made for them" in page.error_at("password")
        assert "Please type it once more" in page.text
        assert visitor.submit(page, password=password).heading == DONE
        assert nylas.settings[name] == password, "it goes as it was typed"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("someone@yahoo.com", "ABCD efgh ijkl mnop"),
        ("someone@icloud.com", "abcdefghijklmnop"),
        ("someone@icloud.com", "Abcd Efgh Ijkl Mnop"),
        ("someone@gmx.de", "hunter2"),
        ("someone@posteo.de", "hunter2"),
        ("someone@t-online.de", "hunter2"),
        ("someone@corp.example", "hunter2"),
    ],
)
def test_a_password_that_may_be_right_is_sent_at_once(
    company: Company, nylas: Nylas, email: str, password: str
) -> None:
    assert imap(company(), email, password).heading == DONE
    assert len(nylas.sent) == 1


@pytest.mark.parametrize(
    ("email", "label"),
    [
        ("a@yahoo.com", "App password"),
        ("a@icloud.com", "App password"),
        ("a@qq.com", "Authorisation code"),
        ("a@att.net", "Secure mail key"),
        ("a@t-online.de", "E-mail password"),
        ("a@gmx.de", "Password"),
        (EMAIL, "Password"),
    ],
)
def test_the_field_has_the_name_of_what_the_provider_wants(
    company: Company, email: str, label: str
) -> None:
    page = company().enter(email)
    labels = [node for node in page.tree.iter("label") if node.get("for") == "password"]
    assert [node.text for node in labels] == [label]


def test_the_way_to_an_app_password_is_numbered(company: Company) -> None:
    page = company().enter("a@icloud.com")
    steps = [" ".join("".join(step.itertext()).split()) for step in page.tree.findall(".//ol/li")]
    assert steps == [
        "Switch on two-step sign-in at Apple iCloud if it is off. Without it, Apple iCloud doesn’t "
        "offer app passwords.",
        "Open the page at Apple iCloud (new tab)",
        "Make an app password: a separate password for this, made by Apple iCloud.",
        "Copy it and paste it below.",
    ]


@pytest.mark.parametrize(
    "password",
    ["abcd-efgh-ijkl-mnop", "  blanks  ", unicodedata.normalize("NFC", "pässwörd€"),
     unicodedata.normalize("NFD", "pässwörd€"), "🔑\u200d", "\\\"'<&%+{}$`\t"],
)  # fmt: skip
def test_what_nylas_gets_for_icloud_is_the_password_as_it_was_typed(
    company: Company, nylas: Nylas, password: str
) -> None:
    visitor = company()
    page = visitor.sign_in("a+b@icloud.com", password)
    if page.heading != DONE:
        page = visitor.submit(page, password=password)
    assert page.heading == DONE
    settings = {"username": "a+b@icloud.com", "password": password}
    assert nylas.sent == [{"provider": "icloud", "settings": settings}]


@pytest.mark.parametrize(
    ("typed", "more"),
    [
        ({}, {}),
        (
            {"username": " DOMAIN\\me ", "ews_host": "exchange.example.com"},
            {
                "ews_username": "DOMAIN\\me",
                "ews_host": "exchange.example.com",
                "ews_port": 443,
            },
        ),
        (
            {"username": "a@EXAMPLE.com", "ews_host": "exchange.example.com"},
            {
                "ews_username": "a@example.com",
                "ews_host": "exchange.example.com",
                "ews_port": 443,
            },
        ),
        ({"username": ""}, {}),
        ({"ews_port": "443"}, {}),
        (
            {"ews_host": "mail.exchange.example.com"},
            {"ews_host": "mail.exchange.example.com", "ews_port": 443},
        ),
        (
            {"ews_host": "exchange.example.com", "ews_port": "443"},
            {"ews_host": "exchange.example.com", "ews_port": 443},
        ),
    ],
)
def test_what_nylas_gets_for_exchange(
    company: Company, nylas: Nylas, typed: dict[str, str], more: dict[str, Any]
) -> None:
    email = "a@exchange.example.com"
    assert company().sign_in(email, "pä ss", **typed).heading == DONE
    settings = {"email": email, "ews_username": email, "ews_password": "pä ss", **more}
    scope = ["ews.messages", "ews.calendars", "ews.contacts"]
    assert nylas.sent == [{"provider": "ews", "settings": settings, "scope": scope}]


@pytest.mark.parametrize("field", ["imap_host", "smtp_host"])
@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("imap.evil.example", "doesn’t belong to example.com"),
        ("example.com.evil.example", "doesn’t belong to example.com"),
        ("evilexample.com", "doesn’t belong to example.com"),
        ("192.0.2.7", "name instead of its number"),
        ("127.0.0.1", "name instead of its number"),
        ("[::1]", "name instead of its number"),
        ("0x7f.1", "name instead of its number"),
        ("localhost", "only known inside your network"),
        ("mail.internal", "only known inside your network"),
        ("https://192.0.2.7/", "name instead of its number"),
        ("https://imap.evil.example:993/imap.example.com", "doesn’t belong to example.com"),
        ("https://imap.example.com@evil.example/", "server name like"),
        ("anna@example.com", "server name like"),
        ("imap example.com", "server name like"),
    ],
)
def test_a_server_that_is_not_allowed_is_refused_at_its_field_before_anything_is_sent(
    company: Company, nylas: Nylas, field: str, host: str, said: str
) -> None:
    page = imap(company(), EMAIL, **{field: host})
    assert page.status == 422
    assert said in page.error_at(field)
    assert page.is_open()
    assert page.fields()[field] in host
    assert not nylas.sent


PASTED = [
    # what is pasted, host and port that are taken
    ("https://mail.example.com/", "mail.example.com", 993),
    ("http://mail.example.com:2096/roundcube?_task=mail#x", "mail.example.com", 993),
    ("imaps://mail.example.com:993", "mail.example.com", 993),
    ("IMAP://Mail.Example.com:143/", "mail.example.com", 143),
    ("mail.example.com:143", "mail.example.com", 143),
    (" mail.example.com 143 ", "mail.example.com", 143),
    ("mail.example.com, port 143", "mail.example.com", 143),
    ("mail.example.com/", "mail.example.com", 993),
]


@pytest.mark.parametrize(("text", "host", "port"), PASTED)
def test_host_and_port_of_a_pasted_server_are_taken(
    company: Company, nylas: Nylas, text: str, host: str, port: int
) -> None:
    assert imap(company(), EMAIL, imap_host=text).heading == DONE
    assert nylas.settings == LOGIN | {"imap_host": host, "imap_port": port}


def test_host_of_a_pasted_exchange_address_is_taken(company: Company, nylas: Nylas) -> None:
    email = "a@exchange.example.com"
    address = "https://mail.exchange.example.com/EWS/Exchange.asmx"
    assert company().sign_in(email, ews_host=address).heading == DONE
    assert nylas.settings["ews_host"] == "mail.exchange.example.com"
    assert nylas.settings["ews_port"] == 443


@pytest.mark.parametrize(
    ("field", "port", "said", "usual"),
    [
        ("imap_port", "995", "POP3", "993"),
        ("imap_port", "110", "POP3", "993"),
        ("imap_port", "25", "outgoing mail", "993"),
        ("imap_port", "465", "outgoing mail", "993"),
        ("imap_port", "587", "outgoing mail", "993"),
        ("imap_port", "4190", "can’t be used here", "993"),
        ("smtp_port", "993", "incoming mail", "465"),
        ("smtp_port", "25", "between servers", "465"),
    ],
)
def test_a_port_of_something_else_is_questioned_and_mended_with_one_click(
    company: Company, nylas: Nylas, field: str, port: str, said: str, usual: str
) -> None:
    visitor = company()
    host = field.replace("port", "host")
    page = imap(visitor, EMAIL, **{host: f"mail.example.com:{port}"})
    assert said in page.error_at(field)
    (button,) = [node for node in page.tree.iter("button") if node.get("name") == "instead"]
    assert usual in "".join(button.itertext())
    assert not nylas.sent
    page = visitor.submit(page, instead=button.get("value", ""), password="pw")
    assert page.heading == DONE
    assert nylas.settings[field] == int(usual)


@pytest.mark.parametrize("host", ["example.com", "mx.example.com"])
def test_servers_of_the_own_domain_are_allowed(company: Company, nylas: Nylas, host: str) -> None:
    assert imap(company(), EMAIL, imap_host=host).heading == DONE
    assert nylas.settings["imap_host"] == host


def test_a_company_can_allow_every_server_but_not_numbers(company: Company, nylas: Nylas) -> None:
    visitor = company(ALLOW_ANY_MAIL_HOST="true")
    assert imap(visitor, EMAIL, imap_host="127.0.0.1").error_at("imap_host")
    assert imap(visitor, EMAIL, imap_host="imap.elsewhere.example").heading == DONE
    names = {"username": "someone", "imap_host": "imap.elsewhere.example"}
    assert imap(visitor, EMAIL, **names).error_at("username"), "whose mailbox is another question"


@pytest.mark.parametrize("port", ["143 (STARTTLS)", "Port: 143", "\uff11\uff14\uff13", "۱۴۳"])
def test_a_port_is_understood_as_it_is_pasted(company: Company, nylas: Nylas, port: str) -> None:
    page = imap(company(), EMAIL, imap_host="imap.example.com", imap_port=port)
    assert page.heading == DONE
    assert nylas.settings["imap_port"] == 143


@pytest.mark.parametrize("port", ["0", "65536", "-1", "99.3", "imap", "993 or 143"])
def test_a_port_that_is_none_is_refused_at_its_field(
    company: Company, nylas: Nylas, port: str
) -> None:
    page = imap(company(), EMAIL, imap_host="imap.example.com", imap_port=port)
    assert "from 1 to 65535" in page.error_at("imap_port")
    assert not nylas.sent


@pytest.mark.parametrize("field", ["password", "smtp_password"])
def test_a_password_that_imap_cannot_use_is_explained_before_it_is_sent(
    company: Company, nylas: Nylas, field: str
) -> None:
    page = imap(company(), EMAIL, **{"password": "pw", field: "Gehürn"})
    assert page.status == 422
    assert "like ä or €" in page.error_at(field)
    assert "Geh" not in page.html
    assert not nylas.sent


@pytest.mark.parametrize("email", [EMAIL, "a@icloud.com", "a@exchange.example.com"])
def test_a_long_password_is_sent_whole_or_refused_but_never_cut(
    company: Company, nylas: Nylas, email: str
) -> None:
    visitor = company()
    page = visitor.sign_in(email, "x" * 1025)
    assert page.status == 422
    assert "1,024" in page.error_at("password")
    assert not nylas.sent
    assert visitor.submit(page, password="x" * 1024, anyway="yes").heading == DONE
    assert "x" * 1024 in nylas.settings.values()


@pytest.mark.parametrize("email", [EMAIL, "a@icloud.com", "a@exchange.example.com"])
def test_no_password_is_said_at_its_field(company: Company, nylas: Nylas, email: str) -> None:
    page = company().sign_in(email, "")
    assert page.status == 422
    assert page.error_at("password") == "Please type your password."
    assert not nylas.sent


def test_a_password_of_blanks_is_a_password(company: Company, nylas: Nylas) -> None:
    assert company().sign_in(EMAIL, "   ").heading == DONE
    assert nylas.settings["imap_password"] == "   "


def test_whose_mailbox_it_is_cannot_be_changed_in_the_form(company: Company, nylas: Nylas) -> None:
    visitor = company()
    page = visitor.enter(EMAIL)
    assert visitor.submit(page, password="pw", email="victim@example.com").heading == DONE
    assert nylas.settings["imap_username"] == EMAIL


def test_a_no_break_space_is_not_called_a_letter(visitor: Visitor) -> None:
    page = visitor.submit(visitor.enter("someone@example.com"), password="my\u00a0secret")
    assert page.status == 422
    assert "special space" in page.error_at("password")


@pytest.mark.parametrize("field", ["imap_host", "imap_port", "username", "smtp_host"])
def test_what_is_far_too_long_is_not_repeated(visitor: Visitor, field: str) -> None:
    page = visitor.submit(
        visitor.enter("someone@example.com"), password="x", **{field: "1" * 50_000}
    )
    assert page.status == 422
    assert page.error_at(field)
    assert len(page.html) < 15_000


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("someone", {}),
        ("wrong-password", {}),
        ("unreachable", {}),
        ("someone", {"imap_host": "imap.evil.test"}),
        ("someone", {"username": "victim@other.example"}),
        ("someone", {"username": "other", "imap_host": "imap.evil.test"}),
    ],
)
def test_an_address_is_shown_as_it_was_typed_and_its_domain_in_ascii(
    visitor: Visitor, name: str, typed: dict[str, str]
) -> None:
    page = visitor.enter(f"{name}@bücher.example")
    form = visitor.get(page.links["Another mail provider"])
    assert form.heading == "Sign in to bücher.example"
    page = visitor.submit(form, password="secret", **typed)
    shown = f"{name}@bücher.example (xn--bcher-kva.example)"
    assert shown in form.text
    assert shown in page.text
    assert "xn--" not in page.text.replace(shown, "")


@pytest.mark.parametrize(
    ("password", "told"), [(" secret", True), ("secret\t", True), ("sec ret", False), ("x", False)]
)
def test_a_blank_at_an_end_of_a_refused_password_gets_a_word(
    visitor: Visitor, password: str, *, told: bool
) -> None:
    page = visitor.sign_in("wrong-password@example.com", password)
    assert ("began or ended with a space" in page.error_at("password")) is told

import pytest

from latchkey.providers.mailhosts import (
    LoginReason,
    LoginRefused,
    MailboxIdentity,
    ServerKind,
    judge_login,
)
from tests.latchkey.providers.mailhosts.records import Records, servers

ADDRESS = "anna@corp.example"
OWN_SERVER, FOREIGN_SERVER = "mail.corp.example", "mail.evil.example"
MX = {
    "corp.example": ["mx01.mail.icloud.com"],
    "uni.co.uk": ["mx.uni.co.uk"],
    "xn--bcher-kva.example": ["mx01.mail.icloud.com"],
}
MAIL, EXCHANGE = ServerKind.MAIL, ServerKind.EXCHANGE


def login(
    typed: str,
    kind: ServerKind = MAIL,
    *,
    address: str = ADDRESS,
    host: str = OWN_SERVER,
    sending_host: str = "",
    host_needed: bool = True,
    settled: bool = False,
) -> str | LoginReason:
    """What is sent to Nylas for a typed login name, or why nothing is."""
    try:
        return judge_login(
            typed,
            address=address,
            host=host,
            sending_host=sending_host,
            kind=kind,
            servers=servers(Records(MX)),
            host_needed=host_needed,
            settled=settled,
        )
    except LoginRefused as refused:
        return refused.reason


@pytest.mark.parametrize(
    ("kind", "login", "short", "lookup"),
    [
        (ServerKind.MAIL, ADDRESS, False, False),
        (ServerKind.MAIL, "anna@icloud.com", False, False),
        (ServerKind.MAIL, "anna", True, True),
        (ServerKind.EXCHANGE, ADDRESS, False, False),
        (ServerKind.EXCHANGE, "Anna@CORP.example", False, False),
        (ServerKind.EXCHANGE, "CORP\\anna", True, True),
        (ServerKind.EXCHANGE, "anna@corp.local", False, True),
        (ServerKind.EXCHANGE, "anna@ad.corp.example", False, True),
    ],
)
def test_names_that_others_may_have_need_a_look_up(
    kind: ServerKind, login: str, short: bool, lookup: bool
) -> None:
    identity = MailboxIdentity(address=ADDRESS, login=login, kind=kind)
    assert (identity.login_is_short, identity.needs_grant_lookup) == (short, lookup)


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize("host", [OWN_SERVER, FOREIGN_SERVER, ""])
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("", ADDRESS),
        ("  ", ADDRESS),
        (f" {ADDRESS}\t", ADDRESS),
        ("ANNA@Corp.Example", "ANNA@corp.example"),
        (f"mailto:{ADDRESS}", ADDRESS),
        (f"Anna Doe <{ADDRESS}>", ADDRESS),
        (f"E-Mail: {ADDRESS};", ADDRESS),
        (f"{ADDRESS}.", ADDRESS),
        ("\u200banna\uff20corp.example\u00a0", ADDRESS),
    ],
)
def test_the_address_itself_is_always_a_login_name_in_the_letters_typed(
    typed: str, sent: str, settled: bool, host: str, kind: ServerKind
) -> None:
    assert login(typed, kind, host=host, settled=settled) == sent


def test_another_spelling_of_the_same_mailbox_is_sent_as_it_was_typed() -> None:
    address = "a.nna@gmail.com"
    for typed in ("anna@gmail.com", "An.na+shop@googlemail.com"):
        assert login(typed, address=address, host="imap.gmail.com") == typed
        assert login(typed, address=address, host="") == typed
    assert login("anna@bücher.example", address="anna@xn--bcher-kva.example") == (
        "anna@xn--bcher-kva.example"
    )


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize(
    "typed",
    ["anna", "anna@icloud.com", "anna@mail.corp.example", "CORP\\anna", "a.nna@corp.example"],
)
def test_with_a_link_for_one_address_there_is_no_other_name(typed: str, kind: ServerKind) -> None:
    assert login(typed, kind, settled=True) is LoginReason.SETTLED


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize("typed", ["anna", "CORP\\anna", "ännä", "Ann Smith", "Ann M. Smith"])
def test_a_short_name_is_sent_to_a_server_of_the_address_only(typed: str, kind: ServerKind) -> None:
    assert login(f" {typed} ", kind) == typed
    assert login(typed, kind, host=FOREIGN_SERVER) is LoginReason.SERVER_FOREIGN
    assert login(typed, kind, host="") is LoginReason.SERVER_MISSING
    assert login(typed, kind, host="", host_needed=False) == typed
    assert login(typed, kind, host=FOREIGN_SERVER, host_needed=False) is (
        LoginReason.SERVER_FOREIGN
    )


def test_unless_said_otherwise_a_server_is_needed_and_no_link_settles_the_name() -> None:
    usual = {"address": ADDRESS, "kind": MAIL, "servers": servers(Records(MX))}
    assert judge_login("anna", host=OWN_SERVER, **usual) == "anna"  # type: ignore[arg-type]
    with pytest.raises(LoginRefused, match="server missing"):
        judge_login("anna", host="", **usual)  # type: ignore[arg-type]
    account = "someone.else@icloud.com"
    assert judge_login(account, host="", **usual) == account  # type: ignore[arg-type]


@pytest.mark.parametrize("sending", ["imap.mail.me.com", "smtp.mail.me.com", ""])
@pytest.mark.parametrize("host", ["imap.mail.me.com", ""])
def test_an_account_elsewhere_goes_to_servers_of_its_provider(host: str, sending: str) -> None:
    account = "someone.else@icloud.com"
    assert login(account, host=host, sending_host=sending) == account


@pytest.mark.parametrize(
    ("host", "sending"),
    [
        (OWN_SERVER, ""),
        (FOREIGN_SERVER, ""),
        ("", OWN_SERVER),
        ("imap.mail.me.com", FOREIGN_SERVER),
        ("imap.fastmail.com", "smtp.mail.me.com"),
        ("evil.mail.icloud.com", ""),
    ],
)
def test_an_account_elsewhere_goes_to_no_other_server(host: str, sending: str) -> None:
    account = "someone.else@icloud.com"
    assert login(account, host=host, sending_host=sending) is LoginReason.SERVER_FOREIGN


@pytest.mark.parametrize(
    ("typed", "domain"), [("someone.else@icloud.com", "icloud.com"), ("anna", "")]
)
def test_whose_server_a_name_needs_is_told(typed: str, domain: str) -> None:
    with pytest.raises(LoginRefused) as raised:
        judge_login(
            typed, address=ADDRESS, host=FOREIGN_SERVER, kind=MAIL, servers=servers(Records(MX))
        )
    assert raised.value.domain == domain


@pytest.mark.parametrize("host", [OWN_SERVER, FOREIGN_SERVER, "imap.mail.me.com", ""])
def test_an_account_elsewhere_is_one_of_the_provider_that_takes_the_mail(host: str) -> None:
    for typed in ("anna@fastmail.com", "anna@gmail.com", "anna@evil.example", "@icloud.com"):
        assert login(typed, host=host) is LoginReason.OTHER_MAILBOX
    for typed in ("bob@corp.example", "a@b@icloud.com", "anna@mail.corp.example"):
        assert login(typed, host=host) is LoginReason.OTHER_MAILBOX


def test_a_domain_login_of_exchange_keeps_the_name_at_a_domain_of_the_same_owner() -> None:
    good = {
        "anna@ad.corp.example": "anna@ad.corp.example",
        "ANNA@AD.Corp.Example": "ANNA@ad.corp.example",
        "anna@corp.local": "anna@corp.local",
        "amueller@corp.local": "amueller@corp.local",
        "anna@ad.internal": "anna@ad.internal",
    }
    for typed, sent in good.items():
        assert login(typed, EXCHANGE) == sent
        assert login(typed, EXCHANGE, host=FOREIGN_SERVER) is LoginReason.SERVER_FOREIGN
        assert login(typed, EXCHANGE, host="") is LoginReason.SERVER_MISSING
    address, host = "anna@mail.uni.co.uk", "mail.uni.co.uk"
    assert login("anna@ad.uni.co.uk", EXCHANGE, address=address, host=host) == "anna@ad.uni.co.uk"


@pytest.mark.parametrize(
    "typed",
    [
        "bob@ad.corp.example", "@corp.local", "bob@corp.example", "anna@evil.example",
        "anna@icloud.com", "anna@example", "anna@", "@ad.corp.example",
        "anna@x@ad.corp.example", "anna@x@corp.local", "anna@corp.example.evil.example",
        "anna@not,a.name",
    ],
)  # fmt: skip
def test_another_persons_name_at_exchange_is_refused_at_any_server(typed: str) -> None:
    for host in (OWN_SERVER, FOREIGN_SERVER, ""):
        assert login(typed, EXCHANGE, host=host) is LoginReason.OTHER_MAILBOX


def test_domains_below_a_public_suffix_have_no_owner_in_common() -> None:
    address, host = "anna@co.uk", "co.uk"
    for typed in ("anna@evil.co.uk", "anna@org.uk"):
        assert login(typed, EXCHANGE, address=address, host=host) is LoginReason.OTHER_MAILBOX


@pytest.mark.parametrize("kind", ServerKind)
@pytest.mark.parametrize(
    "typed",
    [
        "an  na", "an na@corp.example", "an na@ad.corp.example", "an \tna", "CORP\\ anna",
        "anna\x00", "an\r\nna", "an\tna", "anna\u202e", "an\u200bna", "an\u00a0na",
        "an\u00adna", "an\u034fna", "an\u0301na", "\uff41nna", "anna\uff20ad.corp.example",
        "anna\ufe6bcorp.example", "anna\u00a0", "\u2003anna",
        "an\u2028na", "an\ue000na", "an\u115fna", "x\u20dd",
    ],
)  # fmt: skip
def test_a_name_that_programs_may_read_in_two_ways_is_refused(typed: str, kind: ServerKind) -> None:
    assert login(typed, kind) is LoginReason.ODD_CHARACTER

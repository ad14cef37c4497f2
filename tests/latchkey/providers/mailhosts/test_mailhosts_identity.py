import pytest

from latchkey.providers.mailhosts import MailboxIdentity, ServerKind

ADDRESS = "anna@corp.example"


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

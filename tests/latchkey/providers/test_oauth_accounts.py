from typing import Any

import pytest

from latchkey.providers import PROVIDERS
from latchkey.providers.model import Account

VICTIM = "victim@corp.example"
ATTACKER = "mallory@evil.example"
UPN = {"oid": "o", "tid": "t", "preferred_username": ATTACKER}


def account(key: str, claims: dict[str, Any], userinfo: dict[str, Any] | None = None) -> Account:
    oauth = PROVIDERS[key].oauth
    assert oauth
    return oauth.account(claims, userinfo or {})


@pytest.mark.parametrize("key", ["google", "yahoo"])
@pytest.mark.parametrize(
    ("changes", "proven"),
    [
        ({}, True),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
        ({"email_verified": "false"}, False),
        ({"email_verified": 1}, False),
        ({"sub": ""}, False),
        ({"sub": None}, False),
        ({"email": "no address"}, False),
    ],
)
def test_an_address_counts_when_the_provider_verified_it_for_a_known_subject(
    key: str, changes: dict[str, Any], proven: bool
) -> None:
    claims = {"sub": "s", "email": VICTIM, "email_verified": True} | changes
    expected = Account(proven=(VICTIM,)) if proven else Account()
    assert account(key, claims) == expected
    assert account(key, {}, claims) == expected


def test_userinfo_of_another_subject_tells_nothing() -> None:
    userinfo = {"sub": "other", "email": VICTIM, "email_verified": True}
    assert account("google", {"sub": "s"}, userinfo) == Account()


@pytest.mark.parametrize(
    ("claims", "userinfo"),
    [
        (UPN | {"email": VICTIM}, {}),
        (UPN | {"email": VICTIM, "xms_edov": False}, {}),
        (UPN | {"email": VICTIM, "xms_edov": "0"}, {}),
        (UPN | {"email": VICTIM, "email_verified": True}, {}),
        (UPN, {"id": "o", "mail": VICTIM}),
        (UPN, {"id": "o", "proxyAddresses": [f"SMTP:{VICTIM}", 7]}),
        (UPN, {"id": "another", "userPrincipalName": VICTIM}),
        ({"preferred_username": VICTIM}, {}),
        ({"preferred_username": VICTIM, "oid": "o"}, {}),
        ({"preferred_username": VICTIM, "tid": "t"}, {}),
        ({}, {"id": "o", "userPrincipalName": VICTIM, "mail": VICTIM}),
    ],
)
def test_what_any_tenant_can_write_proves_no_address_at_microsoft(
    claims: dict[str, Any], userinfo: dict[str, Any]
) -> None:
    found = account("microsoft", claims, userinfo)
    assert not found.proves(VICTIM)
    assert found.names(VICTIM), "enough where no link is at stake"


@pytest.mark.parametrize(
    ("claims", "userinfo"),
    [
        ({"oid": "o", "tid": "t", "preferred_username": VICTIM.upper()}, {}),
        ({"oid": "o", "tid": "t", "upn": VICTIM}, {}),
        (UPN | {"email": VICTIM, "xms_edov": True}, {}),
        (UPN | {"email": VICTIM, "xms_edov": 1}, {}),
        (UPN | {"email": VICTIM, "xms_edov": "1"}, {}),
        ({"oid": "o", "tid": "t"}, {"id": "o", "userPrincipalName": VICTIM}),
    ],
)
def test_user_principal_names_and_verified_domains_prove_an_address(
    claims: dict[str, Any], userinfo: dict[str, Any]
) -> None:
    assert account("microsoft", claims, userinfo).proves(VICTIM)


def test_zoom_proves_nothing() -> None:
    claims = {"sub": "s", "email": VICTIM, "email_verified": True}
    assert account("zoom", claims, claims) == Account(claimed=(VICTIM,))

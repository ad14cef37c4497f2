"""Whose account a person signed in to at a provider, and what is done with its tokens."""

import httpx
import pytest

from latchkey.connect import Connected, Failed
from latchkey.connect.oauth import OAuthClient, PendingAuthorization, Tokens, refused_by
from latchkey.connect.oauth.authorization import check_account, exchange, may_revoke
from latchkey.connect.verification import ExpectedMailbox
from latchkey.nylas import Grant
from latchkey.problems import Problem
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN
from latchkey.problems.nylas import MISSING_PERMISSIONS, OUTCOME_UNKNOWN, WRONG_PASSWORD
from latchkey.problems.oauth import (
    CANCELLED,
    NO_OFFLINE_ACCESS,
    NO_REFRESH_TOKEN,
    OTHER_ACCOUNT,
    PROVIDER_DOWN,
    SIGN_IN_AGAIN,
)
from latchkey.providers import PROVIDERS
from latchkey.providers.model import Account
from tests.latchkey.connect.oauth.test_oauth import REDIRECT_URI, make_client

ANNA, BOB = "anna@example.com", "bob@example.com"
# Providers whose account has to be known, and others.
STRICT = [key for key, one in PROVIDERS.items() if one.oauth and one.oauth.must_match]
LENIENT = [key for key, one in PROVIDERS.items() if one.oauth and not one.oauth.must_match]


def why_not(
    account: Account, address: str = ANNA, key: str = "google", *, pinned: bool = False
) -> tuple[Problem, str] | None:
    """Why the tokens of an account are not sent on, and the account that is named."""
    expected = ExpectedMailbox(address=address, pinned=pinned)
    failed = check_account(make_client(key), tokens(), account, expected)
    return (failed.problem, failed.account) if failed else None


def tokens(*, refresh_token: str = "refresh", missing: tuple[str, ...] = ()) -> Tokens:
    return Tokens(refresh_token=refresh_token, access_token="access", claims={}, missing=missing)


def proven(*addresses: str) -> Account:
    return Account(proven=addresses)


def claimed(*addresses: str) -> Account:
    return Account(claimed=addresses)


def test_there_are_providers_of_both_kinds() -> None:
    assert STRICT
    assert LENIENT


@pytest.mark.parametrize("key", STRICT)
def test_the_account_has_to_be_the_one_that_was_typed(key: str) -> None:
    assert why_not(proven(ANNA), key=key) is None
    assert why_not(claimed(ANNA), key=key) is None
    assert why_not(Account(proven=(BOB,), claimed=(ANNA,)), key=key) is None
    assert why_not(proven(BOB), key=key) == (OTHER_ACCOUNT, BOB)
    assert why_not(claimed(BOB), key=key) == (OTHER_ACCOUNT, BOB)
    assert why_not(Account(), key=key) == (SIGN_IN_AGAIN, "")


@pytest.mark.parametrize("key", STRICT)
def test_where_no_address_was_typed_any_account_that_is_known_will_do(key: str) -> None:
    assert why_not(proven(BOB), "", key) is None
    assert why_not(Account(), "", key) == (SIGN_IN_AGAIN, "")


@pytest.mark.parametrize("key", LENIENT)
def test_where_accounts_cannot_be_compared_nylas_decides(key: str) -> None:
    for account in (proven(ANNA), proven(BOB), claimed(BOB), Account()):
        assert why_not(account, key=key) is None


@pytest.mark.parametrize("key", STRICT + LENIENT)
def test_a_link_for_an_address_takes_no_account_of_another(key: str) -> None:
    assert why_not(proven(ANNA), key=key, pinned=True) is None
    assert why_not(proven(BOB, ANNA), key=key, pinned=True) is None
    assert why_not(Account(proven=(ANNA,), claimed=(BOB,)), key=key, pinned=True) is None
    other = (ACCOUNT_MISMATCH, BOB)
    assert why_not(proven(BOB), key=key, pinned=True) == other
    assert why_not(claimed(BOB), key=key, pinned=True) == other
    # Its owner can write any address there; what counts is what the provider has verified.
    assert why_not(Account(proven=(BOB,), claimed=(ANNA,)), key=key, pinned=True) == other


@pytest.mark.parametrize("key", STRICT)
def test_a_link_for_an_address_wants_a_proof_of_it(key: str) -> None:
    assert why_not(claimed(ANNA), key=key, pinned=True) == (ADDRESS_UNKNOWN, "")
    assert why_not(Account(), key=key, pinned=True) == (SIGN_IN_AGAIN, "")


@pytest.mark.parametrize("key", LENIENT)
def test_where_nothing_is_ever_proven_the_answer_of_nylas_decides_about_a_link(key: str) -> None:
    assert why_not(claimed(ANNA), key=key, pinned=True) is None
    assert why_not(Account(), key=key, pinned=True) is None


def test_permissions_that_are_missing_come_first() -> None:
    client, expected = make_client(), ExpectedMailbox(address=ANNA)
    failed = check_account(client, tokens(missing=("mail",)), proven(BOB), expected)
    assert failed == Failed(problem=MISSING_PERMISSIONS, missing=("mail",))


@pytest.mark.parametrize("key", STRICT + LENIENT)
def test_without_a_refresh_token_there_is_nothing_to_send(key: str) -> None:
    client, expected = make_client(key), ExpectedMailbox(address=ANNA)
    failed = check_account(client, tokens(refresh_token=""), proven(ANNA), expected)
    assert failed
    wanted = NO_REFRESH_TOKEN if key == "google" else NO_OFFLINE_ACCESS
    assert failed.problem is wanted


def test_tokens_are_given_back_only_while_no_grant_can_use_them() -> None:
    grant = Grant(id="grant-1", provider="google", email=ANNA)
    assert not may_revoke(Connected(grant=grant))
    assert not may_revoke(Failed(problem=OUTCOME_UNKNOWN))
    assert not may_revoke(Failed(problem=WRONG_PASSWORD, mismatch=True))
    assert may_revoke(Failed(problem=WRONG_PASSWORD))


def came_back(answer: httpx.Response | Exception) -> Tokens | Failed:
    """What comes of a code when the provider answers like this."""

    def answering(request: httpx.Request) -> httpx.Response:
        assert "&code=code&" in request.content.decode()
        if isinstance(answer, Exception):
            raise answer
        return answer

    client: OAuthClient = make_client(answer=answering)
    pending: PendingAuthorization = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    return exchange(client, pending, "code")


def test_what_goes_wrong_with_a_code_comes_back_as_an_outcome() -> None:
    good = came_back(httpx.Response(200, json={"access_token": "a", "refresh_token": "r"}))
    assert isinstance(good, Tokens)
    assert (good.access_token, good.refresh_token) == ("a", "r")
    refused = came_back(httpx.Response(400, json={"error": "access_denied"}))
    assert refused == Failed(problem=CANCELLED, detail="400 access_denied")
    for answer in (httpx.ConnectError("no"), httpx.Response(200, text="no JSON")):
        failed = came_back(answer)
        assert isinstance(failed, Failed)
        assert failed.problem is PROVIDER_DOWN
        assert failed.detail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("code 4/0Ab verifier wx-7 secret GOCSPX-1", "other"),
        ("ya29.a0AfB_byC for ann.smith(at)corp.example", "other"),
        ("abcdefghijklmnop", "other"),
        ("user_not_in_any_group", "user_not_in_any_group"),
        ("Invalid_Grant", "invalid_grant"),
    ],
)
def test_a_provider_s_own_words_are_not_kept_unless_they_are_a_code(error: str, told: str) -> None:
    refused = came_back(httpx.Response(400, json={"error": error, "error_codes": [70008]}))
    assert isinstance(refused, Failed)
    assert refused.detail == f"400 {told} 70008"
    assert str(refused_by({"error": error})) == told
    assert refused_by({"error": error}).error == error, "the problem is found by the whole text"

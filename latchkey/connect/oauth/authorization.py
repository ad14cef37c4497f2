"""From a provider's authorization code to tokens of the right account."""

from latchkey.connect.oauth.client import OAuthClient
from latchkey.connect.oauth.pending import PendingAuthorization
from latchkey.connect.oauth.tokens import Tokens
from latchkey.connect.outcome import Failed, Outcome
from latchkey.connect.verification import ExpectedMailbox
from latchkey.infra.errors import UpstreamError
from latchkey.problems.mailbox import ACCOUNT_MISMATCH, ADDRESS_UNKNOWN
from latchkey.problems.nylas import MISSING_PERMISSIONS, OUTCOME_UNKNOWN
from latchkey.problems.oauth import (
    NO_OFFLINE_ACCESS,
    NO_REFRESH_TOKEN,
    OTHER_ACCOUNT,
    PROVIDER_DOWN,
    SIGN_IN_AGAIN,
)
from latchkey.problems.oauth_codes import ProviderRefused, problem_for
from latchkey.providers.model import Account


def exchange(client: OAuthClient, pending: PendingAuthorization, code: str) -> Tokens | Failed:
    """Turn the code into tokens; what goes wrong comes back as an outcome."""
    try:
        return client.exchange(pending, code)
    except ProviderRefused as refused:
        return Failed(problem=problem_for(refused), detail=str(refused))
    except UpstreamError as error:
        return Failed(problem=PROVIDER_DOWN, detail=f"{type(error).__name__}: {error}")


def check_account(
    client: OAuthClient, tokens: Tokens, account: Account, expected: ExpectedMailbox
) -> Failed | None:
    """Return why these tokens must not be sent on, None when they may be."""
    if tokens.missing:
        return Failed(problem=MISSING_PERMISSIONS, missing=tokens.missing)
    oauth = client.provider.oauth
    must_match = oauth is not None and oauth.must_match
    check = _check_pinned if expected.pinned else _check_typed
    if refused := check(account, expected.address, must_match=must_match):
        return refused
    if not tokens.refresh_token:
        again = oauth and oauth.consent_again
        return Failed(problem=NO_REFRESH_TOKEN if again else NO_OFFLINE_ACCESS)
    return None


def may_revoke(outcome: Outcome) -> bool:
    """Tell whether no grant can be using the tokens, so that they can be given back."""
    if not isinstance(outcome, Failed):
        return False
    return outcome.problem is not OUTCOME_UNKNOWN and not outcome.mismatch


def _check_typed(account: Account, address: str, *, must_match: bool) -> Failed | None:
    if not must_match:
        return None
    if not account.addresses:
        return Failed(problem=SIGN_IN_AGAIN, detail="account unknown")
    if address and not account.names(address):
        return Failed(problem=OTHER_ACCOUNT, account=account.addresses[0])
    return None


def _check_pinned(account: Account, address: str, *, must_match: bool) -> Failed | None:
    """Only a proven address is the link's. Where none is ever proven, Nylas's answer decides."""
    if account.proves(address):
        return None
    if account.proven or (account.addresses and not account.names(address)):
        return Failed(problem=ACCOUNT_MISMATCH, account=account.addresses[0])
    if not must_match:
        return None
    if account.addresses:
        return Failed(problem=ADDRESS_UNKNOWN, detail="address not proven by the provider")
    return Failed(problem=SIGN_IN_AGAIN, detail="account unknown")

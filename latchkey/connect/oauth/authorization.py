"""From a provider's authorization code to a Nylas grant."""

from dataclasses import replace

from latchkey.connect import Connected, Failed, Outcome, Pacer, connect
from latchkey.connect.oauth import OAuthClient, PendingAuthorization, Tokens
from latchkey.infra.errors import UpstreamError
from latchkey.nylas import NylasClient
from latchkey.problems.nylas import MISSING_PERMISSIONS
from latchkey.problems.oauth import (
    NO_OFFLINE_ACCESS,
    NO_REFRESH_TOKEN,
    OTHER_ACCOUNT,
    PROVIDER_DOWN,
    SIGN_IN_AGAIN,
    ProviderRefused,
    problem_for,
)


def finish(
    client: OAuthClient,
    nylas: NylasClient,
    pacer: Pacer,
    pending: PendingAuthorization,
    code: str,
    *,
    email: str,
    pinned: bool = False,
    credential_id: str = "",
) -> Outcome:
    """Exchange the code, check what it brought, and hand the refresh token to Nylas, unused.

    :param email: the address that was typed, and then the account has to be the same; "" when the
        person came here without one.
    :param pinned: the account has to be the same whatever the provider is.
    :param credential_id: of the connector's credential at Nylas to use, "" for the usual one.
    """
    try:
        tokens = client.exchange(pending, code)
    except ProviderRefused as refused:
        return Failed(problem=problem_for(refused), detail=str(refused))
    except UpstreamError as error:
        return Failed(problem=PROVIDER_DOWN, detail=f"{type(error).__name__}: {error}")
    if blocker := _blocker(client, tokens, email, pinned=pinned):
        client.revoke(tokens)
        return blocker
    provider = client.provider
    email = _whose(tokens, typed=email)
    settings = provider.settings(email, {"refresh_token": tokens.refresh_token})
    if credential_id:
        settings["credential_id"] = credential_id
    outcome = connect(nylas, pacer, provider, email=email, settings=settings)
    if isinstance(outcome, Failed):
        client.revoke(tokens)
        return outcome
    # Nylas may leave the address out, but by now we know whose account it is.
    return Connected(grant=replace(outcome.grant, email=outcome.grant.email or email))


def _whose(tokens: Tokens, *, typed: str) -> str:
    """The account's address as the person knows it, else as the provider does."""
    return typed if typed.lower() in tokens.addresses else next(iter(tokens.addresses), typed)


def _blocker(client: OAuthClient, tokens: Tokens, email: str, *, pinned: bool) -> Failed | None:
    """Why these tokens are not handed on."""
    if tokens.missing:
        return Failed(problem=MISSING_PERMISSIONS, missing=tokens.missing)
    oauth = client.provider.oauth
    must_match = pinned or (oauth is not None and oauth.must_match)
    if must_match and not tokens.addresses:
        return Failed(problem=SIGN_IN_AGAIN, detail="account not told")
    if must_match and email and email.lower() not in tokens.addresses:
        return Failed(problem=OTHER_ACCOUNT, account=tokens.addresses[0])
    if not tokens.refresh_token:
        again = oauth and oauth.consent_again
        return Failed(problem=NO_REFRESH_TOKEN if again else NO_OFFLINE_ACCESS)
    return None

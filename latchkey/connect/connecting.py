"""From credentials to a grant: one call to Nylas, and a second look when no answer came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from latchkey.connect.outcome import Connected, Failed, Outcome
from latchkey.connect.pacing import Overloaded, Pacer
from latchkey.infra.errors import BadAnswer, OutcomeUnknown, UpstreamError
from latchkey.nylas import Grant, NylasClient
from latchkey.nylas.errors import Refused
from latchkey.problems import Problem
from latchkey.problems.mail_server import WRONG_PASSWORD
from latchkey.problems.nylas import (
    AMBIGUOUS,
    BAD_KEY,
    BUSY,
    NYLAS_DOWN,
    OUTCOME_UNKNOWN,
    problem_for,
)
from latchkey.problems.nylas_rows import leaves_open
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.providers import Provider

_USUAL_WAIT = 30


@dataclass(frozen=True, kw_only=True)
class GrantRequest:
    """What one ``connect/custom`` call carries.

    :ivar settings: Nylas's ``settings``, with the credentials.
    :ivar names: what the grant may be filed under: the login name that is sent, the address.
    :ivar state: random; the grant of this call carries it.
    """

    provider: Provider
    settings: Mapping[str, Any] = field(repr=False)
    names: Sequence[str]
    state: str
    scope: Sequence[str] = ()


def connect(client: NylasClient, pacer: Pacer, request: GrantRequest) -> Outcome:
    """Create the grant. Whatever Nylas does comes back as an outcome, never as an exception.

    The grant's address is the one that Nylas keeps; "" when even Nylas does not say.
    """
    try:
        return Connected(grant=_with_address(client, _create(client, pacer, request)))
    except Overloaded as busy:
        return Failed(problem=BUSY, wait=busy.wait, detail="busy")
    except UpstreamError as error:
        if not _may_have_worked(error):
            return _settle_doubt(client, request.provider, failed_by(error, request.provider))
        if grant := _made_in_spite_of(client, request):
            return Connected(grant=_with_address(client, grant))
        return _failed(error, OUTCOME_UNKNOWN)


def failed_by(error: UpstreamError, provider: Provider) -> Failed:
    """Return the outcome of a call that ended with ``error`` and had no effect."""
    return _failed(error, problem_for(error, oauth=provider.oauth is not None))


def _create(client: NylasClient, pacer: Pacer, request: GrantRequest) -> Grant:
    with pacer.admit() as send_slot:
        try:
            return client.create_grant(
                request.provider.key,
                request.settings,
                scope=request.scope,
                state=request.state,
                send_slot=send_slot,
            )
        except Refused as error:
            if _may_have_worked(error):
                raise
            refused = error
    # Raised out here: a refusal is an answer, too, so the pacer need not take Nylas for silent.
    try:
        raise refused
    finally:
        # Else the error and this frame, with the password in it, hold on to each other.
        del refused


def _with_address(client: NylasClient, grant: Grant) -> Grant:
    """The grant as Nylas keeps it, where the answer was too short to say whose it is."""
    if grant.email:
        return grant
    try:
        kept = client.grant(grant.id)
    except UpstreamError:
        # The address stays unknown, and what follows from that is decided by the caller.
        return grant
    return replace(kept, provider=kept.provider or grant.provider, state=kept.state or grant.state)


def _may_have_worked(error: UpstreamError) -> bool:
    """No verdict of Nylas: a broken connection, or an answer that leaves the outcome open."""
    if isinstance(error, Refused):
        return leaves_open(error.refusal)
    return isinstance(error, OutcomeUnknown | BadAnswer)


def _made_in_spite_of(client: NylasClient, request: GrantRequest) -> Grant | None:
    """The grant of this very call, although no usable answer came: it carries the call's state."""
    for name in dict.fromkeys(filter(None, request.names)):
        try:
            grants = client.find_grants(name)
        except UpstreamError:
            # The user reads about the first error; this was only a second look.
            continue
        for grant in grants:
            if grant.state == request.state and grant.valid:
                return grant
    return None


def _failed(error: UpstreamError, problem: Problem) -> Failed:
    refusal = error.refusal if isinstance(error, Refused) else None
    wait = (refusal.retry_after if refusal else 0) or _USUAL_WAIT
    return Failed(
        problem=problem,
        request_id=error.request_id,
        wait=wait if problem.status == 429 else 0,
        detail=str(error) if refusal else f"{type(error).__name__}: {error}",
    )


def _settle_doubt(client: NylasClient, provider: Provider, failed: Failed) -> Failed:
    """A 401 may be about our key or about the user's sign-in; our key can be tried."""
    if failed.problem is not AMBIGUOUS:
        return failed
    try:
        about_user = SIGN_IN_AGAIN if provider.oauth else WRONG_PASSWORD
        problem = about_user if client.accepts_key() else BAD_KEY
    except UpstreamError:
        problem = NYLAS_DOWN
    return replace(failed, problem=problem)

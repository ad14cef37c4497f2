"""From credentials to an outcome: one call to Nylas, and a second look when no answer came."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from latchkey.connect.outcome import Connected, Failed, Outcome
from latchkey.connect.pacing import Overloaded, Pacer
from latchkey.infra.errors import BadAnswer, OutcomeUnknown, UpstreamError
from latchkey.nylas import Grant, NylasClient
from latchkey.nylas.errors import Refused
from latchkey.problems.mail_server import WRONG_PASSWORD
from latchkey.problems.nylas import (
    AMBIGUOUS,
    BAD_KEY,
    BUSY,
    NYLAS_DOWN,
    problem_for,
)
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.providers import Provider

# Clocks of two machines differ; a grant refreshed this long before we asked still counts as ours.
_CLOCK_SECONDS = 60
_USUAL_WAIT = 30


def connect(
    client: NylasClient,
    pacer: Pacer,
    provider: Provider,
    *,
    email: str,
    settings: Mapping[str, Any],
    scope: Sequence[str] = (),
) -> Outcome:
    """Create the grant. Whatever Nylas does comes back as an outcome, never as an exception."""
    started = time.time()
    try:
        return Connected(grant=_create(client, pacer, provider, settings, scope))
    except Overloaded as busy:
        return Failed(problem=BUSY, wait=busy.wait, detail="busy")
    except UpstreamError as error:
        if _may_have_worked(error) and (grant := _made_meanwhile(client, provider, email, started)):
            return Connected(grant=grant)
        return _settle_doubt(client, provider, _failed(error, provider))


def _create(
    client: NylasClient,
    pacer: Pacer,
    provider: Provider,
    settings: Mapping[str, Any],
    scope: Sequence[str],
) -> Grant:
    with pacer.admit() as send_slot:
        try:
            return client.create_grant(provider.key, settings, scope=scope, send_slot=send_slot)
        except Refused as error:
            if _may_have_worked(error):
                raise
            refused = error
    # Raised out here: being refused is an answer, too, so the gate has nothing to worry about.
    try:
        raise refused
    finally:
        # Else the error and this frame, with the password in it, hold on to each other.
        del refused


def _may_have_worked(error: UpstreamError) -> bool:
    """No answer of Nylas itself: a broken line, or a gateway on the way that gave up."""
    if isinstance(error, Refused):
        return error.refusal.status in (502, 503, 504) and not error.refusal.kind
    return isinstance(error, OutcomeUnknown | BadAnswer)


def _made_meanwhile(
    client: NylasClient, provider: Provider, email: str, started: float
) -> Grant | None:
    """The grant of this very sign-in, when no usable answer told of it."""
    try:
        grants = client.find_grants(email)
    except UpstreamError:
        # The first trouble is what the person hears about; this was only a second look.
        return None
    for grant in grants:
        fresh = grant.authenticated >= started - _CLOCK_SECONDS
        if fresh and grant.provider == provider.key and grant.email.lower() == email.lower():
            return grant
    return None


def _failed(error: UpstreamError, provider: Provider) -> Failed:
    problem = problem_for(error, oauth=provider.oauth is not None)
    refusal = getattr(error, "refusal", None)
    wait = (refusal.retry_after if refusal else 0) or _USUAL_WAIT
    return Failed(
        problem=problem,
        request_id=error.request_id,
        wait=wait if problem.status == 429 else 0,
        detail=str(error) if refusal else f"{type(error).__name__}: {error}",
    )


def _settle_doubt(client: NylasClient, provider: Provider, failed: Failed) -> Failed:
    """A 401 may be about our key or about the person's sign-in; our key can be tried."""
    if failed.problem is not AMBIGUOUS:
        return failed
    try:
        person = SIGN_IN_AGAIN if provider.oauth else WRONG_PASSWORD
        problem = person if client.accepts_key() else BAD_KEY
    except UpstreamError:
        problem = NYLAS_DOWN
    return replace(failed, problem=problem)

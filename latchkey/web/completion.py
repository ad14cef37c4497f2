"""What follows from the outcome of a sign-in: a line in the log, a notice, the way on."""

import time
from typing import TypeVar

from flask import url_for

from latchkey.apps.webhooks import SignInReference
from latchkey.connect import Connected, Outcome, report
from latchkey.providers import Provider
from latchkey.web import flow
from latchkey.web.flow import ConnectedGrant, SignIn
from latchkey.web.metrics import CONNECTED_SECONDS, SIGN_INS, STEPS
from latchkey.web.services import get_services

# Clocks of two machines differ; a grant made this long before the sign-in is still a new one.
_CLOCK_SECONDS = 60

_Ended = TypeVar("_Ended", bound=Outcome)


def counted(provider: Provider, outcome: _Ended, sign_in: SignIn | None = None) -> _Ended:
    """Count how a try ended, and return it: once, however many answers tell of it.

    :param sign_in: whose try it was, None when it cannot be known any more.
    """
    if not isinstance(outcome, Connected):
        SIGN_INS.count(provider=provider.key, outcome="failed", reason=outcome.problem.kind)
        return outcome
    SIGN_INS.count(provider=provider.key, outcome="connected", reason="")
    STEPS.count(step="connected")
    if sign_in:
        way = "oauth" if provider.oauth else "password"
        CONNECTED_SECONDS.observe(time.time() - sign_in.arrived, way=way)
    return outcome


def end(sign_in: SignIn, provider: Provider, outcome: Outcome, *, mailbox: str) -> None:
    """Log and tell how the sign-in ended; with an account, keep what its page shows.

    :param mailbox: what people call the account's provider.
    """
    report(provider, outcome)
    webhooks = get_services().webhooks
    if not isinstance(outcome, Connected):
        webhooks.failed(reference_to(sign_in, provider.key), reason=outcome.problem.kind)
        return
    grant = outcome.grant
    reconnected = 0 < grant.created < sign_in.started - _CLOCK_SECONDS
    webhooks.connected(
        reference_to(sign_in, provider.key, email=grant.email),
        grant_id=grant.id,
        reconnected=reconnected,
    )
    flow.finish(
        sign_in,
        ConnectedGrant(
            id=grant.id,
            email=grant.email or (sign_in.email and sign_in.display_address),
            provider=provider.key,
            mailbox=mailbox,
            capabilities=provider.capabilities,
            reconnected=reconnected,
        ),
    )


def way_back() -> str:
    """Return the address that leads back to the app, "" when no app sent the person here."""
    sign_in = flow.current()
    return url_for("leaving.leave", s=sign_in.id) if sign_in and sign_in.app else ""


def reference_to(sign_in: SignIn, provider: str, *, email: str = "") -> SignInReference:
    """Say whose sign-in a notice is about.

    :param email: the account's address, once it is known; else the one that was typed.
    """
    return SignInReference(
        sign_in=sign_in.visit,
        state=sign_in.app.state if sign_in.app else "",
        provider=provider,
        email=email or sign_in.email,
    )

"""What follows from the outcome of a sign-in: a line in the log, a webhook, the way on."""

import time
from dataclasses import replace
from functools import partial
from typing import TypeVar

from flask import url_for

from latchkey.apps.webhooks import SignInReference
from latchkey.connect import Attempt, Connected, Guard, Outcome, report
from latchkey.infra import logs
from latchkey.infra.marks import MarksUnavailable
from latchkey.problems import Problem
from latchkey.problems.nylas import BAD_KEY
from latchkey.providers import Provider
from latchkey.providers.mailhosts import Ends, MailHost
from latchkey.web import flow
from latchkey.web.brand_in_force import current_brand
from latchkey.web.flow import ConnectedGrant, SignIn
from latchkey.web.mailbox_in_log import mailbox_in_log
from latchkey.web.metrics import (
    BRAND_SIGN_INS,
    CONNECTED_SECONDS,
    SIGN_IN_OUTCOMES,
    SIGN_INS,
    STEPS,
)
from latchkey.web.services import get_services

# The purpose of the link back to the app.
LEAVE = "return"
# Clocks of two machines differ; a grant made this long before the sign-in is still a new one.
_CLOCK_SECONDS = 60

_Ended = TypeVar("_Ended", bound=Outcome)


def counted(provider: Provider, outcome: _Ended, sign_in: SignIn) -> _Ended:
    """Count how a try ended, and return it: once, however many answers tell of it."""
    ended = "connected" if isinstance(outcome, Connected) else "failed"
    BRAND_SIGN_INS.count(brand=current_brand().key or "default", outcome=ended)
    if not isinstance(outcome, Connected):
        SIGN_INS.count(provider=provider.key, outcome="failed", reason=outcome.problem.kind)
        key_refused = outcome.problem.kind == BAD_KEY.kind
        SIGN_IN_OUTCOMES.count(outcome="key_refused" if key_refused else "failed")
        return outcome
    SIGN_INS.count(provider=provider.key, outcome="connected", reason="")
    SIGN_IN_OUTCOMES.count(outcome="connected")
    STEPS.count(step="connected")
    way = "oauth" if provider.oauth else "password"
    CONNECTED_SECONDS.observe(time.time() - sign_in.arrived, way=way)
    return outcome


def attempt_of(sign_in: SignIn, provider: Provider, *, guard: Guard) -> Attempt:
    """Return the sign-in's try to connect its mailbox with ``provider``, link and all.

    :param guard: limits and counts what is sent.
    """
    links = get_services().links
    claims = sign_in.link_claims
    return Attempt(
        sign_in=sign_in.id,
        salt=sign_in.salt,
        provider=provider,
        address=sign_in.email,
        link=claims.id if claims else "",
        redeem=partial(links.redeem, claims),
        guard=guard,
    )


def end(
    sign_in: SignIn,
    provider: Provider,
    outcome: Outcome,
    *,
    mailbox: str,
    capabilities: tuple[str, ...],
    host: MailHost | None = None,
) -> None:
    """Log and tell how the sign-in ended; with an account, keep what its page shows.

    :param mailbox: what people call the account's provider.
    :param capabilities: what was asked and granted.
    :param host: where the password belongs to, when one was typed and that is known.
    """
    logs.bind(mailbox=mailbox_in_log(sign_in.email))
    report(provider, outcome)
    _notify(sign_in, provider, outcome)
    if isinstance(outcome, Connected):
        grant = ConnectedGrant(
            id=outcome.grant.id,
            email=outcome.grant.email,
            provider=provider.key,
            mailbox=mailbox,
            capabilities=capabilities,
            reconnected=_is_reconnected(sign_in, outcome),
            **_ending(provider, host),
        )
        flow.finish(sign_in, grant)


def _notify(sign_in: SignIn, provider: Provider, outcome: Outcome) -> None:
    """Send the app's server a webhook about the end of a try.

    With an app, success is told when the app exchanges the code, which proves that the user came
    back to the browser session that sent them: a webhook alone would let a stranger's link bind
    them.
    """
    webhooks = get_services().webhooks
    reference = reference_to(sign_in, provider.key)
    if not isinstance(outcome, Connected):
        webhooks.failed(reference, reason=outcome.problem.kind)
        webhooks.expect(reference)
    elif sign_in.app is None:
        webhooks.connected(
            replace(reference, email=outcome.grant.email),
            grant_id=outcome.grant.id,
            reconnected=_is_reconnected(sign_in, outcome),
        )


def _is_reconnected(sign_in: SignIn, outcome: Connected) -> bool:
    """Tell whether the mailbox had its grant before this sign-in."""
    return 0 < outcome.grant.created < sign_in.started - _CLOCK_SECONDS


def _ending(provider: Provider, host: MailHost | None) -> dict[str, str]:
    """What ends the connection, and where."""
    if provider.oauth:
        return {"ends": provider.key, "manage": provider.oauth.manage}
    if host is None or host.help is None:
        # Without a provider that is known, nothing is known of app passwords either.
        return {"ends": Ends.PASSWORD if host else ""}
    return {"ends": host.help.ends or "", "manage": host.help.manage or ""}


def way_back() -> str:
    """Return the address that leads back to the app, "" when no app sent the user here."""
    sign_in = flow.current()
    if sign_in is None or sign_in.app is None:
        return ""
    token = flow.link_token(sign_in, LEAVE)
    sent = flow.carry(sign_in)
    return url_for("leaving.leave", s=sign_in.id, t=token, sent=sent)


def keep_reason(problem: Problem) -> None:
    """Remember what stopped the sign-in before a try: the app hears it when the user goes back."""
    sign_in = flow.current()
    if sign_in and sign_in.grant is None and sign_in.last_problem != problem.kind:
        flow.save(sign_in, last_problem=problem.kind)


def code_id(sign_in: SignIn) -> str:
    """Return the id that all codes of this sign-in share, so that one exchange uses them up."""
    return flow.link_token(sign_in, "code")


def is_redeemed(sign_in: SignIn) -> bool:
    """Tell whether the app has exchanged a code of this sign-in, as far as is known now."""
    if not sign_in.code_issued:
        return False
    try:
        return get_services().codes.is_spent(code_id(sign_in))
    except MarksUnavailable:
        # The exchange itself looks again.
        return False


def reference_to(sign_in: SignIn, provider: str) -> SignInReference:
    """Say which sign-in a webhook is about, with the address that was typed."""
    named_by = sign_in.app or sign_in.link_claims
    return SignInReference(
        sign_in=sign_in.visit,
        state=named_by.state if named_by else "",
        provider=provider,
        email=sign_in.email,
    )

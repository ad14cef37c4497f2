"""What follows from the outcome of a sign-in: a line in the log, a notice, the way on."""

from flask import url_for

from signin import flow
from signin.flow import SignIn
from signin.notices import About
from signin.providers import Provider
from signin.services import get_services
from signin.submission import Connected, Outcome, report

# Clocks of two machines differ; a grant made this long before the sign-in is still a new one.
_CLOCK_SECONDS = 60


def end(signin: SignIn, provider: Provider, outcome: Outcome, *, mailbox: str) -> None:
    """Log and tell how the sign-in ended; with an account, keep what its page shows.

    :param mailbox: what people call the account's provider.
    """
    report(provider, outcome)
    notices = get_services().notices
    if not isinstance(outcome, Connected):
        notices.failed(about(signin, provider.key), reason=outcome.problem.kind)
        return
    grant = outcome.grant
    reconnected = 0 < grant.created < signin.started - _CLOCK_SECONDS
    notices.connected(
        about(signin, provider.key, email=grant.email), grant_id=grant.id, reconnected=reconnected
    )
    flow.finish(
        signin,
        grant_id=grant.id,
        email=grant.email,
        provider=provider.key,
        mailbox=mailbox,
        works=provider.works,
        reconnected=reconnected,
    )


def way_back() -> str:
    """Return the address that leads back to the app, "" when no app sent the person here."""
    signin = flow.current()
    return url_for("leaving.leave", s=signin.id) if signin and signin.app else ""


def about(signin: SignIn, provider: str, *, email: str = "") -> About:
    """Say whose sign-in a notice is about.

    :param email: the account's address, once it is known; else the one that was typed.
    """
    return About(
        sign_in=signin.visit,
        state=signin.app.get("state", ""),
        provider=provider,
        email=email or signin.email,
    )

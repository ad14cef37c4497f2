"""Lost answers: a browser that is closed while a sign-in is under way comes back without its end.

Phones end tabs that wait. The sign-in goes on without them, but its answer, and with it the cookie,
reaches no browser. So the store keeps for three minutes whether a form is under way and how it
ended, under a name made of the salt in the browser's own cookie. No password is kept.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from latchkey.connect import Failed, Outcome
from latchkey.infra.codec import UnknownShape, from_json, to_json
from latchkey.infra.i18n import N_
from latchkey.problems.nylas import OUTCOME_UNKNOWN
from latchkey.web import flow
from latchkey.web.flow import ConnectedGrant, SignIn
from latchkey.web.services import get_services

# Longer than a sign-in can take, its wait for a free slot included.
_KEPT_SECONDS = 300
# Within so many seconds of the e-mail step no password was typed, sent and its answer lost.
SOONEST_SECONDS = 2.0


class Lost(StrEnum):
    """What is known of a form whose answer did not arrive."""

    UNDER_WAY = "under way"
    FAILED = "failed"
    UNKNOWN = "unknown"


WORDS = {
    Lost.UNDER_WAY: (
        N_("Your sign-in is still running"),
        N_(
            "You sent this form a moment ago, and the mail server hasn’t answered yet. Please wait "
            "a little and reload this page before you try again."
        ),
    ),
    Lost.FAILED: (
        N_("Your last try didn’t work"),
        N_("The mailbox was not connected. Please sign in again."),
    ),
    Lost.UNKNOWN: (OUTCOME_UNKNOWN.title, OUTCOME_UNKNOWN.text),
}


@contextmanager
def kept_for(sign_in: SignIn) -> Iterator[Callable[[Outcome], None]]:
    """Keep that a form of ``sign_in`` is sent to Nylas now, and afterwards how it ended.

    The caller is given a function, and calls it with the outcome.
    """
    outcomes: list[Outcome] = []
    with get_services().store.together():
        _keep(sign_in, Lost.UNDER_WAY)
        try:
            yield outcomes.append
        finally:
            now = flow.current()
            _keep(sign_in, to_json(now.grant) if now and now.grant else _without_grant(outcomes))


def find(sign_in: SignIn) -> ConnectedGrant | Lost | None:
    """Return what ``sign_in`` ended with and its browser does not know, None when nothing."""
    if time.time() - sign_in.started < SOONEST_SECONDS:
        # The form is shown for the first time, so the store need not be asked.
        return None
    kept = get_services().store.latest(_name(sign_in))
    if kept is None or (kept in (Lost.FAILED, Lost.UNKNOWN) and sign_in.last_problem):
        return None
    try:
        return Lost(kept) if isinstance(kept, str) else from_json(ConnectedGrant, kept)
    except (ValueError, UnknownShape):
        # Another version of this program kept it.
        return None


def _without_grant(outcomes: list[Outcome]) -> Lost:
    """What is known without a grant: a mailbox may be connected whose answer never came."""
    failed = [outcome.problem for outcome in outcomes if isinstance(outcome, Failed)]
    return Lost.FAILED if failed and OUTCOME_UNKNOWN not in failed else Lost.UNKNOWN


def _keep(sign_in: SignIn, what: object) -> None:
    get_services().store.put(_name(sign_in), what, seconds=_KEPT_SECONDS)


def _name(sign_in: SignIn) -> str:
    return f"answer:{flow.link_token(sign_in, 'answer')}"

"""How a sign-in ended."""

from dataclasses import dataclass

from latchkey.infra import logs
from latchkey.infra.codec import from_json, to_json
from latchkey.nylas import Grant
from latchkey.problems import Problem
from latchkey.providers import Provider


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The sign-in worked.

    :ivar grant: as Nylas returned it. Its address is the only one that may be passed on.
    """

    grant: Grant


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The sign-in did not work.

    :ivar request_id: Nylas's id of the request, "" when there is none.
    :ivar wait: seconds to wait before the next try, 0 when no wait was asked for.
    :ivar detail: status and error type for the log, never shown.
    :ivar account: the account of the sign-in when it was another one than expected.
    :ivar missing: permissions that were not given.
    :ivar mismatch: Nylas made or refreshed a grant, and it is refused since it is not the expected
        mailbox's; a signed link takes only a few of these.
    """

    problem: Problem
    request_id: str = ""
    wait: int = 0
    detail: str = ""
    account: str = ""
    missing: tuple[str, ...] = ()
    mismatch: bool = False


Outcome = Connected | Failed


@dataclass(frozen=True, kw_only=True)
class _Stored:
    outcome: Outcome


def report(provider: Provider, outcome: Outcome) -> None:
    """Log how a sign-in ended."""
    if isinstance(outcome, Connected):
        logs.event("grant", provider=provider.key, outcome="connected")
        return
    logs.event(
        "grant",
        level=outcome.problem.level,
        provider=provider.key,
        outcome=outcome.problem.kind,
        detail=outcome.detail,
        nylas_request_id=outcome.request_id,
    )


def outcome_to_json(outcome: Outcome) -> object:
    """Return ``outcome`` as JSON can carry it."""
    return to_json(_Stored(outcome=outcome))


def outcome_from_json(data: object) -> Outcome:
    """Return the outcome that ``outcome_to_json`` made ``data`` of.

    :raises UnknownShape: it is none, or another version of this program wrote it.
    """
    return from_json(_Stored, data).outcome

"""How a sign-in ended."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from latchkey.infra import logs
from latchkey.nylas import Grant
from latchkey.problems import PROBLEMS, Problem
from latchkey.providers import Provider


@dataclass(frozen=True, kw_only=True)
class Connected:
    """The sign-in worked."""

    grant: Grant


@dataclass(frozen=True, kw_only=True)
class Failed:
    """The sign-in did not work.

    :ivar request_id: Nylas's id of the request, "" when there is none.
    :ivar wait: seconds to wait before the next try, 0 when no wait was asked for.
    :ivar detail: status and error type for the log, never shown.
    :ivar account: the account somebody signed in with when it was another one than typed.
    :ivar missing: permissions that were not given.
    """

    problem: Problem
    request_id: str = ""
    wait: int = 0
    detail: str = ""
    account: str = ""
    missing: tuple[str, ...] = ()


Outcome = Connected | Failed


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


def pack(outcome: Outcome) -> dict[str, Any]:
    """Return ``outcome`` as JSON can carry it."""
    if isinstance(outcome, Connected):
        return {"grant": dataclasses.asdict(outcome.grant)}
    return {**dataclasses.asdict(outcome), "problem": outcome.problem.kind}


def unpack(packed: dict[str, Any]) -> Outcome:
    """Return what was packed."""
    if "grant" in packed:
        return Connected(grant=Grant(**packed["grant"]))
    fields = {"problem": PROBLEMS[packed["problem"]], "missing": tuple(packed["missing"])}
    return Failed(**{**packed, **fields})

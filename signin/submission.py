"""Sends credentials to Nylas once, and finds out how it ended.

A sign-in may take two minutes and cannot be repeated by us: mail providers lock accounts. So a
second click, or a reload, of the same form gets the answer of the first. What is remembered for
that is a fingerprint of the form under a key that never leaves this process, and the answer,
both for two minutes; the credentials themselves are not kept.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from signin import logs
from signin.errors import BadAnswer, NylasError, OutcomeUnknown
from signin.nylas import Grant, NylasClient
from signin.problems import Problem
from signin.problems.nylas import (
    AMBIGUOUS,
    BAD_KEY,
    NYLAS_DOWN,
    SIGN_IN_AGAIN,
    WRONG_PASSWORD,
    problem_for,
)
from signin.providers import Provider

_REMEMBERED_SECONDS = 120
_MOST_REMEMBERED = 10_000
# Clocks of two machines differ; a grant refreshed this long before we asked still counts as ours.
_CLOCK_SECONDS = 60
_USUAL_WAIT = 30


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


def connect(
    client: NylasClient,
    provider: Provider,
    *,
    email: str,
    settings: Mapping[str, Any],
    scope: Sequence[str] = (),
) -> Outcome:
    """Create the grant. Whatever Nylas does comes back as an outcome, never as an exception."""
    started = time.time()
    try:
        return Connected(grant=client.create_grant(provider.key, settings, scope=scope))
    except (OutcomeUnknown, BadAnswer) as error:
        grant = _made_meanwhile(client, provider, email, started)
        return Connected(grant=grant) if grant else _failed(error, provider)
    except NylasError as error:
        return _settle_doubt(client, provider, _failed(error, provider))


def report(provider: Provider, outcome: Outcome) -> None:
    """Log how a sign-in ended."""
    if isinstance(outcome, Connected):
        logs.event("grant", provider=provider.key, outcome="connected")
        return
    logs.event(
        "grant",
        provider=provider.key,
        outcome=outcome.problem.kind,
        detail=outcome.detail,
        nylas_request_id=outcome.request_id,
    )


def _made_meanwhile(
    client: NylasClient, provider: Provider, email: str, started: float
) -> Grant | None:
    """The grant of this very sign-in, when no usable answer told of it."""
    try:
        grants = client.find_grants(email)
    except NylasError:
        # The first trouble is what the person hears about; this was only a second look.
        return None
    for grant in grants:
        fresh = grant.authenticated >= started - _CLOCK_SECONDS
        if fresh and grant.provider == provider.key and grant.email.lower() == email.lower():
            return grant
    return None


def _failed(error: NylasError, provider: Provider) -> Failed:
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
    except NylasError:
        problem = NYLAS_DOWN
    return replace(failed, problem=problem)


@dataclass
class _Attempt:
    outcome: Future[Outcome] = field(default_factory=Future)
    done: float = float("inf")


class Submissions:
    """Runs a submission once for each form that was sent, however often it arrives."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._attempts: dict[bytes, _Attempt] = {}
        self._lock = threading.Lock()

    def once(self, form: Mapping[str, str], send: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``send`` for this form; wait for it when it is under way already.

        :param form: every field as it came, with a value in it that no other form has.
        """
        fingerprint = self._fingerprint(form)
        with self._lock:
            self._forget()
            attempt = self._attempts.get(fingerprint)
            if first := attempt is None:
                attempt = self._attempts[fingerprint] = _Attempt()
        if not first:
            return attempt.outcome.result()
        outcome: Outcome = Failed(problem=NYLAS_DOWN, detail="submission broke off")
        try:
            outcome = send()
        finally:
            # Also when send fails: whoever waits for it must not wait for ever.
            attempt.done = time.monotonic()
            attempt.outcome.set_result(outcome)
        return outcome

    def _fingerprint(self, form: Mapping[str, str]) -> bytes:
        content = repr(sorted(form.items())).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, key=self._key, digest_size=32).digest()

    def _forget(self) -> None:
        """Drop what is old, and the oldest when there is too much. In-flight attempts stay."""
        limit = time.monotonic() - _REMEMBERED_SECONDS
        done = [key for key, attempt in self._attempts.items() if attempt.done < float("inf")]
        surplus = max(0, len(self._attempts) - _MOST_REMEMBERED)
        for number, key in enumerate(done):
            if number < surplus or self._attempts[key].done < limit:
                del self._attempts[key]

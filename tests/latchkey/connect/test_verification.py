"""Which grants of another mailbox are deleted: those that this very sign-in made."""

import time

import httpx
import pytest

from latchkey.connect import Failed
from latchkey.connect.grant_state import GrantStates
from latchkey.connect.verification import ExpectedMailbox, Verification
from latchkey.infra import logs
from latchkey.nylas import Grant
from latchkey.problems.mailbox import ACCOUNT_MISMATCH
from tests.conftest import SECRET
from tests.latchkey.answering import client_answered_by

OWN, OTHER = "own@corp.example", "other@corp.example"


def refused(grant: Grant, *answers: httpx.Response) -> tuple[str, list[str]]:
    """What is logged of a grant of another mailbox, and the calls that were made."""
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(f"{request.method} {request.url.path}")
        return answers[0]

    expected = ExpectedMailbox(address=OWN, pinned=True)
    states = GrantStates([SECRET])
    outcome = Verification(client_answered_by(answer), states, expected).verify(grant)
    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.account, outcome.mismatch) == (ACCOUNT_MISMATCH, OTHER, True)
    return outcome.detail, calls


def grant(*, age: float) -> Grant:
    return Grant(id="g-1", provider="imap", email=OTHER, created=int(time.time() - age))


def test_a_grant_without_a_time_of_sign_in_is_judged_by_when_it_was_made() -> None:
    done = httpx.Response(200, json={"request_id": "r"})
    assert refused(grant(age=0), done) == (
        "grant of another mailbox, deleted", ["DELETE /v3/grants/g-1"]
    )  # fmt: skip
    assert refused(grant(age=60), done) == ("grant of another mailbox, left as it is", [])


def test_a_grant_that_cannot_be_deleted_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[dict[str, object]] = []
    monkeypatch.setattr(logs, "event", lambda name, **more: logged.append({"event": name, **more}))
    detail, calls = refused(grant(age=0), httpx.Response(503))
    assert detail == "grant of another mailbox, left as it is"
    assert calls == ["DELETE /v3/grants/g-1"]
    assert [(line["event"], line["outcome"]) for line in logged] == [("grant", "not_deleted")]

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from latchkey.connect import Connected, Failed, Outcome, Pacer, pacing
from latchkey.connect.connecting import GrantRequest, connect
from latchkey.infra.store import Store
from latchkey.nylas import Grant
from latchkey.problems.nylas import BUSY, WRONG_PASSWORD
from latchkey.providers import PROVIDERS
from tests.latchkey.answering import client_answered_by

EMAIL = "Someone@Ex.org"
SECRET = "hunter2-nobody-may-see-this"
STATE = "the-state-of-this-very-call"
SETTINGS = {"imap_username": EMAIL, "imap_password": SECRET}

Answer = Callable[[], httpx.Response]


def times_out() -> httpx.Response:
    raise httpx.ReadTimeout("no answer")


def no_connection() -> httpx.Response:
    raise httpx.ConnectError("refused")


def answers(status: int, **content: Any) -> Answer:
    return lambda: httpx.Response(status, json=content)


unauthorized = answers(401, error={"type": "grant.not_usable"})


class Nylas:
    """Answers by path, and counts."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.calls: list[str] = []
        self.bodies: list[Any] = []
        self.client = client_answered_by(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        self.calls.append(name)
        if request.content:
            self.bodies.append(json.loads(request.content))
        return self.answers[name]()

    def connect(self, key: str = "imap", pacer: Pacer | None = None) -> Outcome:
        pacer = pacer or Pacer(Store(), per_second=50)
        request = GrantRequest(
            provider=PROVIDERS[key], settings=SETTINGS, names=(EMAIL, EMAIL), state=STATE
        )
        return connect(self.client, pacer, request)


GRANT = {"id": "g-1", "provider": "imap", "email": EMAIL.lower(), "created_at": 1700000000}


def listed(**changes: Any) -> Answer:
    """The list of grants, with the one that this call makes."""
    return answers(200, data=[GRANT | {"updated_at": int(time.time()), "state": STATE} | changes])


def test_a_grant_comes_back() -> None:
    nylas = Nylas(custom=answers(201, data=GRANT))
    grant = Grant(id="g-1", provider="imap", email=EMAIL.lower(), created=1700000000)
    assert nylas.connect() == Connected(grant=grant)
    assert nylas.bodies == [{"provider": "imap", "settings": SETTINGS, "state": STATE}]
    assert nylas.calls == ["custom"]


@pytest.mark.parametrize(("status", "found"), [("valid", True), (None, True), ("invalid", False)])
def test_a_grant_that_nylas_calls_invalid_is_no_proof_that_a_lost_answer_was_good(
    status: str | None, found: bool
) -> None:
    nylas = Nylas(custom=times_out, grants=listed(grant_status=status))
    assert isinstance(nylas.connect(), Connected) is found


def test_an_address_that_the_answer_lacks_is_asked_for() -> None:
    short = answers(201, data={"id": "g-1", "provider": "imap"})
    nylas = Nylas(custom=short, **{"g-1": answers(200, data=GRANT)})
    outcome = nylas.connect()
    assert isinstance(outcome, Connected)
    assert outcome.grant.email == EMAIL.lower()
    assert nylas.calls == ["custom", "g-1"]


@pytest.mark.parametrize(
    "kept",
    [
        times_out, answers(404), answers(200, data={"id": "g-1"}),
        answers(200, data=GRANT | {"id": "of-another"}),
    ],
)  # fmt: skip
def test_an_address_that_nylas_does_not_name_stays_unknown(kept: Answer) -> None:
    nylas = Nylas(custom=answers(201, data={"id": "g-1"}), **{"g-1": kept})
    outcome = nylas.connect()
    assert isinstance(outcome, Connected)
    assert (outcome.grant.id, outcome.grant.email) == ("g-1", "")


def test_a_refusal_comes_back_with_what_support_needs() -> None:
    error = {"type": "grant.invalid_authentication", "message": "wrong"}
    outcome = Nylas(custom=answers(400, request_id="r7", error=error)).connect()
    assert outcome == Failed(
        problem=WRONG_PASSWORD, request_id="r7", detail="400 invalid_authentication"
    )


@pytest.mark.parametrize(
    ("headers", "wait"), [({"Retry-After": "45"}, 45), ({"Retry-After": "soon"}, 30), ({}, 30)]
)
def test_a_limit_says_how_long_to_wait(headers: dict[str, str], wait: int) -> None:
    outcome = Nylas(custom=lambda: httpx.Response(429, headers=headers)).connect()
    assert isinstance(outcome, Failed)
    assert (outcome.problem.kind, outcome.wait) == ("rate_limited", wait)


def test_a_wait_is_only_for_limits() -> None:
    no_grants = answers(200, data=[])
    unavailable = httpx.Response(503, headers={"Retry-After": "9"})
    outcome = Nylas(custom=lambda: unavailable, grants=no_grants).connect()
    assert isinstance(outcome, Failed)
    assert (outcome.problem.kind, outcome.wait) == ("outcome_unknown", 0)


def test_without_a_connection_nothing_is_looked_up() -> None:
    nylas = Nylas(custom=no_connection)
    outcome = nylas.connect()
    assert isinstance(outcome, Failed)
    assert outcome.problem.kind == "not_sent"
    assert nylas.calls == ["custom", "custom"], "twice, as nothing was sent the first time"


NO_ANSWER = {
    "time was up": times_out,
    "cut off": lambda: httpx.Response(201, content=b'{"data": {"id'),
    "a redirect": lambda: httpx.Response(302, headers={"Location": "/"}),
    "a gateway gave up": lambda: httpx.Response(504, content=b"<html>"),
    "a gateway without a backend": lambda: httpx.Response(502, content=b"<html>"),
    "an empty answer": lambda: httpx.Response(503),
    "a gateway's own status": lambda: httpx.Response(524, content=b"<html>"),
    "a server without words": lambda: httpx.Response(500),
    "a gateway that waited for the rest": lambda: httpx.Response(408, content=b"<html>"),
    "a gateway's word": answers(504, error="timeout"),
    "a gateway's code": answers(504, code="GATEWAY_TIMEOUT", message="Gateway timeout"),
    "a gateway's type": answers(408, type="request_timeout"),
    "a bad gateway at Nylas": answers(502, error={"type": "api.bad_gateway", "message": "Later"}),
    "Nylas without its parts": answers(503, error={"type": "api.internal_error"}),
    "a server's own word": answers(500, error="InternalServerError"),
}
VERDICTS = {
    "provider": (answers(504, error={"type": "api.provider_error"}), "server_unreachable"),
    "in part": (answers(504, error={"type": "api.partial_success_error"}), "server_unreachable"),
    "password": (answers(502, error={"type": "grant.invalid_authentication"}), "wrong_password"),
    "Nylas": (answers(500, error={"type": "api.internal_error"}), "nylas_down"),
}
OF_ANOTHER_CALL = {
    "of another call": {"state": "another-state"},
    "of an older version": {"state": None},
    "of another call a moment ago": {"state": STATE + "x", "updated_at": int(time.time())},
}


@pytest.mark.parametrize("custom", NO_ANSWER.values(), ids=NO_ANSWER)
def test_a_grant_that_was_made_although_no_answer_came_is_found(custom: Answer) -> None:
    nylas = Nylas(custom=custom, grants=listed())
    outcome = nylas.connect()
    assert isinstance(outcome, Connected)
    assert outcome.grant.id == "g-1"
    assert nylas.calls == ["custom", "grants"], "the password is sent only once"


@pytest.mark.parametrize("custom", NO_ANSWER.values(), ids=NO_ANSWER)
@pytest.mark.parametrize("changes", OF_ANOTHER_CALL.values(), ids=OF_ANOTHER_CALL)
def test_a_grant_that_this_sign_in_did_not_make_is_not_taken_for_its_own(
    custom: Answer, changes: dict[str, Any]
) -> None:
    nylas = Nylas(custom=custom, grants=listed(**changes))
    outcome = nylas.connect()
    assert isinstance(outcome, Failed)
    assert outcome.problem.kind == "outcome_unknown"
    assert nylas.calls == ["custom", "grants"]


@pytest.mark.parametrize(("custom", "kind"), VERDICTS.values(), ids=VERDICTS)
def test_what_nylas_says_of_a_provider_is_a_verdict_whatever_the_status(
    custom: Answer, kind: str
) -> None:
    nylas = Nylas(custom=custom)
    outcome = nylas.connect()
    assert isinstance(outcome, Failed)
    assert outcome.problem.kind == kind
    assert nylas.calls == ["custom"]


@pytest.mark.parametrize("grants", [times_out, no_connection, answers(500), answers(200, data=5)])
def test_when_looking_it_up_fails_too_the_first_trouble_is_told(grants: Answer) -> None:
    nylas = Nylas(custom=times_out, grants=grants)
    outcome = nylas.connect()
    assert isinstance(outcome, Failed)
    assert outcome.problem.kind == "outcome_unknown"
    assert nylas.calls.count("custom") == 1


@pytest.mark.parametrize(
    ("connectors", "key", "kind"),
    [
        (answers(200, data=[]), "imap", "wrong_password"),
        (answers(200, data=[]), "google", "sign_in_again"),
        (answers(401), "imap", "bad_key"),
        (answers(401), "google", "bad_key"),
        (answers(500), "imap", "nylas_down"),
        (times_out, "imap", "nylas_down"),
        (no_connection, "imap", "nylas_down"),
        (answers(200), "imap", "nylas_down"),
    ],
)
def test_a_401_is_settled_by_trying_the_key(connectors: Answer, key: str, kind: str) -> None:
    nylas = Nylas(custom=unauthorized, connectors=connectors)
    outcome = nylas.connect(key)
    assert isinstance(outcome, Failed)
    assert outcome.problem.kind == kind
    assert outcome.detail == "401 not_usable"
    assert nylas.calls.count("custom") == 1


OUTCOMES: dict[str, dict[str, Answer]] = {
    "connected": {"custom": answers(201, data=GRANT | {"settings": SETTINGS})},
    "refused": {"custom": answers(400, error={"type": "bad", "message": SECRET})},
    "refused in other words": {"custom": answers(400, error=f"No: {SECRET}")},
    "ambiguous": {"custom": unauthorized, "connectors": answers(401)},
    "timeout": {"custom": times_out, "grants": times_out},
    "not sent": {"custom": no_connection},
    "bad": {"custom": answers(302), "grants": no_connection},
}


@pytest.mark.parametrize("answers", OUTCOMES.values(), ids=OUTCOMES)
def test_an_outcome_holds_no_password(answers: dict[str, Answer]) -> None:
    assert SECRET not in repr(Nylas(**answers).connect())


def test_without_a_turn_in_time_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "PATIENCE_SECONDS", 0.0)
    nylas, pacer = Nylas(), Pacer(Store(), per_second=1)
    with pacer.admit():
        pass
    outcome = nylas.connect(pacer=pacer)
    assert isinstance(outcome, Failed)
    assert (outcome.problem, outcome.detail) == (BUSY, "busy")
    assert outcome.wait in (1, 2)
    assert nylas.calls == []

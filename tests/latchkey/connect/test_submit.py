"""What the core act says and does when a step before or after the sending fails."""

from dataclasses import replace

import httpx
import pytest

from latchkey.connect import Failed, Pacer
from latchkey.connect.attempt import Attempt, Credentials
from latchkey.connect.grant_state import GrantStates
from latchkey.connect.idempotency import IdempotentSubmissions
from latchkey.connect.submit import Submissions
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store
from latchkey.problems import Problem
from latchkey.problems.nylas import BAD_KEY, NYLAS_DOWN, RATE_LIMITED
from latchkey.problems.service import BLOCKED
from latchkey.providers import PROVIDERS
from tests.conftest import SECRET
from tests.latchkey.answering import client_answered_by
from tests.latchkey.connect.oauth.test_oauth import (
    REDIRECT_URI,
    Answering,
    good_id_token,
    make_client,
    tokens,
)

ADDRESS = "anna@example.com"


def submissions(nylas: Answering) -> Submissions:
    store = Store()
    once = IdempotentSubmissions(store, Sealer([SECRET], purpose="outcomes"), secret=SECRET)
    pacer = Pacer(store, per_second=50)
    return Submissions(client_answered_by(nylas), pacer, once, GrantStates([SECRET]))


def attempt(provider: str) -> Attempt:
    return Attempt(
        sign_in="s",
        salt="salt",
        provider=PROVIDERS[provider],
        address=ADDRESS,
        redeem=lambda send, replay, key: send(),
        guard=lambda send: send,
    )


def raises(error: Exception) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return answer


def answers(status: int, kind: str = "") -> Answering:
    error = {"error": {"type": kind, "message": "m"}} if kind else {}
    return lambda request: httpx.Response(status, json={"request_id": "r", **error})


@pytest.mark.parametrize(
    ("look_up", "problem"),
    [
        (raises(httpx.ReadTimeout("late")), NYLAS_DOWN),
        (raises(httpx.ConnectError("refused")), NYLAS_DOWN),
        (answers(400, "invalid_request_error"), NYLAS_DOWN),
        (answers(404), NYLAS_DOWN),
        (answers(500), NYLAS_DOWN),
        (answers(502), NYLAS_DOWN),
        (answers(401), BAD_KEY),
        (answers(401, "token.unauthorized_access"), BAD_KEY),
        (answers(429, "rate_limit_error"), RATE_LIMITED),
        (answers(423), BLOCKED),
    ],
)
def test_a_look_up_that_failed_says_nothing_of_what_was_typed(
    look_up: Answering, problem: Problem
) -> None:
    sent: list[str] = []

    def nylas(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path}")
        return look_up(request)

    credentials = Credentials(form={}, settings={}, login="anna", unique_login=False)
    outcome = submissions(nylas).submit_password(attempt("imap"), credentials)
    assert isinstance(outcome, Failed)
    assert outcome.problem is problem
    assert set(sent) == {"GET /v3/grants"}


def grants(*emails: str) -> Answering:
    """Lists grants, and has no time for a sign-in."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return answers(429, "rate_limit_error")(request)
        asked = request.url.params.get("email")
        found = [{"id": "g", "provider": "google", "email": asked}] if asked in emails else []
        return httpx.Response(200, json={"data": found})

    return answer


@pytest.mark.parametrize(
    ("nylas", "revoked"),
    [(grants(), 1), (grants(ADDRESS), 0), (raises(httpx.ConnectError("refused")), 0)],
    ids=["no grant", "a grant", "not known"],
)
def test_tokens_are_not_revoked_where_a_grant_may_live_on_the_same_consent(
    nylas: Answering, revoked: int
) -> None:
    asked: list[str] = []

    def google(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return tokens(id_token=good_id_token(email=ADDRESS, email_verified=True))

    client = make_client("google", google)
    pending = replace(client.begin(sign_in="s", redirect_uri=REDIRECT_URI), nonce="nonce")
    outcome = submissions(nylas).submit_authorization_code(
        attempt("google"), client, pending, "code"
    )
    assert isinstance(outcome, Failed)
    assert asked.count("/revoke") == revoked

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest
from flask import Flask

from app import create_app
from config import SANDBOX_API_KEY
from latchkey.nylas import client, grants
from latchkey.problems import PROBLEMS, Problem, service
from latchkey.problems.mail_server import (
    ACCOUNT_LOCKED,
    APP_PASSWORD_NEEDED,
    IMAP_OFF,
    MAILBOX_DISABLED,
    MAILBOX_FULL,
    NO_ACCESS,
    SENDING_REFUSED,
    SERVER_UNREACHABLE,
    UNKNOWN_USER,
    UNSAFE_CONNECTION,
    WRONG_PASSWORD,
)
from latchkey.problems.oauth import SIGN_IN_AGAIN
from latchkey.problems.service import (
    NOT_SENT,
    NYLAS_DOWN,
    OUTCOME_UNKNOWN,
    RATE_LIMITED,
)
from latchkey.sandbox import OUTCOMES, create_sandbox
from tests.browser.nylas import Nylas
from tests.conftest import KEY, make_settings
from tests.hostile import Play, drip, flood, gzip_bomb, hang, hostile, http, reset, say
from tests.pages import Page, Visitor
from tests.servers import serve

PASSWORD = "hunter2-Zq7"
FORM = "Sign in to example.com"
DONE = "Your mailbox is connected"
NOT_SET_UP = "This page isn’t set up correctly"
TYPED = {"smtp_username": "my-login", "imap_host": "imap.example.com", "imap_port": "143"}


@dataclass(frozen=True)
class Expected:
    """How our page tells of an outcome; ``place`` is the input it stands at, if it does."""

    status: int
    heading: str
    title: str = ""
    place: str = ""
    again: bool = True


WRONG = Expected(422, FORM, WRONG_PASSWORD.title, "password")
SERVER = Expected(422, FORM, SERVER_UNREACHABLE.title, "imap_host")
REJECTED = Expected(422, FORM, service.REJECTED.title)
CONNECTED = Expected(200, DONE)
DOWN = Expected(503, NYLAS_DOWN.title)
UNKNOWN = Expected(504, OUTCOME_UNKNOWN.title)
OPERATOR = Expected(503, NOT_SET_UP, again=False)
AGAIN = Expected(422, SIGN_IN_AGAIN.title)

EXPECTED = {
    "wrong-password": WRONG,
    "wrong-password-2": WRONG,
    "ambiguous": WRONG,
    "unreachable": SERVER,
    "app-password": Expected(422, FORM, APP_PASSWORD_NEEDED.title, "password"),
    "imap-off": Expected(422, FORM, IMAP_OFF.title),
    "web-login": Expected(422, FORM, "wants to check with you first"),
    "account-locked": Expected(422, FORM, ACCOUNT_LOCKED.title),
    "too-many-tries": Expected(422, FORM, "needs a short break"),
    "mailbox-disabled": Expected(422, FORM, MAILBOX_DISABLED.title),
    "mailbox-full": Expected(422, FORM, MAILBOX_FULL.title),
    "unknown-user": Expected(422, FORM, UNKNOWN_USER.title.removeprefix("%(mailbox)s ")),
    "unsafe": Expected(422, FORM, UNSAFE_CONNECTION.title, "imap_host"),
    "sending-refused": Expected(422, FORM, SENDING_REFUSED.title),
    "no-access": Expected(422, FORM, NO_ACCESS.title),
    "oauth-only": Expected(422, "example.com doesn’t take passwords from apps", again=False),
    "short-login": WRONG,
    "other-server": SERVER,
    "other-port": CONNECTED,
    "reading-only": CONNECTED,
    "slow": CONNECTED,
    "timeout": UNKNOWN,
    "timeout-made": CONNECTED,
    "quota": OPERATOR,
    "plan": OPERATOR,
    "bad-key": OPERATOR,
    "no-connector": OPERATOR,
    "blocked": OPERATOR,
    "forbidden": OPERATOR,
    "rate-limited": Expected(429, RATE_LIMITED.title),
    "outage": UNKNOWN,
    "gateway": UNKNOWN,
    "broken-json": UNKNOWN,
    "internal": DOWN,
    "rejected": REJECTED,
    "provider-error-string": REJECTED,
    "dead-token": AGAIN,
    "dead-token-401": AGAIN,
    "missing-scopes": OPERATOR,
    "other-address": CONNECTED,
    "short-answer": CONNECTED,
    "no-email": CONNECTED,
}
FAILURES = {name: row for name, row in EXPECTED.items() if row is not CONNECTED}
each_failure = pytest.mark.parametrize(("name", "row"), FAILURES.items(), ids=FAILURES)


@cache
def app() -> Flask:
    """One app for all: what one visitor does is nothing to another."""
    settings = make_settings(NYLAS_API_KEY=SANDBOX_API_KEY)
    return create_app(settings, transport=httpx.WSGITransport(app=Nylas()))


@cache
def fail(name: str) -> tuple[Visitor, Page]:
    """Somebody whose sign-in ends with this outcome, and the page that tells so."""
    visitor = Visitor.inside(app())
    return visitor, visitor.sign_in(f"{name}@example.com", PASSWORD, **TYPED)


def test_every_outcome_of_the_sandbox_is_in_this_table() -> None:
    names = {outcome.name for outcome in OUTCOMES if outcome.call == "connect"}
    assert set(EXPECTED) == names


@pytest.mark.parametrize(("name", "row"), EXPECTED.items(), ids=EXPECTED)
def test_an_outcome_is_told_where_it_belongs(name: str, row: Expected) -> None:
    _, page = fail(name)
    assert (page.status, page.heading) == (row.status, row.heading)
    assert row.title in page.text
    wrong = [box for box in page.tree.iter("input") if box.get("aria-invalid")]
    assert [box.get("name") for box in wrong] == ([row.place] if row.place else [])
    speaking = [problem.title for problem in PROBLEMS.values() if problem.settings]
    spoken_of = bool(row.title) and any(title.endswith(row.title) for title in speaking)
    assert page.is_open() is (row.place == "imap_host" or spoken_of)


@pytest.mark.parametrize(
    ("problem", "name", "has_field"),
    [
        (UNKNOWN_USER, "unknown-user@example.com", True),
        (UNKNOWN_USER, "unknown-user@exchange.example.com", True),
        (UNKNOWN_USER, "unknown-user@icloud.com", False),
        (SENDING_REFUSED, "sending-refused@example.com", True),
        (SENDING_REFUSED, "sending-refused@exchange.example.com", False),
        (SENDING_REFUSED, "sending-refused@icloud.com", False),
        (SERVER_UNREACHABLE, "unreachable@exchange.example.com", True),
        (SERVER_UNREACHABLE, "unreachable@icloud.com", False),
        (UNSAFE_CONNECTION, "unsafe@example.com", True),
        (UNSAFE_CONNECTION, "unsafe@icloud.com", False),
    ],
)
def test_a_field_is_spoken_of_where_it_can_be_filled_in(
    problem: Problem, name: str, has_field: bool
) -> None:
    page = Visitor.inside(app()).sign_in(name, "abcdefghijklmnop")
    assert page.status == 422
    assert problem.text in page.text
    assert (problem.hint in page.text) is has_field


@each_failure
def test_a_failure_is_announced_and_has_a_support_code(name: str, row: Expected) -> None:
    _, page = fail(name)
    assert page.title.startswith("Error: ")
    assert [node for node in page.tree.iter() if node.get("role") == "alert"]
    assert re.fullmatch(r"[0-9a-f-]{16,36}", page.support_code)


@each_failure
def test_after_a_failure_there_is_a_way_on_that_works(name: str, row: Expected) -> None:
    visitor, page = fail(name)
    if row.heading != FORM:
        assert ("Try again" in page.links) is row.again
        first = visitor.get(page.links["Use a different address"])
        assert first.heading == "Connect your mailbox"
        if not row.again:
            return
        page = visitor.get(page.links["Try again"])
    assert visitor.submit(page, password=PASSWORD).heading in (row.heading, FORM)


@each_failure
def test_after_a_failure_what_was_typed_is_still_there_and_the_password_is_not(
    name: str, row: Expected
) -> None:
    visitor, page = fail(name)
    assert PASSWORD not in page.html
    if row.again and row.heading != FORM:
        page = visitor.get(page.links["Try again"])
    if row.again:
        fields = page.fields()
        assert {field: fields[field] for field in TYPED} == TYPED
        assert fields["email"] == f"{name}@example.com"
        assert fields["password"] == ""
        assert PASSWORD not in page.html


@each_failure
def test_only_a_wrong_password_is_put_on_the_password(name: str, row: Expected) -> None:
    _, page = fail(name)
    said = page.text.lower()
    if row is OPERATOR:
        assert "nothing you did" in said
    blames = re.search(r"didn’t accept this address|type the password again", said)
    assert bool(blames) is (row is WRONG)


def test_a_limit_says_how_long_to_wait_and_so_does_its_header() -> None:
    _, page = fail("rate-limited")
    assert page.response.headers["retry-after"] == "30"
    assert "wait 30 seconds" in page.text
    for name in ("outage", "timeout"):
        assert "retry-after" not in fail(name)[1].response.headers


def test_another_address_than_the_one_typed_is_pointed_out() -> None:
    page = Visitor.inside(app()).sign_in("other-address@example.com")
    assert "someone-else@example.com" in page.text
    assert "this is not other-address@example.com" in page.text


def test_an_address_that_the_answer_lacks_is_asked_for() -> None:
    page = Visitor.inside(app()).sign_in("short-answer@example.com")
    assert "short-answer@example.com" in page.text


def test_an_address_that_is_unknown_stays_unknown() -> None:
    page = Visitor.inside(app()).sign_in("no-email@example.com")
    assert "@example.com" not in page.text


@pytest.mark.parametrize(
    ("email", "place"),
    [
        ("wrong-password@icloud.com", "password"),
        ("unreachable@icloud.com", ""),
        ("wrong-password@exchange.example.com", "password"),
        ("unreachable@exchange.example.com", ""),
    ],
)
def test_other_forms_tell_failures_too(email: str, place: str) -> None:
    page = Visitor.inside(app()).sign_in(email, "abcd-efgh-ijkl-mnop")
    assert page.status == 422
    assert page.support_code
    wrong = [box.get("name") for box in page.tree.iter("input") if box.get("aria-invalid")]
    assert wrong == ([place] if place else [])


@pytest.mark.parametrize("name", ["detect-limit", "detect-outage"])
def test_trouble_with_detection_leads_to_the_choice(name: str) -> None:
    visitor = Visitor.inside(app())
    page = visitor.enter(f"{name}@example.net")
    assert (page.status, page.heading) == (200, "Who runs your mailbox?")
    form = visitor.get(page.links["Another mail provider"])
    assert visitor.submit(form, password=PASSWORD).heading == DONE


def test_a_slow_detection_leads_to_the_choice(
    served: Callable[[Any], str], visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "DETECT_SECONDS", 0.5)
    url = served(create_sandbox(api_key=KEY, detect_slow_seconds=2))
    visitor = visit(NYLAS_API_KEY=KEY, NYLAS_API_URI=url)
    assert visitor.enter("detect-slow@example.com").heading == "Who runs your mailbox?"


OVER_A_SOCKET = (
    "wrong-password", "wrong-password-2", "ambiguous", "unreachable", "timeout", "timeout-made",
    "bad-key", "rate-limited", "outage", "gateway", "broken-json", "no-email",
)  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where a company's page is, with Nylas behind another socket."""
    with serve(create_sandbox(api_key=KEY, slow_seconds=0)) as nylas_url:
        settings = make_settings(NYLAS_API_KEY=KEY, NYLAS_API_URI=nylas_url)
        with serve(create_app(settings)) as page_url:
            yield page_url


@pytest.mark.parametrize("name", OVER_A_SOCKET)
def test_outcomes_over_a_socket_are_the_same(url: str, name: str) -> None:
    page = Visitor.at(url).sign_in(f"{name}@example.com", PASSWORD)
    assert (page.status, page.heading) == (EXPECTED[name].status, EXPECTED[name].heading)
    assert PASSWORD not in page.html


DISASTERS: dict[str, Play] = {
    "nothing": hang(),
    "dripping": drip(http(body=b"{}")),
    "closed": say(),
    "reset": reset(),
    "endless": flood(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 4096),
    "gzip bomb": say(gzip_bomb()),
    "redirect": say(http("307 Moved", location="https://evil.example/")),
    "nested": say(http(body=b"[" * 100_000)),
    "wrong types": say(http(body=b'{"data": {"id": []}}')),
    "half a grant": say(http(body=b'{"data": {"id": "g-1", "provi')),
}


@pytest.mark.parametrize("play", DISASTERS.values(), ids=DISASTERS)
def test_whatever_a_server_does_the_person_gets_a_page_and_the_password_is_sent_once(
    visit: Callable[..., Visitor],
    monkeypatch: pytest.MonkeyPatch,
    play: Play,
) -> None:
    # Only the silent ones reach their deadline.
    monkeypatch.setattr(client, "DETECT_SECONDS", 1.0)
    for name in ("LOOKUP_SECONDS", "GRANT_SECONDS"):
        monkeypatch.setattr(grants, name, 1.0)
    with hostile(play) as server:
        visitor = visit(NYLAS_API_KEY=KEY, NYLAS_API_URI=server.url)
        started = time.monotonic()
        choice = visitor.enter("someone@example.com")
        form = visitor.get(choice.links["Another mail provider"])
        page = visitor.submit(form, password=PASSWORD)
        assert page.heading == UNKNOWN.heading
        assert time.monotonic() - started < 15
        sent = [request for request in server.requests if PASSWORD.encode() in request.body]
        assert len(sent) == 1


def test_without_a_network_it_is_said_that_the_password_went_nowhere(
    visit: Callable[..., Visitor],
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    visitor = visit(transport=httpx.MockTransport(refuse), NYLAS_API_KEY=KEY)
    choice = visitor.enter("someone@example.com")
    page = visitor.submit(visitor.get(choice.links["Another mail provider"]), password=PASSWORD)
    assert (page.status, page.heading) == (503, NOT_SENT.title)
    assert "no password was sent" in page.text


def test_a_key_that_is_refused_is_said_before_anybody_types_a_password(
    visit: Callable[..., Visitor],
) -> None:
    refuse = httpx.MockTransport(lambda _: httpx.Response(401, json={"request_id": "r12"}))
    page = visit(transport=refuse, NYLAS_API_KEY=KEY).enter("someone@example.com")
    assert (page.status, page.heading, page.support_code) == (503, NOT_SET_UP, "r12")
    assert page.links["Go to the first page"] == "/"


@pytest.mark.parametrize("trial", ["detect-limit", "detect-outage"])
def test_a_test_address_of_detection_works_each_time_and_spoils_nothing(
    visitor: Visitor, trial: str
) -> None:
    assert visitor.enter("someone@example.com").heading == "Sign in to example.com"
    for _ in range(3):
        assert visitor.enter(f"{trial}@example.com").heading == "Who runs your mailbox?"
    assert visitor.enter("someone@fastmail.com").heading == "Sign in to Fastmail"

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from latchkey.sandbox import OUTCOMES, Outcome

CONNECT = [each for each in OUTCOMES if each.call == "connect"]
ANSWERING = [each for each in CONNECT if each.status is not None]
BREAKING = [each for each in CONNECT if each.status is None]
ERRORS = [each for each in CONNECT if each.error is not None]


def by_name(outcome: Outcome) -> str:
    return outcome.name


def test_names_are_unique_local_parts_and_sentences_are_plain() -> None:
    names = [each.name for each in OUTCOMES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)
    assert all(each.shows.endswith(".") for each in OUTCOMES)


@pytest.mark.parametrize("outcome", ANSWERING, ids=by_name)
def test_local_part_chooses_the_answer_with_or_without_a_tag(outcome: Outcome, caller: Any) -> None:
    for address in (f"{outcome.name}@example.com", f"{outcome.name.upper()}+a+b@mail.test"):
        answer = caller.connect_imap(address)
        assert answer.status_code == outcome.status
        assert answer.headers["x-request-id"]
        assert {name: answer.headers[name] for name in outcome.headers} == outcome.headers


@pytest.mark.parametrize("outcome", ERRORS, ids=by_name)
def test_errors_come_in_the_envelope(outcome: Outcome, caller: Any) -> None:
    answer = caller.connect_imap(f"{outcome.name}@example.com")
    assert answer.json["error"] == outcome.error
    assert ("request_id" in answer.json) == outcome.with_request_id


@pytest.mark.parametrize("outcome", CONNECT, ids=by_name)
def test_only_outcomes_that_say_so_make_a_grant(outcome: Outcome, caller: Any) -> None:
    try:
        caller.connect_imap(f"{outcome.name}@example.com")
    except TimeoutError:
        assert outcome in BREAKING
    made = caller.send("GET", "/grants").json["data"]
    assert len(made) == (outcome.grant != "none")


@pytest.mark.parametrize("outcome", BREAKING, ids=by_name)
def test_timeouts_break_the_connection(outcome: Outcome, caller: Any) -> None:
    with pytest.raises(TimeoutError):
        caller.connect_imap(f"{outcome.name}@example.com")


def test_a_timeout_may_have_made_the_grant_all_the_same(caller: Any) -> None:
    with pytest.raises(TimeoutError):
        caller.connect_imap("timeout-made+1@example.com")
    assert [grant["email"] for grant in caller.grants("timeout-made+1@example.com")] == [
        "timeout-made+1@example.com"
    ]


@pytest.mark.parametrize("name", ["slow", "timeout"])
def test_slow_addresses_wait(
    name: str, make_caller: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("latchkey.sandbox.connect.time.sleep", waits.append)
    caller = make_caller(slow_seconds=6.5)
    if name == "slow":
        assert caller.connect_imap("slow@example.com").status_code == 201
    else:
        with pytest.raises(TimeoutError):
            caller.connect_imap("timeout@example.com")
    assert waits == [6.5]


def test_broken_json_is_a_success_that_cannot_be_read(caller: Any) -> None:
    answer = caller.connect_imap("broken-json@example.com")
    assert answer.mimetype == "application/json"
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


def test_gateway_answers_html_and_an_outage_nothing(caller: Any) -> None:
    gateway = caller.connect_imap("gateway@example.com")
    assert gateway.mimetype == "text/html"
    assert gateway.text.startswith("<html>")
    assert caller.connect_imap("outage@example.com").data == b""


def test_other_address_connects_somebody_else(caller: Any) -> None:
    answer = caller.connect_imap("other-address@example.net")
    assert answer.json["data"]["email"] == "someone-else@example.net"


def test_thin_success_has_neither_address_nor_request_id(caller: Any) -> None:
    answer = caller.connect_imap("no-email@example.com")
    assert set(answer.json) == {"data"}
    assert set(answer.json["data"]) == {"id", "provider", "scope", "created_at"}


def test_detect_answers_its_own_test_addresses(caller: Any) -> None:
    assert caller.detect("detect-limit@example.com").status_code == 429
    outage = caller.detect("detect-outage@example.com")
    assert (outage.status_code, outage.data) == (503, b"")
    assert caller.detect("detect-slow@gmail.com").json["data"]["provider"] == "google"


def test_test_addresses_of_one_call_mean_nothing_to_the_other(caller: Any) -> None:
    assert caller.detect("outage@example.com").status_code == 200
    for address in ("detect-outage@example.com", "token-outage@example.com"):
        assert caller.connect_imap(address).status_code == 201

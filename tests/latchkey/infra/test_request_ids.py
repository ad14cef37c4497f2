import json
import re
from typing import Any

import pytest
from flask import Flask

from app import create_app
from tests.conftest import KEY, make_settings

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
OURS = re.compile(r"[0-9a-f]{16}")


def new_app(proxies: str) -> Flask:
    return create_app(
        make_settings(
            NYLAS_API_KEY=KEY, PUBLIC_URL="https://connect.example.com", TRUSTED_PROXIES=proxies
        )
    )


def ask(app: Flask, **headers: str) -> tuple[str, str]:
    """Ask for a page; gives the id that the answer has, and the support code that it shows."""
    answer = app.test_client().get(
        "/nowhere",
        base_url="https://connect.example.com",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return answer.headers["X-Request-ID"], answer.text


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged of requests; what an app says at its start belongs to none."""
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in logged if line["request_id"]]


def test_the_id_that_a_proxy_gave_is_the_requests_own_everywhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = "7f3a91c204bd4e0f8c15d2a6b7e9f013"
    told, page = ask(new_app("1"), X_Request_ID=given)
    assert told == given
    assert given in page
    assert {line["request_id"] for line in lines(capsys)} == {given}


def test_without_a_proxy_nobody_chooses_ids(capsys: pytest.CaptureFixture[str]) -> None:
    told, page = ask(new_app("0"), X_Request_ID="chosen-by-a-stranger", traceparent=TRACEPARENT)
    assert OURS.fullmatch(told)
    assert told in page
    for line in lines(capsys):
        assert line["request_id"] == told
        assert "trace_id" not in line


@pytest.mark.parametrize(
    "odd",
    ["short", "x" * 65, "with blank in", "semi;colon-id", "<b>alert(1)</b>", "", "--------"],
)  # fmt: skip
def test_what_is_no_id_is_replaced_by_one(odd: str) -> None:
    told, page = ask(new_app("1"), X_Request_ID=odd)
    assert OURS.fullmatch(told)
    assert not odd or f">{odd}<" not in page


def test_each_request_has_an_id_of_its_own() -> None:
    app = new_app("1")
    assert ask(app)[0] != ask(app)[0]


@pytest.mark.parametrize(
    ("path", "has_one"),
    [("/nowhere", True), ("/healthz", True), ("/brand.css", False), ("/robots.txt", False)],
)
def test_an_answer_that_browsers_keep_is_that_of_no_single_request(
    path: str, *, has_one: bool
) -> None:
    answer = new_app("1").test_client().get(path, base_url="https://connect.example.com")
    assert ("X-Request-ID" in answer.headers) == has_one


def test_the_trace_of_a_proxy_is_in_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    told, _ = ask(new_app("1"), traceparent=TRACEPARENT)
    assert OURS.fullmatch(told)
    logged = lines(capsys)
    assert logged
    assert {line["trace_id"] for line in logged} == {TRACE}


@pytest.mark.parametrize(
    "odd",
    [
        "", TRACE, f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE.upper()}-00f067aa0ba902b7-01", f"00-{TRACE}-01",
    ],
)  # fmt: skip
def test_what_is_no_trace_is_not_logged(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask(new_app("1"), traceparent=odd)
    assert all("trace_id" not in line for line in lines(capsys))

import json
import logging
import re
import time
from typing import Any

import httpx
import pytest
from flask import Flask, Response
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from latchkey.infra import logs
from latchkey.infra.log_formats import FIELDS, JsonFormatter
from tests.conftest import make_settings
from tests.pages import Visitor

ALWAYS = {"time", "level", "event"}
SECRET_WORDS = ("someone", "example", "hunter2", "pass-word", "login-name", "s=", "?", "@")
REQUEST = {"request_id", "method", "route", "status", "duration_ms"}


def new_app() -> Flask:
    """Not a fixture: the log goes to the standard output that an app finds at its start."""
    app = create_app(make_settings())

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("the text of an exception may hold hunter2 of someone@example.com")

    return app


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Everything that was logged; nothing else is written anywhere."""
    captured = capsys.readouterr()
    assert not captured.err
    return [json.loads(line) for line in captured.out.splitlines()]


def test_what_fails_while_an_answer_is_finished_is_logged_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = new_app()

    @app.after_request
    def fail(response: Response) -> Response:
        raise RuntimeError("hunter2 of someone@example.com")

    assert app.test_client().get("/healthz").status_code == 500
    logged = [line for line in lines(capsys) if line["event"] == "unexpected_error"]
    assert {line["error"] for line in logged} == {"RuntimeError"}
    assert "test_logs.py" in logged[0]["where"]
    assert "hunter2" not in str(logged)


def test_every_request_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    client = app.test_client()
    for url in ("/", "/healthz", "/nowhere", "/static/css/app.css", "/connected"):
        client.get(url).close()
    client.post("/")
    seen = [(line["method"], line["route"], line["status"]) for line in requests(lines(capsys))]
    assert seen == [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "none", 404),
        ("GET", "/static/<path:filename>", 200),
        ("GET", "/connected", 302),
        ("POST", "/", 400),
    ]


def requests(logged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in logged if line["event"] == "request"]


def test_a_line_tells_when_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    app.test_client().get("/")
    (line,) = lines(capsys)
    assert set(line) == ALWAYS | REQUEST
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert line["level"] == "info"
    assert 0 <= line["duration_ms"] < 10_000


def test_a_whole_journey_logs_nothing_about_the_person(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    visitor = Visitor.inside(app)
    visitor.get("/?login_hint=someone@example.com")
    for email in ("someone@example.com", "wrong-password@example.com", "gateway@example.com"):
        page = visitor.enter(email)
        visitor.submit(page, password="hunter2", username="login-name", smtp_password="pass-word")
    visitor.get("/connect/imap?s=someone@example.com")
    visitor.get("/nowhere/someone@example.com?password=hunter2")
    visitor.client.get("/healthz", headers={"Cookie": "pass-word=hunter2"})
    visitor.client.post("/", data={"email": "someone@example.com", "csrf_token": "hunter2"})
    logged = lines(capsys)
    assert len(logged) > 12
    for line in logged:
        assert set(line) <= ALWAYS | set(FIELDS)
        for word in SECRET_WORDS:
            assert word not in json.dumps(line), line


def test_how_a_sign_in_ended_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    visitor = Visitor.inside(app)
    visitor.sign_in("someone@example.com")
    page = visitor.sign_in("wrong-password@example.com")
    good, bad = [line for line in lines(capsys) if line["event"] == "grant"]
    assert (good["provider"], good["outcome"]) == ("imap", "connected")
    assert (bad["provider"], bad["outcome"]) == ("imap", "wrong_password")
    assert bad["detail"] == "400 invalid_authentication"
    assert page.support_code == bad["nylas_request_id"]


def test_every_line_of_a_request_has_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    visitor = Visitor.inside(app)
    visitor.sign_in("someone@example.com")
    logged = lines(capsys)
    assert all(re.fullmatch(r"[0-9a-f]{16}", line["request_id"]) for line in logged)
    grant, request = logged[-3:-1]
    assert (grant["event"], request["event"]) == ("grant", "request")
    assert grant["request_id"] == request["request_id"]
    assert len({line["request_id"] for line in requests(logged)}) == len(requests(logged))


def test_the_support_code_of_a_page_is_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    page = Visitor.inside(app).get("/broken")
    assert page.status == 500
    assert page.support_code
    assert {line["request_id"] for line in lines(capsys)} == {page.support_code}


def test_a_failure_of_the_program_is_told_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = new_app()
    page = Visitor.inside(app).get("/broken")
    assert "hunter2" not in page.html
    failure, request = lines(capsys)
    assert (failure["event"], failure["level"]) == ("unexpected_error", "error")
    assert failure["error"] == "RuntimeError"
    assert failure["where"].startswith("test_logs.py:")
    assert request["status"] == 500
    assert "hunter2" not in json.dumps(failure)


def record(**fields: object) -> logging.LogRecord:
    made = logging.LogRecord("latchkey", logging.INFO, __file__, 1, "event", None, None)
    made.fields = fields
    return made


def test_only_allowed_fields_reach_a_line() -> None:
    allowed = dict.fromkeys(FIELDS, 1)
    text = JsonFormatter().format(record(**allowed, email="someone@example.com", args="hunter2"))
    assert set(json.loads(text)) == ALWAYS | set(FIELDS)
    assert "someone" not in text


def test_a_record_of_somebody_else_shows_only_where_it_came_from() -> None:
    made = logging.LogRecord("library", logging.INFO, __file__, 1, "hunter2 %s", ("x",), None)
    line = json.loads(JsonFormatter().format(made))
    assert set(line) == ALWAYS
    assert line["event"] == "library"


ANYTHING = st.text(st.characters(exclude_categories=[]))


@given(ANYTHING)
@settings(deadline=None)
def test_no_value_can_forge_a_line(value: str) -> None:
    text = JsonFormatter().format(record(detail=value))
    assert text.isprintable()
    assert text.isascii()
    assert text.count('"') == 2 * len(json.loads(text)) * 2
    assert len(json.loads(text)["detail"]) <= 200


@pytest.mark.parametrize("odd", ["\n", "\r\n", "\x1b[2J", "\u2028", '"', "\\", "{", "\x00", "\x7f"])
def test_no_request_can_forge_a_line(odd: str, capsys: pytest.CaptureFixture[str]) -> None:
    app = new_app()
    client = app.test_client()
    client.get(f"/{odd}forged", query_string={"s": odd})
    client.open("/", method=f"GE{odd}T")
    client.get("/connect/x", headers={"User-Agent": "forged", "X-Request-Id": "forged"})
    logged = lines(capsys)
    assert len(logged) == 3
    assert "forged" not in json.dumps(logged)


def test_the_level_decides_what_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings(LOG_LEVEL="ERROR"))
    app.test_client().get("/")
    assert not lines(capsys)
    with app.test_request_context():
        logs.unexpected(ValueError("hunter2"))
    (line,) = lines(capsys)
    assert (line["error"], line["where"]) == ("ValueError", "")


def test_the_client_of_nylas_logs_no_addresses() -> None:
    create_app(make_settings(LOG_LEVEL="DEBUG"))
    assert logging.getLogger("latchkey").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


def test_a_second_app_does_not_log_twice(capsys: pytest.CaptureFixture[str]) -> None:
    create_app(make_settings())
    create_app(make_settings()).test_client().get("/")
    assert len(lines(capsys)) == 1


def test_times_are_those_of_the_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = new_app()

    @app.get("/slow")
    def slow() -> str:
        now = time.perf_counter()
        monkeypatch.setattr("time.perf_counter", lambda: now + 2.5)
        return ""

    httpx.Client(transport=httpx.WSGITransport(app=app)).get("http://localhost/slow")
    (line,) = lines(capsys)
    assert 2500 <= line["duration_ms"] < 4000


def test_the_lines_of_requests_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings(ACCESS_LOG="false"))
    Visitor.inside(app).sign_in("wrong-password@example.com")
    events = [line["event"] for line in lines(capsys)]
    assert "grant" in events
    assert "request" not in events

import json
from typing import Any

import pytest
from flask import Flask

from app import create_app
from tests.calling import CallingApp
from tests.conftest import make_settings
from tests.latchkey.webhook_receiver import SECRET, company, eventually
from tests.pages import Visitor


def log_of(capsys: pytest.CaptureFixture[str], app: Flask, *emails: str) -> tuple[str, list[str]]:
    """The log of sign-ins with these addresses, and the support code of the last page."""
    code = ""
    for email in emails:
        code = Visitor.inside(app).sign_in(email).support_code
    return code, capsys.readouterr().out.splitlines()


def explained(app: Flask, code: str, log: list[str]) -> list[str]:
    result = app.test_cli_runner().invoke(args=["explain", code], input="\n".join(log))
    assert result.exit_code == 0, result.output
    return str(result.output).splitlines()


def read(log: list[str], **wanted: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in log]
    return [line for line in lines if wanted.items() <= line.items()]


def test_a_sign_in_has_one_id_from_the_address_to_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = create_app(make_settings())
    _, log = log_of(capsys, app, "someone@example.com", "other@example.com")
    visits = [line["visit"] for line in read(log, event="grant")]
    assert len(set(visits)) == 2
    for visit in visits:
        requests = read(log, event="request", visit=visit)
        routes = [(line["method"], line["route"]) for line in requests]
        assert routes == [
            ("POST", "/"),
            ("GET", "/connect/<key>"),
            ("POST", "/connect/<key>"),
            ("GET", "/connected"),
        ]
        assert "someone" not in visit


@pytest.mark.parametrize("visit", ["-rjOf3qqMZcTD07W", "--Of3qqMZcTD07Wx", "-h123456789012_-"])
def test_a_visit_that_begins_as_an_option_does_leads_to_its_story(visit: str) -> None:
    line = {"event": "grant", "visit": visit, "provider": "imap", "outcome": "connected"}
    (told,) = explained(create_app(make_settings()), visit, [json.dumps(line)])
    assert "connected" in told


@pytest.mark.parametrize("code", ["9F2C51D07BE3A846", " 9f2c51d07be3a846\n", "9f2c 51d0 7be3 a846"])
def test_a_code_may_come_as_people_wrote_it_down(code: str) -> None:
    line = {"event": "grant", "request_id": "9f2c51d07be3a846", "outcome": "connected"}
    (told,) = explained(create_app(make_settings()), code, [json.dumps(line)])
    assert "connected" in told


@pytest.mark.parametrize(
    "log", ["", "[1]\n{broken", "12:00:01 INFO grant 9f2c51d07be3a846", b"caf\xe9 \x00\n"]
)
def test_what_is_no_log_in_json_is_told_from_a_log_without_the_code(log: str | bytes) -> None:
    runner = create_app(make_settings()).test_cli_runner()
    result = runner.invoke(args=["explain", "9f2c51d07be3a846"], input=log)
    assert result.exit_code == 1
    assert "no line of a log in JSON, as LOG_FORMAT=json makes it" in result.output


def test_at_a_terminal_it_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    result = create_app(make_settings()).test_cli_runner().invoke(args=["explain", "9f2c"])
    assert "The log is read from standard input: flask explain CODE < log" in result.output


def test_a_support_code_leads_to_the_whole_story(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings())
    code, log = log_of(capsys, app, "someone@example.com", "wrong-password@example.com")
    story = explained(app, code, ["a line of another program", *log])
    assert "POST / was answered with 303" in story[1]
    assert any("provider: imap (source: " in line for line in story)
    (ended,) = [line for line in story if "Connecting imap ended with: wrong_password" in line]
    assert f"Nylas's id: {code}." in ended
    assert not any("connected." in line for line in story), "the other person's is another story"


def test_what_the_app_did_and_was_told_is_part_of_the_story(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with company() as firm:
        hook = {"RESULT_WEBHOOK_URL": firm.receiver.url, "RESULT_WEBHOOK_SECRET": SECRET}
        page = create_app(make_settings(**hook))
        app = CallingApp(page)
        visitor, shown = app.send()
        form = visitor.submit(shown, email="someone@example.com")
        code = app.get_back(visitor, visitor.submit(form, password="secret"))["code"]
        assert [app.exchange(code).status_code for _ in range(2)] == [200, 400]
        eventually(lambda: firm.receiver.received)
        page.extensions["services"].webhooks.close()
    visit = firm.receiver.received[0].told["sign_in"]
    story = explained(page, visit, capsys.readouterr().out.splitlines())
    for part in ("token: exchanged", "token: invalid_grant", "webhook: delivered. sign_in.conn"):
        assert any(part in line for line in story), part


def test_lines_with_a_platforms_prefix_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings())
    code, log = log_of(capsys, app, "quota@example.com")
    prefixed = [f"page-1  | {line}" for line in log]
    assert explained(app, code, prefixed) == explained(app, code, log)


def test_what_is_loud_in_the_log_is_loud_in_the_story(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings())
    code, log = log_of(capsys, app, "no-connector@example.com")
    assert any("!! Connecting imap ended with" in line for line in explained(app, code, log))


def test_a_code_that_the_log_does_not_know_is_an_error() -> None:
    app = create_app(make_settings())
    line = '{"event": "request", "request_id": "other"}'
    for log in (line, f"no json\n{{broken\n[1]\n{line}"):
        result = app.test_cli_runner().invoke(args=["explain", "1234"], input=log)
        assert result.exit_code == 1
        assert "nothing about this code" in result.output

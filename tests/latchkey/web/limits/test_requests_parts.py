"""Each limit on requests alone: who shares its counter, and what is answered."""

import json
from typing import Any

import pytest
from flask import Flask

from latchkey.infra.limits import Hit, Window
from latchkey.problems.limits import CLIENT_LIMIT
from latchkey.web.limits import TooManyRequests, count_refused_link, detection_wait
from latchkey.web.limits.requests import report
from tests.conftest import KEY, Clock, stopped_clock
from tests.latchkey.web.limits.bare import (
    ELSEWHERE,
    HERE,
    ONCE,
    Browser,
    bare_app,
    limiter_of,
)

PAGES = ("token.exchange", "token.inspect")


@pytest.fixture(autouse=True)
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch, "time.monotonic", 1000.0)


def app_with(rule: str) -> Flask:
    """The app with this rule alone, and pages that do nothing."""
    app = bare_app({rule: ONCE})
    for page in (*PAGES, "entry.show"):
        app.add_url_rule(f"/{page}", page, lambda: "the page")
    return app


def status(app: Flask, page: str, address: str = HERE) -> int:
    return app.test_client().get(f"/{page}", environ_base={"REMOTE_ADDR": address}).status_code


def refusal(browser: Browser, call: Any) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as raised:
        browser.request(call)
    return raised.value


@pytest.mark.parametrize("page", PAGES)
def test_requests_for_tokens_are_limited_by_client(page: str) -> None:
    app = app_with("token")
    assert [status(app, page) for _ in range(3)] == [200, 429, 429]
    assert [status(app, other) for other in (*PAGES, "entry.show", "nowhere")] == [
        429, 429, 200, 404,
    ]  # fmt: skip
    assert [status(app, page, ELSEWHERE) for _ in range(2)] == [200, 429]


def test_apps_hear_it_in_the_shape_of_nylas(wait: Clock) -> None:
    client = app_with("token").test_client()
    client.get("/token.exchange")
    wait(0.5)
    answer = client.get("/token.inspect")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert answer.json == {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests: try again in 60 seconds",
        "error_uri": "https://developer.nylas.com/docs/api/errors/400-response/",
        "error_code": 429,
    }


@pytest.mark.parametrize(("rule", "for_all"), [("broken_link", False), ("broken_link_all", True)])
def test_refused_links_are_limited_by_client_and_for_all_together(rule: str, for_all: bool) -> None:
    app = bare_app({rule: ONCE})
    Browser(app).request(count_refused_link)
    raised = refusal(Browser(app), count_refused_link)
    assert (raised.problem, raised.wait) == (CLIENT_LIMIT, 60)
    if for_all:
        refusal(Browser(app, ELSEWHERE), count_refused_link)
    else:
        Browser(app, ELSEWHERE).request(count_refused_link)


def test_a_client_that_is_held_up_takes_no_room_for_refused_links_from_all() -> None:
    app = bare_app({"broken_link": ONCE, "broken_link_all": (Window(100, 60),)})
    Browser(app).request(count_refused_link)
    for _ in range(3):
        refusal(Browser(app), count_refused_link)
    assert limiter_of(app).number("broken_link_all", "") == 1


def test_a_client_waits_for_its_share_of_detections(wait: Clock) -> None:
    app = bare_app({"detection": ONCE})
    assert Browser(app).request(detection_wait) == 0
    wait(0.5)
    assert Browser(app).request(detection_wait) == 60
    assert Browser(app, ELSEWHERE).request(detection_wait) == 0


def test_an_operator_has_no_share_of_detections() -> None:
    with bare_app({"detection": ONCE}).app_context():
        assert [detection_wait() for _ in range(3)] == [0.0] * 3


def test_a_limit_that_was_reached_is_a_line_of_the_log_and_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hit = Hit(rule="client", wait=6.1)
    assert Browser(bare_app()).request(lambda: report(hit)) == 7
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"]) == ("limit", "warning")
    assert (line["outcome"], line["detail"]) == ("client", "7 s")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [json.loads(line)["outcome"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, []),
        ({"NYLAS_API_KEY": KEY}, []),
        ({"LIMITS": "off"}, []),
        ({"LIMITS": "off", "NYLAS_API_KEY": KEY}, ["off"]),
    ],
)
def test_limits_that_are_off_are_told_outside_of_the_sandbox(
    variables: dict[str, str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    bare_app(**variables)
    assert lines(capsys) == said


@pytest.mark.parametrize(
    ("variables", "header", "said"),
    [
        ({}, "X-Forwarded-For", ["proxy"]),
        ({}, "X-Real-IP", []),
        ({"TRUSTED_PROXIES": "1"}, "X-Forwarded-For", []),
        ({"LIMITS": "off"}, "X-Forwarded-For", []),
    ],
)
def test_a_proxy_that_no_setting_names_is_told_about_once(
    variables: dict[str, str], header: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    client = bare_app(**variables).test_client()
    client.get("/")
    assert lines(capsys) == []
    for _ in range(3):
        client.get("/", headers={header: "203.0.113.7"})
    assert lines(capsys) == said

import json
import time

import pytest

from app import create_app
from latchkey.infra.sealing import Sealer
from latchkey.web.flow import IDLE_SECONDS
from tests.conftest import Clock, make_settings
from tests.pages import Visitor

START = "Connect your mailbox"
EMAIL = "someone@example.com"


def reasons(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Why sign-ins began again, as the log has it."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["detail"] for line in lines if line["event"] == "start_again"]


def test_an_old_tab_says_that_it_was_open_for_a_while_and_keeps_the_address(
    capsys: pytest.CaptureFixture[str], wait: Clock
) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    form = visitor.enter(EMAIL)
    wait(IDLE_SECONDS + 60)
    page = visitor.get(str(form.url))
    assert (page.status, page.heading) == (200, START)
    assert "open for a while" in page.text
    assert page.fields()["email"] == EMAIL
    assert reasons(capsys) == ["expired"]


def test_a_reloaded_confirmation_says_that_the_mailbox_was_connected(
    visitor: Visitor, wait: Clock
) -> None:
    done = visitor.sign_in(EMAIL)
    wait(40 * 60)
    page = visitor.get(str(done.url))
    assert (page.status, page.heading) == (200, "Your mailbox was connected")
    assert EMAIL in page.text
    assert "less than an hour ago" in page.text
    wait(3 * 3600)
    assert "3 hours ago" in visitor.get(str(done.url)).text
    wait(24 * 3600)
    assert visitor.get(str(done.url)).heading == START


def test_a_browser_without_cookies_is_told_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    page = visitor.get("/")
    visitor.client.cookies.clear()
    answer = visitor.submit(page, email=EMAIL)
    assert answer.status == 400
    assert "Please allow cookies" in answer.text
    assert answer.fields()["email"] == EMAIL
    assert reasons(capsys) == ["no cookies"]


def test_a_page_without_any_cookie_says_so_too(visitor: Visitor) -> None:
    form = visitor.enter(EMAIL)
    visitor.client.cookies.clear()
    assert "Please allow cookies" in visitor.get(str(form.url)).text


def test_an_instance_with_another_secret_key_says_that_it_could_not_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = create_app(make_settings())
    visitor = Visitor.inside(app)
    form = visitor.enter(EMAIL)
    app.extensions["flow"] = Sealer(["another secret key of another instance"], purpose="flow")
    page = visitor.get(str(form.url))
    assert "couldn’t read how far you were" in page.text
    assert reasons(capsys) == ["unreadable"]


def test_a_clock_that_is_ahead_elsewhere_is_named_in_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 600)
    form = visitor.enter(EMAIL)
    monkeypatch.setattr("time.time", lambda: now)
    assert "couldn’t read how far you were" in visitor.get(str(form.url)).text
    assert reasons(capsys) == ["future"]


def test_a_bookmark_is_no_alarm(visitor: Visitor) -> None:
    for path in ("/connected", "/providers", "/connect/imap"):
        page = visitor.get(path)
        assert (page.status, page.heading) == (200, START)
        assert "Let’s start again" not in page.text


@pytest.mark.parametrize("again", ["x", "", "SECURITY ALERT", "expired "])
def test_an_address_can_only_name_reasons_of_ours(visitor: Visitor, again: str) -> None:
    assert "Let’s start again" not in visitor.get(f"/?again={again}").text

"""``flask who``: from an address to its lines of the log."""

import pytest
from flask import Flask

from app import create_app
from tests.conftest import SECRET, make_settings
from tests.latchkey.operator.test_explain import explained, log_of, read

EMAIL = "someone@example.com"


def named(app: Flask, email: str = EMAIL) -> list[str]:
    result = app.test_cli_runner().invoke(args=["who", email])
    assert result.exit_code == 0, result.output
    return str(result.output).splitlines()


def test_it_leads_to_the_lines_of_the_address_and_to_no_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = create_app(make_settings())
    _, log = log_of(capsys, app, EMAIL, "other@example.com")
    (name,) = named(app)
    (mine, other) = read(log, event="grant")
    assert mine["mailbox"] == name
    assert other["mailbox"] == named(app, "other@example.com")[0] != name
    story = explained(app, name, log)
    assert [line for line in story if "Connecting imap ended with: connected" in line]
    assert len(story) == len(explained(app, mine["visit"], log))


def test_no_line_holds_the_address(capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(make_settings())
    _, log = log_of(capsys, app, EMAIL)
    assert read(log, event="request", mailbox=named(app)[0])
    for part in ("someone", "example"):
        assert part not in "".join(log)


@pytest.mark.parametrize(
    "spelling",
    [
        "SomeOne@Example.com",
        "someone+tag@example.com",
        " someone@example.com\n",
        "S. <someone@example.com>",
    ],
)
def test_all_spellings_of_a_mailbox_have_one_name(spelling: str) -> None:
    app = create_app(make_settings())
    assert named(app, spelling) == named(app)


def test_international_domains_have_one_name() -> None:
    app = create_app(make_settings())
    assert named(app, "someone@bücher.example") == named(app, "someone@xn--bcher-kva.example")


def test_a_changed_key_gives_another_name_and_the_former_one_is_printed_too() -> None:
    (before,) = named(create_app(make_settings()))
    changed = {"SECRET_KEY": SECRET[::-1], "SECRET_KEY_FALLBACKS": SECRET}
    now, former = named(create_app(make_settings(**changed)))
    assert former == before != now


def test_what_is_no_address_is_refused() -> None:
    result = create_app(make_settings()).test_cli_runner().invoke(args=["who", "someone"])
    assert result.exit_code == 2
    assert "is no address" in result.output

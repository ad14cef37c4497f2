import logging
import os
import pty
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from config import ROOT, ConfigError
from latchkey.infra.log_formats import LOGGER, TextFormatter
from tests.conftest import make_settings
from tests.pages import Visitor

PLAIN = TextFormatter(colored=False)
COLORED = TextFormatter(colored=True)
SGR = re.compile(r"\x1b\[[0-9;]+m")


def record(event: str, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord(LOGGER, level, __file__, 1, event, None, None)
    made.fields = fields
    return made


def test_a_line_of_text_says_what_happened_and_then_the_ids() -> None:
    line = PLAIN.format(
        record("request", method="GET", route="/connect/<key>", status=200, duration_ms=12,
               request_id="9f2c51d07be3a846", visit="")
    )  # fmt: skip
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d\.\d{3}  INFO     request           GET /connect/<key> 200 12 ms"
        r"  request_id=9f2c51d07be3a846",
        line,
    )


def test_lines_of_different_events_stand_in_columns() -> None:
    lines = [
        PLAIN.format(record("grant", logging.WARNING, provider="imap", outcome="nylas_down")),
        PLAIN.format(record("unexpected_error", logging.ERROR, error="KeyError")),
        PLAIN.format(record("request", method="GET")),
    ]
    starts = {re.match(r"(\S+  \S+ +\S+ +)\S", line).end() for line in lines}  # type: ignore[union-attr]
    assert len(starts) == 1


def test_colors_tell_the_levels_apart_and_change_no_word() -> None:
    levels = [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR]
    records = [record("grant", level, outcome="connected", request_id="ab") for level in levels]
    painted = [COLORED.format(one) for one in records]
    assert len({SGR.findall(line)[2] for line in painted}) == len(levels)
    assert [SGR.sub("", line) for line in painted] == [PLAIN.format(one) for one in records]
    assert not any(SGR.search(PLAIN.format(one)) for one in records)


@given(st.text())
def test_no_value_can_forge_a_line_or_a_field_of_text(value: str) -> None:
    line = PLAIN.format(record("handoff", outcome=value, detail="plain"))
    assert line.isprintable()
    assert line.count("=") == (2 if value else 1)


def test_a_field_that_is_not_listed_does_not_reach_a_line_of_text() -> None:
    line = PLAIN.format(record("grant", outcome="connected", email="someone@example.com"))
    assert "someone" not in line


def test_the_setting_chooses_the_form(capsys: pytest.CaptureFixture[str]) -> None:
    Visitor.inside(create_app(make_settings(LOG_FORMAT="text"))).get("/")
    line = capsys.readouterr().out.splitlines()[-1]
    assert " GET / 200 " in line
    assert not SGR.search(line), "this is no terminal"
    with pytest.raises(ConfigError, match=r"LOG_FORMAT.*json or text"):
        make_settings(LOG_FORMAT="xml")


@pytest.mark.slow
def test_a_terminal_gets_colors() -> None:
    ours, theirs = pty.openpty()
    program = (
        "from app import create_app; from tests.conftest import make_settings;"
        "create_app(make_settings(LOG_FORMAT='text')).test_client().get('/')"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "GET / 200" in shown
    assert SGR.search(shown)

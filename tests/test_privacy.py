"""The spans of time and cookies in docs/privacy.md are those of the program."""

import re

import pytest

from config import ROOT
from latchkey.apps import codes, link_claims
from latchkey.connect import idempotency, trouble
from latchkey.connect.oauth import pending, used_states
from latchkey.infra.settings.rate_limits import USUAL_LIMITS
from latchkey.providers import mail_records
from latchkey.providers.detection import domains
from latchkey.web import language, lost_answer
from latchkey.web.flow import cookies, lifecycle, session
from latchkey.web.limits import device, tokens

PRIVACY = (ROOT / "docs" / "privacy.md").read_text()
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

SPANS = [
    ("E-mail address", cookies.IDLE_SECONDS, 30 * MINUTE, "30 minutes without a step"),
    ("E-mail address", cookies.TOTAL_SECONDS, 2 * HOUR, "2 hours at most"),
    ("E-mail address", lifecycle.REVIVED_SECONDS, DAY, "up to a day"),
    ("Address and app of a sign-in", pending.PENDING_SECONDS, 30 * MINUTE, "half an hour"),
    ("Domain of the address", domains.OLD_SECONDS, 7 * DAY, "a week"),
    ("How a form ended", idempotency._REMEMBERED_SECONDS, 2 * MINUTE, "2 minutes;"),
    ("How a form ended", lost_answer._KEPT_SECONDS, 5 * MINUTE, "; 5 minutes"),
    ("Code for the app", codes.CODE_SECONDS, MINUTE, "a minute"),
    ("That a code", codes.SPENT_SECONDS, 3 * HOUR, "3 hours,"),
    ("That a code", link_claims.LONGEST_SECONDS, 30 * DAY, "30 days,"),
    ("That a code", used_states._SECONDS, 31 * MINUTE, "31 minutes"),
    ("Mail servers", mail_records.FOUND_SECONDS, HOUR, "an hour"),
    ("Mailboxes connected before", device.REMEMBERED_SECONDS, 180 * DAY, "180 days"),
    ("How sign-ins at a mail provider", trouble._SECONDS, 15 * MINUTE, "15 minutes"),
    ("Language", language.REMEMBERED_SECONDS, 365 * DAY, "a year"),
    ("Network address (of IPv6", tokens._RIGHT_BEFORE_SECONDS, DAY, "token was good, a day"),
]


@pytest.mark.parametrize(("row", "seconds", "documented", "words"), SPANS)
def test_a_span_of_time_is_that_of_the_program(
    row: str, seconds: float, documented: float, words: str
) -> None:
    (line,) = re.findall(rf"^\| {re.escape(row)}.*$", PRIVACY, re.M)
    assert seconds == documented
    assert words in line


def test_the_usual_limits_remember_as_long_as_it_says() -> None:
    longest = {name: windows.rpartition("/")[2] for name, windows in USUAL_LIMITS.items()}
    days = {name for name, window in longest.items() if window.endswith("d")}
    assert days == {"mailbox_refused"}
    assert set(longest.values()) <= {"10s", "1m", "5m", "1h", "2h", "6h", "1d"}
    assert "with the usual limits an hour, of a mailbox a day" in PRIVACY


def test_every_cookie_is_named() -> None:
    names = re.findall(r"^\| `__Host-(\S+)`", PRIVACY, re.M)
    suffixes = ["", "-", f"-{device._SUFFIX}", f"-{language._SUFFIX}"]
    assert names == [f"{session._NAME}{suffix}" for suffix in suffixes]

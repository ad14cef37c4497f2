"""What is read of answers: JSON, refusals that are not quite, and how long to wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from latchkey.infra.errors import BadAnswer
from latchkey.infra.http import Answer
from latchkey.nylas.answers import read_json, refused, retry_after


def answer(status: int, body: bytes = b"<html>") -> Answer:
    return Answer(status=status, headers={}, body=body)


@pytest.mark.parametrize("status", [200, 201, 299])
def test_a_success_has_to_be_json(status: int) -> None:
    with pytest.raises(BadAnswer):
        read_json(answer(status))
    assert read_json(answer(status, b'{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize("status", [199, 300, 404, 502])
def test_anything_else_may_say_nothing(status: int) -> None:
    assert read_json(answer(status)) == {}


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"type": "provider_error", "message": "Mot de passe incorrect\xe9"}}',
        b'{"error": {"type": "provider_error", "message": "Mot de passe incorrect"}, "n": NaN}',
        b'\xef\xbb\xbf{"error": {"type": "provider_error", "message": "Mot de passe incorrect"}}',
    ],
)
def test_a_refusal_says_what_it_says_despite_a_wrong_byte_or_number(body: bytes) -> None:
    refusal = refused(answer(401, body)).refusal
    assert refusal.kind == "provider_error"
    assert refusal.text.startswith("mot de passe incorrect")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"a": ', b"[" * 100_000])
def test_a_refusal_without_an_object_says_nothing(body: bytes) -> None:
    refusal = refused(answer(502, body)).refusal
    assert (refusal.kind, refusal.text) == ("", "")


def wait(text: str) -> int:
    return retry_after(Answer(status=429, headers={"retry-after": text}, body=b""))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0), ("0", 0), ("30", 30), (" 30 ", 30), ("3600", 3600), ("7200", 3600),
        ("9" * 5000, 3600), ("-5", 0), ("1.5", 0), ("soon", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Fri, 99 Dec 9999 23:59:59 GMT", 0), ("Wed, 21 Oct 0001 07:28:00 +2359", 0),
    ],
)  # fmt: skip
def test_a_wait_is_seconds_and_at_most_an_hour(text: str, seconds: int) -> None:
    assert wait(text) == seconds


def test_a_wait_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 60 < wait(date) <= 90

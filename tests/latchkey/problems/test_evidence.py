"""What servers write is told apart by what it says, with texts from public reports."""

import csv
from pathlib import Path

import pytest

from latchkey.nylas.errors import Refusal, Refused
from latchkey.problems import PROBLEMS
from latchkey.problems.evidence import problem_in
from latchkey.problems.nylas import problem_for

HERE = Path(__file__).parent


def texts(file: str) -> list[dict[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


REPORTED = texts("texts.csv")
# Other wordings of the same things, so that patterns do not only know the reported ones.
VARIANTS = texts("variants.csv")


def told(text: str, *, status: int = 400, kind: str = "provider_error") -> str:
    refusal = Refusal(status=status, kind=kind, text=text.lower())
    return problem_for(Refused(refusal), oauth=False).kind


@pytest.mark.parametrize("row", REPORTED + VARIANTS, ids=lambda row: row["text"][:60])
def test_a_text_of_a_server_is_told_by_what_it_says(row: dict[str, str]) -> None:
    assert told(row["text"]) == row["problem"]


def test_the_reports_are_many_and_have_sources() -> None:
    assert len(REPORTED) >= 150
    assert all(row["source"] for row in REPORTED)
    assert {row["problem"] for row in REPORTED} <= set(PROBLEMS) | {"oauth_only"}


SHELLS = [
    *((status, "provider_error") for status in (400, 401, 403, 422, 429, 500, 502, 503, 504)),
    (400, "invalid_request_error"),
    (400, "bad_request"),
    (422, "unprocessable_error"),
]


@pytest.mark.parametrize(("status", "kind"), SHELLS)
def test_the_text_counts_more_than_the_status_around_it(status: int, kind: str) -> None:
    rows = [row for row in REPORTED if row["problem"] != "rejected"]
    right = [told(row["text"], status=status, kind=kind) == row["problem"] for row in rows]
    assert sum(right) >= 0.98 * len(rows)


@pytest.mark.parametrize("kind", ["provider_error", "invalid_authentication", "bad_request"])
def test_what_is_no_wrong_password_is_never_called_one(kind: str) -> None:
    others = [row for row in REPORTED + VARIANTS if row["problem"] != "wrong_password"]
    named = {row["text"] for row in others if told(row["text"], kind=kind) == "wrong_password"}
    unclear = {row["text"] for row in others if row["problem"] == "rejected"}
    assert named <= (unclear if kind == "invalid_authentication" else set())


@pytest.mark.parametrize(
    "text",
    [
        "user wrong.password@example.com: connection refused",
        "imap-disabled@example.com: connection refused",
        "see https://example.com/help/account-locked and https://login.example.com: "
        "connection refused",
    ],
)
def test_words_of_an_address_or_link_are_no_evidence(text: str) -> None:
    assert told(text) == "server_unreachable"


@pytest.mark.parametrize("text", ["", " ", "\n", "\0", "(" * 5000, "imap " * 5000, "a b " * 5000])
def test_a_text_without_meaning_says_nothing(text: str) -> None:
    assert problem_in(text) is None


def test_typographic_quotes_and_full_width_letters_read_as_usual() -> None:
    assert told("Your mailbox isn’t enabled") == "mailbox_disabled"
    assert told("ＩＭＡＰ is disabled") == "imap_off"  # noqa: RUF001


def test_no_more_is_read_of_what_becomes_longer_when_it_is_folded() -> None:
    # U+FDFA becomes eighteen letters.
    assert told("\ufdfa" * 100 + " mailbox is full") == "mailbox_full"
    assert problem_in("\ufdfa" * 1000 + " mailbox is full") is None

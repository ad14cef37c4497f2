from collections.abc import Mapping
from typing import Any

import pytest

from latchkey.nylas.errors import Refusal
from tests.latchkey.answering import Nylas

SOME_ID = "5967ca40-a2d8-4ee0-a0e0-6f18ace39a90"


def test_an_error_without_an_envelope_is_a_refusal_by_its_status() -> None:
    for body in (b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"error": null}'):
        assert Nylas(body, 502).refusal() == Refusal(status=502)


# The shapes that the documentation, the SDKs and the command line tool show.
ENVELOPES: Mapping[str, tuple[int, Any, Refusal]] = {
    "documented": (
        400,
        {
            "request_id": "r1",
            "error": {
                "type": "bad_request",
                "message": "Bad request",
                "provider_error": {"error": "invalid_grant", "provider_error": "Bad Request"},
            },
        },
        Refusal(
            status=400,
            kind="bad_request",
            provider_error="invalid_grant",
            text="bad request invalid_grant bad request",
        ),
    ),
    "type with a prefix, and code": (
        401,
        {"error": {"type": "token.unauthorized_access", "code": "token.unauthorized_access"}},
        Refusal(status=401, kind="unauthorized_access"),
    ),
    "code only": (
        404,
        {"error": {"code": "api.not_found_error"}},
        Refusal(status=404, kind="not_found_error"),
    ),
    "flat": (
        429,
        {"message": "Too many requests", "type": "rate_limit_error"},
        Refusal(status=429, kind="rate_limit_error", text="too many requests"),
    ),
    "OAuth": (
        400,
        {"error": "invalid_request", "error_description": "Missing code", "error_code": 400},
        Refusal(status=400, kind="invalid_request", text="invalid_request missing code"),
    ),
    "provider's code and message": (
        404,
        {
            "error": {
                "type": "x",
                "provider_error": {"code": "MailboxNotEnabledForRESTAPI", "message": "Not enabled"},
            }
        },
        Refusal(
            status=404,
            kind="x",
            provider_error="MailboxNotEnabledForRESTAPI",
            text="mailboxnotenabledforrestapi not enabled",
        ),
    ),
    "provider's error within an object": (
        403,
        {
            "error": {
                "type": "api.provider_error",
                "provider_error": {"error": {"code": 403, "message": "IMAP is off"}, "domain": "d"},
            }
        },
        Refusal(status=403, kind="provider_error", provider_error="403", text="d imap is off"),
    ),
    "provider's code is a number": (
        504,
        {"error": {"type": "api.provider_error", "provider_error": {"code": 401}}},
        Refusal(status=504, kind="provider_error", provider_error="401"),
    ),
    "provider's error is a text": (
        400,
        {"error": {"type": "api.bad_request", "message": "Bad", "provider_error": "some Text"}},
        Refusal(status=400, kind="bad_request", text="bad some text"),
    ),
    "hosted sign-in": (
        400,
        {
            "success": False,
            "error": {
                "type": "invalid_authentication",
                "http_code": 400,
                "event_code": 25022,
                "message": "Authentication failed",
                "request_id": "r1",
            },
        },
        Refusal(status=400, kind="invalid_authentication", text="authentication failed"),
    ),
    "wrong types": (
        400,
        {"error": {"message": ["a"], "provider_error": [1], "type": None}},
        Refusal(status=400),
    ),
}


@pytest.mark.parametrize(("status", "body", "refusal"), ENVELOPES.values(), ids=ENVELOPES)
def test_every_known_shape_of_an_error_is_read(status: int, body: Any, refusal: Refusal) -> None:
    assert Nylas(body, status).refusal() == refusal


@pytest.mark.parametrize("kind", [{"a": 1}, ["x"], 7, True, "please. call support", "x" * 500])
def test_an_error_type_that_is_no_type_is_dropped(kind: Any) -> None:
    assert Nylas({"error": {"type": kind}}, 400).refusal().kind == ""


def test_an_error_in_plain_words_is_text_and_not_a_type() -> None:
    refusal = Nylas({"error": "Login failed for a@ex.org"}, 400).refusal()
    assert refusal == Refusal(status=400, text="login failed for a@ex.org")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("abcdefghijklmnop", "other"),
        ({"type": "Summer2026_Passw0rd"}, "other"),
        ({"type": "api.abcdefghijklmnop"}, "other"),
        ({"type": "grant.not_found"}, "not_found"),
        ({"type": "unauthorized"}, "unauthorized"),
        ("some words", ""),
    ],
)
def test_an_echo_in_the_place_of_a_type_is_not_told(error: Any, told: str) -> None:
    assert str(Nylas({"error": error}, 400).refused()) == f"400 {told}"


@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        ({"request_id": SOME_ID}, {}, SOME_ID),
        ({"request_id": "1120765200-c4c8e151"}, {"x_request_id": "other"}, "1120765200-c4c8e151"),
        ({}, {"x_request_id": SOME_ID}, SOME_ID),
        ({"request_id": "A1-Z_"}, {}, "A1-Z_"),
        ({"error": {"request_id": SOME_ID}}, {}, SOME_ID),
        ({"request_id": None}, {"x_request_id": SOME_ID}, SOME_ID),
        ({}, {}, ""),
        ({"request_id": "<script>"}, {}, ""),
        ({"request_id": "two words"}, {}, ""),
        ({"request_id": "x\n"}, {}, ""),
        ({"request_id": "x" * 101}, {}, ""),
        ({"request_id": 12}, {}, ""),
        ({"request_id": ["x"]}, {}, ""),
        ({}, {"x_request_id": "a b"}, ""),
    ],
)
def test_only_what_looks_like_a_request_id_becomes_one(
    body: Any, headers: dict[str, str], found: str
) -> None:
    assert Nylas(body, 500, **headers).refused().request_id == found


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("3600", 3600),
        ("86400", 3600),
        ("999999999", 3600),
        ("9" * 5000, 3600),
        ("-5", 0),
        ("1.5", 0),
        ("soon", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("", 0),
    ],
)
def test_seconds_to_wait(value: str, seconds: int) -> None:
    assert Nylas({}, 429, Retry_After=value).refusal().retry_after == seconds

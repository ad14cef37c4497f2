from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from tests.conftest import make_settings
from tests.pages import CSP, Visitor

APP = create_app(make_settings())
BYTES = st.binary(max_size=60)
URLS = ("/", "/providers", "/connect/imap", "/connect/ews", "/oauth/google", "/connected", "/x")

ODD_TEXTS = (
    b"\xff\xfe", b"\x00", b"a\r\nSet-Cookie: b=c", b"\xed\xa0\x80", "ü€😀".encode(), b"%ff%00%zz",
    b"a" * 40_000, b"\xe2\x80\xae", b"{{7*7}}", b"%(x)s%s%n", b"\x1b[2J", b"'\"><script>",
)  # fmt: skip


def answered(app: Flask = APP, **request: Any) -> None:
    """Ask with raw bytes, as no client library would send them."""
    with app.test_client().open(**request) as answer:
        assert answer.status_code < 500, request
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.mimetype == "text/html":
            assert answer.headers["Content-Security-Policy"] == CSP


def raw(value: bytes) -> str:
    """Bytes as WSGI carries them."""
    return value.decode("latin-1")


@pytest.mark.parametrize("odd", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
@pytest.mark.parametrize("url", URLS)
def test_odd_bytes_anywhere_break_nothing(url: str, odd: bytes) -> None:
    text = raw(odd)
    places: tuple[Mapping[str, str], ...] = (
        {"QUERY_STRING": f"s={text}&login_hint={text}&{text}={text}"},
        {"PATH_INFO": f"{url}/{text}"},
        {"HTTP_COOKIE": f"signin={text}; signin-{text}={text}; signin-AAAAAAAA={text}"},
        {"HTTP_HOST": text},
        {"HTTP_USER_AGENT": text, "HTTP_ACCEPT": text, "HTTP_ACCEPT_LANGUAGE": text},
        {"HTTP_ORIGIN": text, "HTTP_REFERER": text, "HTTP_SEC_FETCH_SITE": text},
        {"CONTENT_TYPE": text, "CONTENT_LENGTH": text},
        {"HTTP_RANGE": text, "HTTP_IF_MODIFIED_SINCE": text, "HTTP_IF_NONE_MATCH": text},
        {"HTTP_X_FORWARDED_FOR": text, "HTTP_X_FORWARDED_HOST": text, "HTTP_X_CSRFTOKEN": text},
        {"REQUEST_METHOD": text},
    )
    for place in places:
        answered(path=url, environ_overrides=place)
        answered(path=url, environ_overrides={"REQUEST_METHOD": "POST", **place})


@given(query=BYTES, cookie=BYTES, header=BYTES, body=BYTES)
@settings(deadline=None)
def test_no_bytes_break_anything(query: bytes, cookie: bytes, header: bytes, body: bytes) -> None:
    environ = {
        "QUERY_STRING": raw(query),
        "HTTP_COOKIE": raw(cookie),
        "HTTP_ORIGIN": raw(header),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    for method in ("GET", "POST"):
        answered(path="/", method=method, data=body, environ_overrides=environ)


NAMES = ("s", "state", "code", "error", "error_description", "error_subcode", "iss", "sent", "link",
         "to", "ui_locales", "locale", "theme", "login_hint", "admin_consent", "scope")  # fmt: skip
CALLED = ("/oauth/google/callback", "/oauth/microsoft/callback", "/languages", "/connected", "/")


@given(
    path=st.sampled_from(CALLED),
    query=st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"))),
    accepts=st.lists(st.sampled_from(["de", "-", "*", "x-", ";q=", "1e999", ",", "nan", "é"])),
)
@settings(deadline=None)
def test_no_value_of_a_known_name_breaks_anything(
    path: str, query: dict[str, str], accepts: list[str]
) -> None:
    accepted = {"HTTP_ACCEPT_LANGUAGE": "".join(accepts)}
    answered(path=path, query_string=query, environ_overrides=accepted)


def started() -> tuple[Visitor, dict[str, str], str]:
    """Somebody in front of the credentials, the inputs there, and where they go."""
    visitor = Visitor.inside(create_app(make_settings()))
    page = visitor.enter("someone@example.com")
    return visitor, page.fields(), page.action()


FIELDS = ("email", "password", "username", "imap_host", "imap_port", "smtp_host", "smtp_port",
          "smtp_username", "smtp_password", "attempt", "csrf_token")  # fmt: skip


def test_odd_bytes_in_a_form_break_nothing() -> None:
    visitor, fields, action = started()
    entry = visitor.get("/").fields()
    for odd in ODD_TEXTS:
        for name in FIELDS:
            kept = {key: value.encode() for key, value in fields.items()}
            answer = visitor.client.post(action, data={**kept, "password": b"x", name: odd})
            assert answer.status_code < 500, (name, odd)
        answer = visitor.client.post("/", data={**entry, "email": odd})
        assert answer.status_code == 422, odd


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters(codec="utf-8"))))
@settings(deadline=None, max_examples=settings().max_examples // 2)
def test_no_text_in_a_form_breaks_anything(typed: dict[str, str]) -> None:
    client = VISITOR.client
    answer = client.post(ACTION, data=INPUTS | {"password": "wrong"} | typed)
    assert answer.status_code in (303, 400, 422)


VISITOR, INPUTS, ACTION = started()

TOKENS = [
    "",
    "ü",
    "\ud7ff",
    "€" * 100,
    "a.b.c",
    "...",
    "IjEi.Zz.ü",
    "\0",
    "null",
    "[]",
    "A" * 10_000,
]


@pytest.mark.parametrize("token", TOKENS)
def test_an_odd_token_is_only_a_wrong_one(token: str) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    fields = visitor.get("/").fields() | {"csrf_token": token, "email": "someone@example.com"}
    assert visitor.client.post("/", data=fields).status_code == 400
    header = {"X-CSRFToken": token.encode("utf-8").decode("latin-1")}
    answered(path="/", method="POST", environ_overrides={"HTTP_X_CSRFTOKEN": header["X-CSRFToken"]})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"email": "someone@example.com"}'),
        ("application/json", b"{"),
        ("text/plain", b"email=someone@example.com"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="email"'
         b"\r\n\r\nsomeone@example.com\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n" * 200),
        ("multipart/form-data", b"none"),
        ("multipart/form-data; boundary=" + "b" * 5000, b"none"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"email=+AGE-"),
        ("application/x-www-form-urlencoded", b"&".join([b"email=a"] * 2000)),
        ("", b"email=a"),
    ],
)  # fmt: skip
def test_other_kinds_of_bodies_break_nothing(kind: str, body: bytes) -> None:
    for url in ("/", "/connect/imap"):
        with APP.test_client().post(url, data=body, content_type=kind) as answer:
            assert answer.status_code in (400, 413)
            assert answer.headers["Content-Security-Policy"] == CSP


def test_files_are_not_taken() -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    fields = visitor.get("/").fields()
    answer = visitor.client.post("/", data=fields, files={"email": ("name", b"content")})
    assert answer.status_code == 400


@pytest.mark.parametrize("body", [{"email": 7}, {"email": ["a@example.com"]}, {"email": None}, []])
def test_json_is_not_taken(body: Any) -> None:
    visitor = Visitor.inside(create_app(make_settings()))
    token = visitor.get("/").fields()["csrf_token"]
    answer = visitor.client.post("/", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 400


def test_many_cookies_are_answered() -> None:
    cookies = "; ".join(f"signin-{number:08}=garbage" for number in range(1000))
    answered(path="/providers", headers={"Cookie": cookies})


@pytest.mark.parametrize("length", [255, 400, 50_000])
def test_a_long_address_is_told_to_be_too_long(visitor: Visitor, length: int) -> None:
    page = visitor.enter(f"{'a' * 30}@{'b' * (length - 36)}.test")
    assert page.status == 422
    assert page.error_at("email") == "This is too long for an e-mail address."

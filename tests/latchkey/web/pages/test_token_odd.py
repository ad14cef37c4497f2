"""Bodies, origins and tokens that no app of good will sends, and what is passed on to Nylas."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from latchkey.web.security import MAX_BODY_BYTES
from tests.calling import CALLBACK, TOKEN, CallingApp, refusal
from tests.conftest import KEY, make_settings
from tests.latchkey.web.pages.test_token import APP, new_code

INFO = "/v3/connect/tokeninfo"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DEEP = b"[" * 30_000
ODD_JSON = [
    b"", b"null", b"true", b"7", b'"text"', b"[]", b'["a"]', b"{", b"{}", b'{"grant_type": NaN}',
    b'{"grant_type": 1e999}', b'{"a": ' + b"9" * 5000 + b"}", DEEP, b'{"a":' * 9000, b"\xff\xfe",
    b"\x00", '{"grant_type": "ü"}'.encode("latin-1"), b'{"grant_type": {"a": ["b"]}}',
    b'{"grant_type": "\\ud800"}', b'\xef\xbb\xbf{"grant_type": "x"}',
]  # fmt: skip
ODD_FORMS = [
    b"", b"=", b"&&&", b"grant_type", b"grant_type=%", b"grant_type=%ff%00", b"\xff=\xff",
    b"grant_type=a&grant_type=a", b"&" * 60_000, "grant_type=ü".encode("latin-1"),
]  # fmt: skip

REFRESH = {
    "grant_type": "refresh_token", "client_id": "app-1", "client_secret": KEY,
    "refresh_token": "r",
}  # fmt: skip
CREDENTIALS = {
    "grant_type": "client_credentials", "client_id": "app-1", "client_secret": KEY,
    "grant_id": "g",
}  # fmt: skip


def answering(answer: Callable[[httpx.Request], httpx.Response], **variables: str) -> Flask:
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    return create_app(settings, transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("body", ODD_JSON, ids=range(len(ODD_JSON)))
@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=nothing", "; charset="])
def test_odd_json_is_refused_in_nylas_shape(body: bytes, charset: str) -> None:
    headers = {"Content-Type": f"application/json{charset}"}
    status, error = refusal(APP.server.post(TOKEN, content=body, headers=headers))
    assert status == 400
    assert error in ("invalid_request", "unsupported_grant_type")


@pytest.mark.parametrize("body", ODD_FORMS, ids=range(len(ODD_FORMS)))
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=latin-1",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "nonsense",
        "",
    ],
)
def test_odd_forms_are_refused_in_nylas_shape(body: bytes, kind: str) -> None:
    answer = APP.server.post(TOKEN, content=body, headers={"Content-Type": kind})
    status, error = refusal(answer)
    assert status in (400, 413)
    assert error in ("invalid_request", "unsupported_grant_type")


@given(body=st.binary(max_size=300), kind=st.sampled_from([*JSON.values(), *FORM.values()]))
def test_no_bytes_break_anything(body: bytes, kind: str) -> None:
    refusal(APP.server.post(TOKEN, content=body, headers={"Content-Type": kind}))


@given(
    st.dictionaries(
        st.sampled_from([*APP.asks(), "code", "code_verifier", "refresh_token", "grant_id"]),
        st.one_of(
            st.text(max_size=50), st.integers(), st.none(), st.lists(st.text(max_size=3)),
            st.sampled_from(["authorization_code", "refresh_token", "client_credentials"]),
        ),
    )
)  # fmt: skip
def test_no_json_breaks_anything(content: dict[str, Any]) -> None:
    # With lone surrogates, which JSON can carry and UTF-8 cannot.
    body = json.dumps(content).replace("0", "\\ud800")
    refusal(APP.server.post(TOKEN, content=body, headers=JSON))


@pytest.mark.parametrize("name", ["refresh_token", "client_id", "client_secret", "grant_id"])
def test_what_cannot_be_written_down_is_not_passed_on(name: str) -> None:
    for body in (REFRESH, CREDENTIALS):
        content = json.dumps(body | {name: "\ud800"})
        answer = APP.server.post(TOKEN, content=content, headers=JSON)
        assert refusal(answer)[0] == 400


@pytest.mark.parametrize(
    "headers", [JSON, FORM, {"Content-Type": "multipart/form-data; boundary=x"}]
)
def test_a_huge_body_is_refused_unread(headers: dict[str, str]) -> None:
    body = b"a" * (MAX_BODY_BYTES + 1)
    assert refusal(APP.server.post(TOKEN, content=body, headers=headers))[0] == 413


def test_a_charset_beside_json_changes_nothing() -> None:
    body = json.dumps(APP.asks(code=new_code()))
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    assert APP.server.post(TOKEN, content=body, headers=headers).status_code == 200
    body = APP.server.build_request("POST", "/", data=APP.asks(code=new_code())).read().decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert APP.server.post(TOKEN, content=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_an_app_needs_no_cookie_and_no_form_of_ours(headers: dict[str, str]) -> None:
    answer = APP.server.post(TOKEN, json=APP.asks(code=new_code()), headers=headers)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_a_token_is_only_given_to_who_posts(method: str) -> None:
    assert APP.server.request(method, TOKEN).status_code == 405


class TestBrowsers:
    """Apps that run in them ask from their own origin."""

    @pytest.mark.parametrize("path", [TOKEN, INFO])
    def test_may_ask_from_the_origin_of_an_allowed_address(self, path: str) -> None:
        headers = {
            "Origin": "http://localhost:5000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-nylas-connect",
        }
        answer = APP.server.options(path, headers=headers)
        assert answer.is_success
        assert not answer.content
        assert answer.headers["access-control-allow-origin"] == "http://localhost:5000"
        assert answer.headers["access-control-allow-methods"] == "GET, POST"
        allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
        assert {"content-type", "x-nylas-connect", "x-nylas-application-public-id"} == set(allowed)
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"]

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example", "null", "", "*", "http://localhost", "https://localhost:5000",
            "http://localhost:5000/", "http://localhost:5000.evil.example", "HTTP://LOCALHOST:5000",
            "http://evil@localhost:5000", "http://localhost:5000, https://evil.example",
            "http://127.0.0.1:5000", "http://localhost:50000",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["OPTIONS", "POST"])
    def test_may_not_read_answers_from_anywhere_else(self, origin: str, method: str) -> None:
        answer = APP.server.request(method, TOKEN, headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "Origin" in answer.headers["vary"]

    def test_can_read_tokens_and_errors(self) -> None:
        headers = {"Origin": "http://localhost:5000"}
        good = APP.server.post(TOKEN, json=APP.asks(code=new_code()), headers=headers)
        bad = APP.server.post(TOKEN, json={}, headers=headers)
        huge = APP.server.post(TOKEN, content=b"a" * (MAX_BODY_BYTES + 1), headers=headers)
        keys = APP.server.get("/.well-known/jwks.json", headers=headers)
        assert [answer.status_code for answer in (good, bad, huge, keys)] == [200, 400, 413, 200]
        for answer in (good, bad, huge, keys):
            assert answer.headers["access-control-allow-origin"] == "http://localhost:5000"

    def test_hear_about_trouble_even_when_nylas_refuses_the_key(self) -> None:
        page = answering(lambda request: httpx.Response(401))
        app = CallingApp(page, secret=KEY)
        body = app.asks(grant_type="refresh_token", refresh_token="r")
        answer = app.server.post(TOKEN, json=body, headers={"Origin": "https://app.example.com"})
        assert refusal(answer) == (503, "temporarily_unavailable")


class Passing:
    """A Nylas that keeps what is passed on to it and answers as told."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.requests: list[httpx.Request] = []
        self._answer_with = answer
        self.app = CallingApp(
            answering(self._answer, NYLAS_CLIENT_ID="app-1"), client_id="app-1", secret=KEY
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/applications":
            return httpx.Response(503)
        self.requests.append(request)
        if isinstance(self._answer_with, Exception):
            raise self._answer_with
        return self._answer_with


@pytest.mark.parametrize("body", [REFRESH, CREDENTIALS], ids=["refresh", "credentials"])
@pytest.mark.parametrize("kind", ["json", "data"])
@pytest.mark.parametrize("status", [200, 400, 401, 429])
def test_other_requests_for_tokens_go_on_to_nylas_and_its_answer_comes_back(
    body: dict[str, str], kind: str, status: int
) -> None:
    nylas = Passing(httpx.Response(status, json={"any": ["thing"]}))
    sent: Any = {kind: {**body, "more": "that nobody asked for"}}
    answer = nylas.app.server.post(TOKEN, **sent)
    assert (answer.status_code, answer.json()) == (status, {"any": ["thing"]})
    assert answer.headers["cache-control"] == "no-store"
    (request,) = nylas.requests
    assert json.loads(request.content) == body
    assert "authorization" not in request.headers


@pytest.mark.parametrize("body", [REFRESH, CREDENTIALS], ids=["refresh", "credentials"])
@pytest.mark.parametrize(
    "changes",
    [{"client_id": "app-2"}, {"client_id": None}, {"client_secret": "another"}, {"client_id": "ü"}],
    ids=["another id", "no id", "another secret", "an id in other letters"],
)
def test_nothing_of_another_application_goes_on_to_nylas(
    body: dict[str, str], changes: dict[str, str | None]
) -> None:
    nylas = Passing(httpx.Response(200, json={"any": ["thing"]}))
    answer = nylas.app.server.post(TOKEN, json=body | changes)
    assert refusal(answer) == (401, "invalid_client")
    assert not nylas.requests


def test_an_app_without_a_server_can_refresh_but_get_no_token_for_any_grant() -> None:
    nylas = Passing(httpx.Response(200, json={"any": ["thing"]}))
    refresh, credentials = (
        nylas.app.server.post(TOKEN, json=body | {"client_secret": None})
        for body in (REFRESH, CREDENTIALS)
    )
    assert refresh.status_code == 200
    assert refusal(credentials) == (401, "invalid_client")
    assert len(nylas.requests) == 1


def test_our_key_goes_along_only_for_those_who_have_it() -> None:
    nylas = Passing(httpx.Response(200, json={"data": {"aud": "app-1", "sub": "g"}}))
    server = nylas.app.server
    assert server.get(f"{INFO}?access_token=a").status_code == 200
    assert "authorization" not in nylas.requests.pop().headers
    with_key = server.get(f"{INFO}?access_token=a", headers={"Authorization": f"Bearer {KEY}"})
    assert with_key.status_code == 200
    assert nylas.requests.pop().headers["authorization"] == f"Bearer {KEY}"
    wrong = server.get(f"{INFO}?access_token=a", headers={"Authorization": "Bearer another"})
    assert refusal(wrong) == (401, "invalid_client")
    assert not nylas.requests


@pytest.mark.parametrize(("status", "ours"), [(200, True), (404, False)])
def test_a_token_is_ours_when_its_grant_is(status: int, ours: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v3/grants/g%2Fh" or request.url.raw_path == b"/v3/grants/g%2Fh":
            return httpx.Response(status, json={"data": {"id": "g/h"}})
        return httpx.Response(200, json={"data": {"aud": "https://elsewhere", "sub": "g/h"}})

    page = answering(answer, NYLAS_CLIENT_ID="app-1")
    told = CallingApp(page, client_id="app-1", secret=KEY).server.get(f"{INFO}?access_token=a")
    if ours:
        assert told.json()["data"]["sub"] == "g/h"
    else:
        assert refusal(told) == (400, "invalid_request")


@pytest.mark.parametrize(
    "trouble",
    [httpx.Response(503), httpx.Response(200, text="<html>"), httpx.ReadTimeout("silence")],
    ids=str,
)
@pytest.mark.parametrize("path", [TOKEN, INFO])
def test_when_nylas_has_no_answer_that_is_said(
    path: str, trouble: httpx.Response | Exception
) -> None:
    server = Passing(trouble).app.server
    answer = server.post(path, json=REFRESH) if path == TOKEN else server.get(f"{path}?id_token=x")
    assert refusal(answer) == (503, "temporarily_unavailable")


def test_an_app_can_ask_whose_token_it_has() -> None:
    told = APP.exchange(new_code()).json()
    ours = APP.server.get(INFO, params={"id_token": told["id_token"]}).json()
    assert set(ours) == {"request_id", "data"}
    assert set(ours["data"]) == {"iss", "aud", "sub", "email", "iat", "exp"}
    of_nylas = APP.server.get(INFO, params={"access_token": told["access_token"]}).json()
    for data in (ours["data"], of_nylas["data"]):
        assert data["sub"] == told["grant_id"]
        assert (data["email"], data["aud"]) == ("someone@example.com", APP.client_id)


@pytest.mark.parametrize(
    "query",
    ["", "access_token=", "id_token=&access_token=", "access_token=a&id_token=b", "x=y"],
)
def test_one_token_has_to_be_asked_about(query: str) -> None:
    assert refusal(APP.server.get(f"{INFO}?{query}")) == (400, "invalid_request")


@given(token=st.text(max_size=100), name=st.sampled_from(["access_token", "id_token"]))
def test_no_token_breaks_anything(token: str, name: str) -> None:
    answer = APP.server.get(INFO, params={name: token.encode("utf-8", "surrogatepass")})
    # A machine may be so slow that the sandbox misses its deadline, which is 503.
    asked = all(" " <= character <= "~" for character in token) and token
    assert answer.status_code in ((400, 429, 503) if asked else (400,))
    assert answer.json()["error"]


class Silent:
    """A Nylas that answers nothing, and has not named its application yet."""

    def __init__(self) -> None:
        self.asked = 0
        self.app = CallingApp(answering(self._answer), secret=KEY)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        raise httpx.ReadTimeout("silence")


MALFORMED: list[dict[str, str | None]] = [
    {"client_id": None}, {"client_id": "\0"}, {"client_id": "ü"}, {"client_secret": "another"},
]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        *[{**REFRESH, **changes} for changes in MALFORMED],
        *[{**CREDENTIALS, **changes} for changes in MALFORMED],
        REFRESH | {"refresh_token": None}, REFRESH | {"refresh_token": "a\0"},
        CREDENTIALS | {"grant_id": ""}, CREDENTIALS | {"grant_id": "ü"},
        CREDENTIALS | {"client_secret": None},
        APP.asks(), APP.asks(code="invented"), APP.asks(code="ü"), APP.asks(code="a" * 5000),
    ],
    ids=range(17),
)  # fmt: skip
def test_a_malformed_request_is_refused_while_nylas_is_silent(body: dict[str, Any]) -> None:
    nylas = Silent()
    status, error = refusal(nylas.app.server.post(TOKEN, json=body))
    assert status in (400, 401)
    assert error in ("invalid_request", "invalid_client", "invalid_grant")
    assert nylas.asked == 0


@pytest.mark.parametrize(
    "query", ["access_token=%00", "id_token=%F0%9F%94%91", "access_token=%C3%BC"]
)
def test_a_malformed_token_is_refused_while_nylas_is_silent(query: str) -> None:
    nylas = Silent()
    assert refusal(nylas.app.server.get(f"{INFO}?{query}")) == (400, "invalid_request")
    assert nylas.asked == 0


def test_the_callback_of_the_sandbox_is_where_its_browsers_ask_from() -> None:
    assert CALLBACK.startswith("http://localhost:5000/")

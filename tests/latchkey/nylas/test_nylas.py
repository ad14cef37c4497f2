import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from latchkey.infra.errors import BadAnswer
from latchkey.nylas import Connector, Detection, Grant, NylasClient
from latchkey.nylas.errors import Refused
from tests.conftest import KEY
from tests.latchkey.answering import Nylas, client_answered_by


def data(content: Any) -> Mapping[str, Any]:
    return {"request_id": "r1", "data": content}


GRANT = {"id": "g-1", "provider": "imap", "scope": [], "created_at": 1700000000}
NONE = data({"email_address": "a@nowhere.test", "detected": False})

CALLS: Mapping[str, Callable[[NylasClient], object]] = {
    "detect": lambda client: client.detect("a@ex.org"),
    "connectors": lambda client: client.connectors(),
    "connect/custom": lambda client: client.create_grant(
        "imap", {"imap_username": "a@ex.org"}, state="s"
    ),
    "grant": lambda client: client.grant("g-1"),
    "deletion": lambda client: client.delete_grant("g-1"),
    "grants": lambda client: client.find_grants("a@ex.org"),
    "accepts_key": lambda client: client.accepts_key(),
}


@pytest.mark.parametrize(
    ("status", "answers"), [(200, True), (401, True), (429, True), (500, False), (503, False)]
)
def test_a_refusal_is_an_answer_too(status: int, *, answers: bool) -> None:
    nylas = Nylas(data([]), status)
    assert nylas.client.answers() is answers
    assert nylas.request.url.path == "/v3/connectors"


def test_silence_is_no_answer() -> None:
    def hang_up(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no answer")

    assert not client_answered_by(hang_up).answers()


def test_detect_asks_in_the_query_with_plus_escaped_and_sends_no_body() -> None:
    nylas = Nylas(NONE)
    nylas.client.detect("a+tag&x=1@ex.org")
    assert nylas.request.method == "POST"
    target = nylas.request.url.raw_path
    assert target == b"/v3/providers/detect?email=a%2Btag%26x%3D1%40ex.org"
    assert nylas.request.content == b""


def test_connectors_are_listed_on_one_page() -> None:
    nylas = Nylas(data([]))
    nylas.client.connectors()
    assert nylas.request.method == "GET"
    assert nylas.request.url.raw_path == b"/v3/connectors?limit=50"


def test_a_grant_is_asked_for_with_provider_and_settings_and_nothing_else() -> None:
    nylas = Nylas(data(GRANT), 201)
    settings = {"imap_username": "a@ex.org", "imap_password": 'p"ä\\ ', "imap_port": 993}
    nylas.client.create_grant("imap", settings, state="s" * 256)
    assert (nylas.request.method, nylas.request.url.raw_path) == ("POST", b"/v3/connect/custom")
    assert nylas.request.headers["content-type"] == "application/json"
    assert json.loads(nylas.request.content) == {
        "provider": "imap",
        "settings": settings,
        "state": "s" * 256,
    }


def test_scope_stands_beside_the_settings_when_there_is_one() -> None:
    nylas = Nylas(data(GRANT), 201)
    scope = ("ews.messages", "ews.contacts")
    nylas.client.create_grant("ews", {"email": "a@ex.org"}, scope=scope, state="s")
    assert json.loads(nylas.request.content) == {
        "provider": "ews",
        "settings": {"email": "a@ex.org"},
        "scope": ["ews.messages", "ews.contacts"],
        "state": "s",
    }


def test_grants_are_looked_up_by_address() -> None:
    nylas = Nylas(data([]))
    nylas.client.find_grants("a+b@ex.org")
    assert nylas.request.method == "GET"
    assert nylas.request.url.raw_path == b"/v3/grants?email=a%2Bb%40ex.org"


def test_one_grant_is_looked_up_by_its_id() -> None:
    nylas = Nylas(data(GRANT | {"email": "a@ex.org"}))
    assert nylas.client.grant("g-1").email == "a@ex.org"
    assert (nylas.request.method, nylas.request.url.raw_path) == ("GET", b"/v3/grants/g-1")


@pytest.mark.parametrize("answer", [GRANT | {"id": "g-2"}, {}, [GRANT]])
def test_another_grant_than_the_one_asked_for_is_no_answer(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        Nylas(data(answer)).client.grant("g-1")


@pytest.mark.parametrize("status", [200, 202, 404])
def test_a_grant_is_deleted_and_may_be_gone_already(status: int) -> None:
    nylas = Nylas({"request_id": "r"}, status)
    nylas.client.delete_grant("g-1")
    assert (nylas.request.method, nylas.request.url.raw_path) == ("DELETE", b"/v3/grants/g-1")


def test_a_grant_id_cannot_lead_to_another_path() -> None:
    nylas = Nylas({}, 200)
    nylas.client.delete_grant("../applications?x=1")
    assert nylas.request.url.raw_path == b"/v3/grants/..%2Fapplications%3Fx%3D1"


def test_the_key_is_tried_with_a_cheap_call() -> None:
    nylas = Nylas(data([]))
    assert nylas.client.accepts_key()
    assert nylas.request.url.raw_path == b"/v3/connectors?limit=1"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_call_carries_the_key_as_a_bearer_token(call: Callable[[NylasClient], None]) -> None:
    nylas = Nylas({}, 500)
    with pytest.raises(Refused) as raised:
        call(nylas.client)
    assert nylas.request.headers["authorization"] == f"Bearer {KEY}"
    assert nylas.request.headers["accept"] == "application/json"
    assert KEY not in repr(vars(raised.value)) + str(raised.value)


@pytest.mark.parametrize(
    ("answer", "provider"),
    [
        ({"email_address": "a@gmail.com", "detected": True, "provider": "google"}, "google"),
        ({"detected": True, "provider": "imap", "type": "yahoo"}, "imap"),
        ({"detected": True, "provider": "google", "type": "string"}, "google"),
        ({"detected": False}, ""),
        ({"detected": False, "provider": "imap"}, ""),
        ({"detected": True}, ""),
        ({"detected": True, "provider": None}, ""),
        ({"detected": True, "provider": ["imap"]}, ""),
        ({"detected": True, "provider": "something-new"}, "something-new"),
    ],
)
def test_what_detect_says(answer: Any, provider: str) -> None:
    assert Nylas(data(answer)).client.detect("a@ex.org") == Detection(provider=provider)


@pytest.mark.parametrize(
    "more", [{"limit": 10, "offset": 0}, {"next_cursor": "abc"}, {"next_cursor": None}, {}]
)
def test_lists_are_read_whatever_stands_beside_them(more: dict[str, Any]) -> None:
    entries: list[Any] = [
        {"name": "g", "provider": "google", "scope": ["openid"], "settings": {"client_id": "x"}},
        {"provider": "imap", "scopes": None},
        {"name": "without provider"},
        {"provider": 7},
        "text",
        None,
    ]
    found = Nylas({"data": entries, **more}).client.connectors()
    assert found == (Connector(provider="google", client_id="x"), Connector(provider="imap"))
    grants: list[Any] = [GRANT, {"provider": "imap"}, None, {"id": ""}, {"id": 5}]
    assert [grant.id for grant in Nylas({"data": grants, **more}).client.find_grants("a@b.c")] == [
        "g-1"
    ]


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("envelope", [{"request_id": "r1"}, {"request_id": None}, {}])
def test_a_grant_is_read_with_any_success(status: int, envelope: dict[str, Any]) -> None:
    full = GRANT | {
        "email": "a@ex.org", "updated_at": 1700000009, "settings": {"x": 1}, "state": "s",
    }  # fmt: skip
    grant = Nylas({**envelope, "data": full}, status).client.create_grant("imap", {}, state="s")
    assert grant == Grant(
        id="g-1",
        provider="imap",
        email="a@ex.org",
        created=1700000000,
        authenticated=1700000009,
        state="s",
    )


@pytest.mark.parametrize(
    ("answer", "grant"),
    [
        (
            {"id": "g-2", "provider": "zoom", "scope": [], "created_at": 1700000000},
            Grant(id="g-2", provider="zoom", created=1700000000),
        ),
        ({"id": "g-3"}, Grant(id="g-3", provider="")),
        (
            {"id": "g-4", "email": None, "created_at": "now", "updated_at": None},
            Grant(id="g-4", provider=""),
        ),
        ({"id": "g-6", "email": "a\ud800@ex.org"}, Grant(id="g-6", provider="")),
        (
            {"id": "g-5", "provider": "imap", "email": {"address": "a"}, "updated_at": [1]},
            Grant(id="g-5", provider="imap"),
        ),
    ],
)
def test_a_thin_or_odd_grant_is_read_as_far_as_it_goes(answer: Any, grant: Grant) -> None:
    assert Nylas({"data": answer}).client.create_grant("imap", {}, state="s") == grant


NOT_NYLAS: Mapping[str, bytes] = {
    "nothing": b"",
    "HTML": b"<html></html>",
    "cut off": b'{"request_id": "cut-off", "data": {"id": "cut-o',
    "not UTF-8": b'{"data": {"id": "\xff\xfe"}}',
    "nested too deep": b"[" * 100_000,
    "nested too deep inside": b'{"data": ' + b'{"id": ' * 50_000,
    "a number without end": b'{"data": {"id": "g", "created_at": ' + b"9" * 10_000 + b"}}",
    "list": b"[]",
    "text": b'"fine"',
    "null": b"null",
    "no data": b'{"request_id": "r1"}',
    "data of another type": b'{"data": 5}',
    "data missing": b'{"data": null}',
    "empty object": b'{"data": {}}',
    "id of another type": b'{"data": {"id": 5, "detected": "yes"}}',
    "empty id": b'{"data": {"id": ""}}',
    "half a character": b'{"data": {"id": "g-\\ud800"}}',
    "control characters": b'{"data": {"id": "g-\\u0000\\n"}}',
    "endless id": b'{"data": {"id": "' + b"g" * 5000 + b'"}}',
}


@pytest.mark.parametrize("body", NOT_NYLAS.values(), ids=NOT_NYLAS)
@pytest.mark.parametrize("name", ["detect", "connectors", "connect/custom", "grants"])
def test_a_success_that_cannot_be_read_is_a_bad_answer(name: str, body: bytes) -> None:
    with pytest.raises(BadAnswer):
        CALLS[name](Nylas(body, 201).client)


@pytest.mark.parametrize(("status", "accepted"), [(200, True), (401, False)])
def test_a_401_on_the_cheap_call_is_about_the_key(status: int, accepted: bool) -> None:
    assert Nylas(data([]), status).client.accepts_key() is accepted


def test_other_trouble_on_the_cheap_call_says_nothing_about_the_key() -> None:
    with pytest.raises(Refused):
        Nylas({}, 503).client.accepts_key()

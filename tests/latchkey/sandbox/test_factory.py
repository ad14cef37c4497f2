import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from latchkey.sandbox import SANDBOX_KEY, create_sandbox

CALLS = [
    ("POST", "/v3/providers/detect"),
    ("POST", "/v3/connect/custom"),
    ("GET", "/v3/connectors"),
    ("GET", "/v3/connectors/imap"),
    ("GET", "/v3/applications"),
    ("GET", "/v3/grants"),
    ("GET", "/v3/grants/x"),
    ("DELETE", "/v3/grants/x"),
]
HEADERS = {"Authorization": f"Bearer {SANDBOX_KEY}"}
SETTINGS = {"imap_password": "right"}


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("key", [None, "Bearer other", f"Basic {SANDBOX_KEY}", SANDBOX_KEY])
def test_every_call_needs_the_key(method: str, path: str, key: str | None) -> None:
    headers = {} if key is None else {"Authorization": key}
    answer = create_sandbox().test_client().open(path, method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["type"] == "token.unauthorized_access"


def test_the_key_can_be_chosen() -> None:
    client = create_sandbox(api_key="chosen").test_client()
    chosen = {"Authorization": "Bearer chosen"}
    assert client.get("/v3/connectors", headers=chosen).status_code == 200
    assert client.get("/v3/connectors", headers=HEADERS).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v3/nothing", 404),
        ("GET", "/v3/grants/", 404),
        ("GET", "//v3//grants", 404),
        ("GET", "/static/x", 404),
        ("GET", "/v3/connect/custom", 405),
    ],
)
def test_unknown_paths_are_refused_in_the_envelope(method: str, path: str, status: int) -> None:
    answer = create_sandbox().test_client().open(path, method=method, headers=HEADERS)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["type"].startswith("api.")
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_every_answer_has_a_request_id_of_its_own(caller: Any) -> None:
    answers = [caller.send("GET", "/connectors") for _ in range(3)]
    assert all(each.json["request_id"] == each.headers["x-request-id"] for each in answers)
    assert len({each.json["request_id"] for each in answers}) == 3


def test_sandboxes_share_nothing(make_caller: Callable[..., Any]) -> None:
    first, second = make_caller(), make_caller()
    first.connect_imap("a@example.com")
    assert second.grants("a@example.com") == []


def test_it_works_in_process_where_a_broken_connection_is_an_error_of_the_network() -> None:
    transport = httpx.WSGITransport(app=create_sandbox(slow_seconds=0.01))
    with httpx.Client(transport=transport, base_url="http://nylas.test", headers=HEADERS) as client:
        assert client.get("/v3/connectors").status_code == 200
        with pytest.raises(OSError):  # noqa: PT011 - what the network raises, whatever the words
            client.post("/v3/connect/custom", json=body("timeout@example.com"))


def test_it_works_over_a_real_socket_for_many_at_once(served: Callable[..., str]) -> None:
    ids = []
    with httpx.Client(base_url=served(create_sandbox(slow_seconds=0.2)), headers=HEADERS) as client:

        def connect(number: int) -> None:
            answer = client.post("/v3/connect/custom", json=body(f"slow+{number % 4}@example.com"))
            ids.append(answer.json()["data"]["id"])

        threads = [threading.Thread(target=connect, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(ids), len(set(ids))) == (16, 4)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/v3/connect/custom", json=body("timeout@example.com"))
        assert client.get("/v3/grants").json()["limit"] == 10


def body(address: str) -> dict[str, object]:
    return {"provider": "imap", "settings": {**SETTINGS, "imap_username": address}}

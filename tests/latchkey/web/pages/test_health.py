import threading
from collections.abc import Callable

import httpx
import pytest
from flask import Flask

from app import create_app
from tests.conftest import KEY, make_settings, stopped_clock
from tests.pages import Visitor


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no way")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["localhost", "10.1.2.3:8000", "pod-7.cluster", "[fe80::1]:8000"])
def test_load_balancers_get_an_answer_under_any_name(path: str, host: str) -> None:
    app = create_app(
        make_settings(NYLAS_API_KEY=KEY, PUBLIC_URL="https://connect.example.com"),
        transport=httpx.MockTransport(unreachable),
    )
    answer = app.test_client().get(path, headers={"Host": host})
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_tell_nothing_else(path: str) -> None:
    client = create_app(make_settings()).test_client()
    assert client.get(path).data.strip() == b'{"status":"ok"}'
    assert client.head(path).status_code == 200
    assert client.post(path).status_code in (400, 405)


class Nylas:
    """Answers about connectors as it is told to."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answer


REFUSED = httpx.Response(401, json={"error": {"type": "unauthorized"}})
OFFERED = httpx.Response(200, json={"data": [{"provider": "imap"}]})
EMPTY = httpx.Response(200, json={"data": []})
OUTSIDE = {"REMOTE_ADDR": "10.1.2.3"}


def app_asking(nylas: Nylas) -> Flask:
    return create_app(make_settings(NYLAS_API_KEY=KEY), transport=httpx.MockTransport(nylas))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(REFUSED, "Nylas refuses the API key"), (EMPTY, "no provider is offered")],
)
def test_not_ready_while_no_sign_in_can_work(answer: httpx.Response, reason: str) -> None:
    app = app_asking(Nylas(answer))
    client = app.test_client()
    Visitor.inside(app).enter("someone@example.com")
    near = client.get("/readyz")
    assert (near.status_code, near.json) == (503, {"status": "unavailable", "reason": reason})
    far = client.get("/readyz", environ_base=OUTSIDE)
    assert (far.status_code, far.json) == (503, {"status": "unavailable"})
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("answer", [REFUSED, EMPTY])
def test_ready_again_once_the_trouble_is_over(
    answer: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_by = stopped_clock(monkeypatch, "time.monotonic", 1000.0)
    nylas = Nylas(answer)
    app = app_asking(nylas)
    client = app.test_client()
    Visitor.inside(app).enter("someone@example.com")
    assert client.get("/readyz").status_code == 503
    eventually(lambda: nylas.asked >= 2)
    asked = nylas.asked
    for _ in range(5):
        client.get("/readyz")
    assert nylas.asked == asked, "not with every question of a load balancer"
    nylas.answer = OFFERED
    pass_by(16)
    client.get("/readyz")
    eventually(lambda: client.get("/readyz").status_code == 200)


def eventually(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")

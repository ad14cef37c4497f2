import httpx
import pytest

from app import create_app
from tests.conftest import KEY, make_settings


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

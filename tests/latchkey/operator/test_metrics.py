import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlencode

import httpx
import prometheus_client
import pytest
from prometheus_client.values import MultiProcessValue

from app import create_app
from bench.ports import free_port
from config import ROOT
from deploy.metrics import metrics_directory, scratch_folder
from latchkey.infra.circuit_breaker import CircuitBreaker
from latchkey.infra.errors import NotSent
from latchkey.infra.http import HttpClient
from latchkey.infra.metrics import Counter, exposition
from latchkey.infra.upstream_call import UpstreamCall
from tests.apps import company
from tests.calling import CallingApp
from tests.conftest import KEY, make_settings
from tests.journeys.test_handoff_links import EMAIL
from tests.measured import Change, parse, value
from tests.pages import Visitor
from tests.servers import wait_for
from tests.test_servers import ask, gunicorn, stop

TOKEN = "m3tricsToken-with-Enough-Characters!"
TEST_CALL = UpstreamCall("latchkey_test_call")
STEPS = ("arrived", "address", "provider", "credentials", "connected", "returned")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_a_setting_there_are_no_metrics_to_see() -> None:
    client = create_app(make_settings()).test_client()
    assert client.get("/metrics", headers=bearer(TOKEN)).status_code == 404
    assert client.get("/metrics", headers=bearer("")).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, bearer(""), bearer(TOKEN[:-1]), {"Authorization": TOKEN}])
def test_on_the_page_the_token_is_asked_for(headers: dict[str, str]) -> None:
    client = create_app(make_settings(METRICS_TOKEN=TOKEN)).test_client()
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "latchkey_" not in answer.text


def test_the_token_opens_them_under_any_host_name() -> None:
    client = create_app(make_settings(METRICS_TOKEN=TOKEN)).test_client()
    answer = client.get("/metrics", headers=bearer(TOKEN), base_url="http://10.1.2.3:8000")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert ("latchkey_steps_total", frozenset({("step", "arrived")})) in parse(answer.text)


def test_a_port_of_their_own_shows_them_and_nothing_else() -> None:
    page = create_app(make_settings(METRICS_PORT="9464", METRICS_TOKEN=TOKEN))
    there = httpx.Client(transport=httpx.WSGITransport(app=page), base_url="http://localhost:9464")
    assert "latchkey_steps_total" in there.get("/metrics").text
    for path in ("/", "/healthz", "/sandbox/oauth/google/authorize", "/static/css/page.css"):
        assert there.get(path).status_code == 404
    here = httpx.Client(transport=httpx.WSGITransport(app=page), base_url="http://localhost:8000")
    assert here.get("/metrics").status_code == 401


def test_no_header_makes_the_page_show_them() -> None:
    settings = make_settings(METRICS_PORT="9464", TRUSTED_PROXIES="1")
    client = create_app(settings).test_client()
    forged = {"Host": "localhost:9464", "X-Forwarded-Port": "9464", "X-Forwarded-Host": "x:9464"}
    assert client.get("/metrics", headers=forged).status_code in (400, 404)


def test_the_same_port_for_both_is_refused() -> None:
    with pytest.raises(Exception, match="METRICS_PORT and PORT are the same"):
        make_settings(METRICS_PORT="8000")


def test_the_steps_of_a_sign_in_are_counted() -> None:
    page = company()
    before = {step: Change("latchkey_steps_total", step=step) for step in STEPS}
    ended = Change("latchkey_sign_ins_total", provider="imap", outcome="connected", reason="")
    took = Change("latchkey_connected_seconds_count", way="password")
    app = CallingApp(page)
    visitor, first = app.send(state="s")
    password = visitor.submit(first, email=EMAIL)
    app.get_back(visitor, visitor.submit(password, password="secret"))
    assert {step: change() for step, change in before.items()} == dict.fromkeys(STEPS, 1)
    assert ended() == took() == 1


def test_a_failure_is_counted_with_its_reason() -> None:
    failed = Change("latchkey_sign_ins_total", provider="imap", outcome="failed")
    wrong = Change("latchkey_sign_ins_total", provider="imap", reason="wrong_password")
    Visitor.inside(create_app(make_settings())).sign_in("wrong-password@example.com")
    assert failed() == wrong() == 1


def test_a_form_that_is_sent_twice_is_one_try(visitor: Visitor) -> None:
    page = visitor.enter("someone@example.com")
    connected = Change("latchkey_sign_ins_total", outcome="connected")
    fields = page.fields() | {"password": "secret"}
    for _ in range(2):
        visitor.client.post(page.action(), data=fields)
    assert connected() == 1


def test_a_trip_to_a_provider_is_one_try_too(visitor: Visitor) -> None:
    connected = Change("latchkey_sign_ins_total", provider="google", outcome="connected")
    lost = Change("latchkey_sign_ins_total", provider="google", reason="link_over")
    visitor.client.get("/oauth/google/callback?state=forged&code=x")
    assert (connected(), lost()) == (0, 1)


def test_the_uptime_check_of_the_first_page_is_nobody_who_arrived() -> None:
    client = create_app(make_settings()).test_client()
    arrived = Change("latchkey_steps_total", step="arrived")
    client.head("/")
    assert arrived() == 0
    client.get("/")
    assert arrived() == 1


@pytest.mark.parametrize(
    ("path", "query", "browser", "shown"),
    [
        ("/", {}, "fr-CA,de;q=0.5", "fr"),
        ("/", {"ui_locales": "xx-Odd de"}, "fr", "de"),
        ("/v3/connect/auth", {"locale": "pt-BR"}, "fr", "pt-BR"),
        ("/", {"ui_locales": "tlh", "locale": "../etc"}, "xx, *;q=0.1", "en"),
    ],
)
def test_people_are_counted_by_the_language_of_their_first_page(
    path: str, query: dict[str, str], browser: str, shown: str
) -> None:
    app = CallingApp(create_app(make_settings()))
    every, this = (Change("latchkey_arrivals_total", **one) for one in ({}, {"language": shown}))
    address = f"/?{urlencode(query)}" if path == "/" else app.address(path, **query)
    Visitor.inside(app.page).client.get(address, headers={"Accept-Language": browser})
    assert every() == this() == 1


@pytest.mark.slow
def test_nothing_that_strangers_type_becomes_a_label() -> None:
    app = create_app(make_settings(METRICS_TOKEN=TOKEN))
    client = app.test_client()

    def flood(number: int) -> None:
        odd = f'odd{number}"}} x 1'
        client.get(f"/{odd}")
        client.get(f"/connect/{odd}", headers={"Host": f"odd{number}.example", "User-Agent": odd})
        client.open("/", method=f"ODD{number}")
        client.get("/oauth/google/callback", query_string={"state": odd, "error": odd})
        client.get("/v3/connect/auth", query_string={"provider": odd, "client_id": odd})
        wanted = {"ui_locales": f"de-odd{number} odd{number}", "locale": odd}
        client.get("/", query_string=wanted, headers={"Accept-Language": f"odd{number}, x-{odd}"})
        visitor = Visitor.inside(app)
        visitor.enter(f"odd{number}@odd{number}.example.com")
        visitor.sign_in("odd@example.com", odd)

    flood(0)
    before = set(parse(exposition().decode()))
    for number in range(1, 20):
        flood(number)
    after = exposition().decode()
    assert set(parse(after)) == before
    assert "odd" not in after


def test_a_value_that_is_not_known_counts_as_other() -> None:
    counter = Counter("latchkey_test_labels", "For a test.", colour=("red", "blue"))
    for colour in ("red", "green", "", 'x"} 1\n'):
        counter.count(colour=colour)
    assert value("latchkey_test_labels_total", colour="red") == 1
    assert value("latchkey_test_labels_total", colour="other") == 3
    assert value("latchkey_test_labels_total", colour="blue") == 0


@pytest.mark.parametrize(
    ("status", "kind"), [(200, ""), (404, "4xx"), (429, "429"), (500, "5xx"), (503, "5xx")]
)
def test_calls_are_timed_and_their_errors_counted(status: int, kind: str) -> None:
    call = TEST_CALL
    http = HttpClient(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    timed = Change("latchkey_upstream_seconds_count", call="latchkey_test_call")
    errors = Change("latchkey_upstream_errors_total", call="latchkey_test_call")
    same = Change("latchkey_upstream_errors_total", call="latchkey_test_call", kind=kind)
    http.send("GET", "https://nylas.example/", call=call, seconds=5)
    assert timed() == 1
    assert errors() == bool(kind) == same()
    assert value("latchkey_upstream_in_flight", call="latchkey_test_call") == 0


def test_a_call_that_was_never_sent_counts_once() -> None:
    call = TEST_CALL
    errors = Change("latchkey_upstream_errors_total", call="latchkey_test_call", kind="NotSent")
    with pytest.raises(NotSent):
        HttpClient().send("GET", f"http://127.0.0.1:{free_port()}/", call=call, seconds=5)
    assert errors() == 1


def test_the_calls_of_a_sign_in_have_their_names() -> None:
    names = ("nylas_connectors", "nylas_detect", "nylas_connect_custom")
    calls = [Change("latchkey_upstream_seconds_count", call=name) for name in names]
    Visitor.inside(create_app(make_settings())).sign_in("someone@example.com")
    assert [call() for call in calls] == [1, 1, 1]


def test_the_source_of_each_detection_is_counted() -> None:
    app = create_app(make_settings())
    nylas, cache = (Change("latchkey_detections_total", source=name) for name in ("nylas", "cache"))
    for _ in range(3):
        Visitor.inside(app).enter("someone@seldom.example.com")
    assert (nylas(), cache()) == (1, 2)


def test_a_spent_budget_is_counted() -> None:
    app = create_app(make_settings(NYLAS_DETECTS_PER_MINUTE="1"))
    hit = Change("latchkey_limits_total", kind="detect_budget")
    for name in ("one", "two"):
        Visitor.inside(app).enter(f"someone@{name}.example.com")
    assert hit() >= 1


def test_a_circuit_tells_when_it_shuts_and_when_all_is_well_again() -> None:
    heard: list[bool] = []
    circuit = CircuitBreaker(at_once=1, troubles=2, seconds=0.01, notify=heard.append)
    for good in (False, False):
        circuit.enter()
        circuit.leave(good=good)
    assert heard == [True]
    time.sleep(0.02)
    circuit.enter()
    circuit.leave(good=True)
    assert heard == [True, False]


def shared_folders() -> set[Path]:
    memory = Path("/dev/shm")  # noqa: S108 (where the server makes its own)
    return {*memory.glob("latchkey-metrics-*")}


@contextlib.contextmanager
def two_workers(folder: Path) -> Iterator[tuple[int, int]]:
    port, metrics = free_port(), free_port()
    process = gunicorn(
        "app:create_app()", folder, NYLAS_API_KEY=KEY, NYLAS_API_URI="http://127.0.0.1:9",
        SECRET_KEY="aR4nd0mSecretKeyThatOnlyTheseTestsKnow", WEB_CONCURRENCY="2",
        PORT=str(port), METRICS_PORT=str(metrics),
    )  # fmt: skip
    try:
        wait_for(port, process)
        yield port, metrics
    finally:
        stop(process)


@pytest.mark.slow
def test_several_processes_add_up_on_a_port_of_their_own(tmp_path: Path) -> None:
    with two_workers(tmp_path) as (port, metrics):
        for _ in range(30):
            assert "200 OK" in ask(port, "GET / HTTP/1.1", "Host: localhost").split("\r\n")[0]
        for _ in range(10):
            head, _, body = ask(metrics, "GET /metrics HTTP/1.1", "Host: x").partition("\r\n\r\n")
            assert "200 OK" in head
            assert value("latchkey_steps_total", body, step="arrived") == 30
        assert "404" in ask(port, "GET /metrics HTTP/1.1", "Host: localhost").split("\r\n")[0]
        folders = shared_folders()
        assert folders
    gone = folders - shared_folders()
    assert gone, "the directory goes with the server"


def test_metrics_are_not_added_up_where_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's /dev/shm may have 64 KB; each worker would end by SIGBUS."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    little = Mock(return_value=Mock(free=65_536))
    monkeypatch.setattr(shutil, "disk_usage", little)
    folder = metrics_directory.__wrapped__()
    assert Path(folder).parent == tmp_path
    # The heartbeat needs no room, only a name.
    assert scratch_folder() == "/dev/shm"  # noqa: S108 (compared only)
    monkeypatch.setattr(os, "access", Mock(return_value=False))
    assert scratch_folder() == str(tmp_path)


@pytest.mark.slow
def test_a_server_that_can_write_nowhere_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, tempfile\nos.access = lambda *parts: False\n"
        "tempfile._candidate_tempdir_list = lambda: ['/nowhere']\n"
    )
    process = gunicorn("app:create_app()", tmp_path, SANDBOX="true", PORT=str(free_port()))
    assert process.wait(60) == 1
    log = (tmp_path / "log").read_text()
    assert log.startswith("Latchkey cannot start: it can write neither to /dev/shm nor to TMPDIR")
    assert "Traceback" not in log


_COUNTS = """
from latchkey.infra.metrics import Counter
Counter("latchkey_counted_together", "Of a test.").count()
"""


@pytest.mark.slow
def test_what_several_processes_count_is_shown_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(3):
        subprocess.run([sys.executable, "-c", _COUNTS], cwd=ROOT, env=environ, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    # prometheus-client chooses once, when it is loaded, whether values go to files.
    multiprocess = MultiProcessValue()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(prometheus_client.values, "ValueClass", multiprocess)
    assert parse(exposition().decode())["latchkey_counted_together_total", frozenset()] == 3

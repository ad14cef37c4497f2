from collections.abc import Mapping

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request, Response

from app import create_app
from latchkey.infra import logs
from latchkey.web.security.proxies import BehindProxies
from tests.apps import company, visitor_at
from tests.conftest import make_settings
from tests.latchkey.web.test_security import HEADERS, asked, check, sandbox_app, token_and_cookies
from tests.pages import CSP, Page

PUBLIC = "https://connect.example.com"

FOREIGN = [
    "evil.example",
    "connect.example.com.evil.example",
    "evil-connect.example.com",
    "example.com",
    "10.0.0.1",
    "connect.example.com@evil.example",
    "connect.example.com/evil",
    "connect.example.com, evil.example",
    "",
    " ",
    "[::1",
    "ü.example",
    "connect.example.com:port",
    "a" * 5000,
    "evil..example",
    "localhost..",
    "localhost.evil.example",
    "[::1].evil.example",
    "[::1]evil",
    "[::2]",
]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("url", ["/", "/nowhere", "/connected", "/static/css/app.css"])
def test_a_foreign_host_is_refused(host: str, url: str) -> None:
    app = company(PUBLIC_URL=PUBLIC)
    environ = {"HTTP_HOST": host.encode().decode("latin-1")}
    with asked(app, "GET", url, environ_overrides=environ) as answer:
        check_refused(answer)


def check_refused(answer: TestResponse) -> None:
    assert answer.status_code == 400
    assert answer.headers["Content-Security-Policy"] == CSP
    assert "evil" not in answer.text
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "host",
    ["connect.example.com", "CONNECT.example.com", "connect.example.com:8443",
     "a.trusted.example", "trusted.example"],
)  # fmt: skip
def test_its_own_names_are_answered(host: str) -> None:
    app = company(PUBLIC_URL=PUBLIC, TRUSTED_HOSTS=".Trusted.example")
    with asked(app, "GET", "/", {"Host": host}) as answer:
        assert answer.status_code == 200


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Name and detail of every line that is logged."""
    lines: list[tuple[str, object]] = []
    monkeypatch.setattr(
        logs, "event", lambda name, **fields: lines.append((name, fields.get("detail")))
    )
    return lines


OF_THIS_MACHINE = ["localhost", "localhost:8000", "foo.localhost", "127.0.0.1", "[::1]:8000"]


@pytest.mark.parametrize("host", OF_THIS_MACHINE)
def test_names_of_this_machine_are_answered_only_without_https(host: str) -> None:
    for variables, status in (({}, 200), ({"PUBLIC_URL": PUBLIC}, 400)):
        with asked(company(**variables), "GET", "/", {"Host": host}) as answer:
            assert answer.status_code == status
    with asked(company(PUBLIC_URL=PUBLIC), "GET", "/healthz", {"Host": host}) as answer:
        assert answer.status_code == 200
    if "[" not in host:
        named = company(PUBLIC_URL=PUBLIC, TRUSTED_HOSTS=host.partition(":")[0])
        with asked(named, "GET", "/", {"Host": host}) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize(
    ("variables", "detail"),
    [
        ({}, "evil.example is not in PUBLIC_URL"),
        ({"PUBLIC_URL": PUBLIC}, "evil.example is not in TRUSTED_HOSTS"),
    ],
)
def test_an_unknown_host_is_logged_with_the_setting(
    variables: dict[str, str], detail: str, logged: list[tuple[str, object]]
) -> None:
    with asked(company(**variables), "GET", "/", {"Host": "evil.example"}) as answer:
        assert answer.status_code == 400
    assert [text for name, text in logged if name == "unknown_host"] == [detail]


@pytest.mark.parametrize("path", ["/", "/connected", "/no-such-page", "/connect/imap"])
def test_a_page_under_an_unknown_host_does_not_lead_to_itself(path: str) -> None:
    with asked(company(PUBLIC_URL=PUBLIC), "GET", path, {"Host": "evil.example"}) as answer:
        html = answer.text
    assert "This page lives at another address" in html
    assert "<a " not in html
    assert "evil.example" not in html


OVER_HTTP = [
    ("0", "Sent over http: behind a proxy set TRUSTED_PROXIES"),
    ("1", "Sent over http: the proxy did not send X-Forwarded-Proto: https"),
]


@pytest.mark.parametrize(("proxies", "why"), OVER_HTTP)
def test_with_https_nothing_is_posted_over_http(
    proxies: str, why: str, logged: list[tuple[str, object]]
) -> None:
    app = company(PUBLIC_URL=PUBLIC, TRUSTED_PROXIES=proxies)
    for url in ("/", "/connect/imap"):
        with asked(app, "POST", url, {"Host": PUBLIC.removeprefix("https://")}) as answer:
            assert answer.status_code == 400
    assert [text for name, text in logged if name == "start_again"] == [why] * 2


@pytest.mark.parametrize(("proxies", "why"), OVER_HTTP)
def test_an_app_that_asks_for_tokens_over_http_gets_an_answer_of_nylas(
    proxies: str, why: str, logged: list[tuple[str, object]]
) -> None:
    app = company(PUBLIC_URL=PUBLIC, TRUSTED_PROXIES=proxies)
    host = {"Host": PUBLIC.removeprefix("https://")}
    with asked(app, "POST", "/v3/connect/token", host, json={}) as answer:
        assert (answer.status_code, answer.mimetype) == (400, "application/json")
        assert answer.get_json()["error"] == "invalid_request"
        assert answer.get_json()["error_description"] == why
    assert [text for name, text in logged if name == "token"] == [why]


def test_with_https_no_form_comes_from_http() -> None:
    visitor = visitor_at(company(PUBLIC_URL=PUBLIC), PUBLIC)
    data = visitor.get("/").fields() | {"email": "someone@example.com"}
    for origin, status in ((PUBLIC.replace("https", "http"), 400), (PUBLIC, 303)):
        answer = visitor.client.post("/", data=data, headers={"Origin": origin})
        assert answer.status_code == status


def test_forwarded_headers_are_believed_only_from_as_many_proxies_as_there_are() -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    own = {"Host": "connect.example.com"}
    with asked(company(PUBLIC_URL=PUBLIC), "GET", "/connected", forged | own) as answer:
        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    behind = company(PUBLIC_URL=PUBLIC, TRUSTED_PROXIES="1")
    with asked(behind, "GET", "/", forged) as answer:
        check_refused(answer)
    # What somebody sent before the proxy added its own.
    forged["X-Forwarded-Host"] += ", connect.example.com"
    with asked(behind, "GET", "/", forged) as answer:
        assert answer.status_code == 200


@Request.application
def told(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.host_url}")


@pytest.mark.parametrize(
    ("proto", "host", "port"),
    [
        # The last one replaces what the first one says, as most do, or passes it on.
        ("https", "connect.example.com", "443"),
        # Each adds its own.
        ("https, http", "connect.example.com, internal.invalid", "443, 80"),
    ],
)
def test_two_proxies_may_say_scheme_and_host_once_or_each(proto: str, host: str, port: str) -> None:
    said = {
        "X-Forwarded-For": "192.0.2.1, 203.0.113.9, 172.70.1.1",
        "X-Forwarded-Proto": proto,
        "X-Forwarded-Host": host,
        "X-Forwarded-Port": port,
    }
    answer = Client(BehindProxies(told, 2)).get("/", headers=said)
    assert answer.text == f"203.0.113.9 {PUBLIC}/"


def test_an_address_that_fewer_proxies_named_is_not_the_clients() -> None:
    answer = Client(BehindProxies(told, 2)).get(
        "/", headers={"X-Forwarded-For": "192.0.2.1"}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )
    assert answer.text == "127.0.0.1 http://localhost/"


@pytest.mark.parametrize("address", ["192.168.0.7", "203.0.113.9", "2001:db8::1", "", "::", "odd"])
@pytest.mark.parametrize("url", ["/", "/static/css/app.css", "/connect/imap"])
def test_the_sandbox_answers_to_this_machine_only(address: str, url: str) -> None:
    with asked(sandbox_app(), "GET", url, environ_base={"REMOTE_ADDR": address}) as answer:
        check(answer, 403, HEADERS)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_has_several_addresses(address: str) -> None:
    with asked(sandbox_app(), "GET", "/", environ_base={"REMOTE_ADDR": address}) as answer:
        assert answer.status_code == 200


def test_the_sandbox_is_not_fooled_by_a_forged_address() -> None:
    forged = {"X-Forwarded-For": "127.0.0.1"}
    base = {"REMOTE_ADDR": "203.0.113.9"}
    with asked(sandbox_app(), "GET", "/", forged, environ_base=base) as answer:
        assert answer.status_code == 403
    app = create_app(make_settings(TRUSTED_PROXIES="1"))
    with asked(app, "GET", "/", {"X-Forwarded-For": "203.0.113.9"}) as answer:
        assert answer.status_code == 403


SENT_FROM = {
    "an old browser": ({}, 303),
    "our page": ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
    "the address bar": ({"Sec-Fetch-Site": "none"}, 303),
    "our page, spelled oddly": ({"Origin": "HTTP://LocalHost"}, 303),
    "another site": ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 400),
    "another site, old browser": ({"Origin": "https://evil.example"}, 400),
    "a site beside ours": ({"Origin": "http://evil.localhost"}, 400),
    "another port": ({"Origin": "http://localhost:5000"}, 400),
    "another page of our domain": ({"Sec-Fetch-Site": "same-site"}, 400),
    "somewhere hidden": ({"Origin": "null"}, 400),
    "our page, hidden by a proxy": ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
    "another site, hidden": ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
    "the address bar, hidden": ({"Origin": "null", "Sec-Fetch-Site": "none"}, 400),
    "nowhere": ({"Origin": ""}, 400),
    "an odd place": ({"Origin": "http://[::1"}, 400),
    "another odd place": ({"Origin": "localhost"}, 400),
    "a new kind of place": ({"Sec-Fetch-Site": "fenced"}, 400),
}


@pytest.mark.parametrize(("headers", "status"), SENT_FROM.values(), ids=SENT_FROM)
def test_a_form_is_taken_only_from_our_own_page(headers: Mapping[str, str], status: int) -> None:
    visitor, fields = token_and_cookies(sandbox_app())
    data = fields | {"email": "someone@example.com"}
    answer = visitor.client.post("/", data=data, headers=headers)
    assert answer.status_code == status
    if status == 400:
        assert Page(answer).heading == "Connect your mailbox"


def test_behind_a_proxy_our_page_is_the_one_at_the_public_address() -> None:
    # The proxy may send another Host than the one people see.
    visitor, fields = token_and_cookies(company(PUBLIC_URL="http://eu.localhost:8080"))
    data = fields | {"email": "someone@example.com"}
    headers = {"Origin": "http://eu.localhost:8080", "Sec-Fetch-Site": "same-origin"}
    assert visitor.client.post("/", data=data, headers=headers).status_code == 303

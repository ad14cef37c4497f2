"""The page below a path of a host that another app has, behind a real nginx that forwards it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app import create_app
from bench.ports import free_port
from tests.apps import company, visitor_at
from tests.calling import CallingApp
from tests.conftest import make_settings
from tests.journeys.test_oauth import decide, start
from tests.pages import Page, Visitor
from tests.proxies import replaced, running
from tests.servers import find_program, serve

PATH = "/connect"
OTHER_APP = 'location / { return 200 "the other app"; }'


@contextlib.contextmanager
def nginx(folder: Path, port: int, upstream: str) -> Iterator[str]:
    """The proxy of deploy/, plain, with the page below a path and another app beside it."""
    text = replaced(
        "nginx.conf", **{"127.0.0.1:8000": upstream.removeprefix("http://"),
                         "location / {\n\t\tproxy_pass": f"location {PATH}/ {{\n\t\tproxy_pass",
                         "/var/log/nginx": str(folder)}
    )  # fmt: skip
    text = re.sub(r"server \{\n\tlisten 80.*?\n\}\n", "", text, count=1, flags=re.S)
    text = re.sub(r"\tlisten \[::\]:443.*\n|\tssl_.*\n", "", text)
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port};")
    text = text.replace("connect.example.com", "localhost").replace(
        "location = /metrics", f"{OTHER_APP}\n\tlocation = /metrics"
    )
    (folder / "latchkey.conf").write_text(text)
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{path}_temp_path {folder}/{path};" for path in paths)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/main.log;"
        f"events {{}} http {{ {temporary} include {folder}/latchkey.conf; }}"
    )
    command = [find_program("nginx"), "-e", f"{folder}/start.log", "-c", f"{folder}/nginx.conf"]
    with running(command, port):
        yield f"http://localhost:{port}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    app = create_app(
        make_settings(PUBLIC_URL=f"http://localhost:{port}{PATH}", TRUSTED_PROXIES="1")
    )
    with (
        serve(app) as upstream,
        nginx(tmp_path_factory.mktemp("nginx"), port, upstream) as origin,
    ):
        yield origin


@pytest.fixture
def visitor(site: str) -> Visitor:
    return Visitor.at(site)


def below(page: Page) -> None:
    """All that the page leads to or loads from this site is below the path."""
    named = [node.get(name) for node in page.tree.iter() for name in ("href", "src", "action")]
    ours = [address for address in named if address and address.startswith("/")]
    assert ours
    assert [address for address in ours if not address.startswith(f"{PATH}/")] == []


def enter(visitor: Visitor, email: str) -> Page:
    return visitor.submit(visitor.get(f"{PATH}/"), email=email)


def test_a_sign_in_with_a_password(visitor: Visitor) -> None:
    first = visitor.get(f"{PATH}/")
    second = visitor.submit(first, email="someone@example.com")
    done = visitor.submit(second, password="secret")
    assert done.heading == "Your mailbox is connected"
    for page in (first, second, done, visitor.get(f"{PATH}/nowhere")):
        assert str(page.url.path).startswith(f"{PATH}/")
        below(page)
    assert {cookie.path for cookie in visitor.client.cookies.jar} == {PATH}


def test_the_other_app_of_the_host_is_left_alone(visitor: Visitor, site: str) -> None:
    enter(visitor, "someone@example.com")
    answer = visitor.client.get(f"{site}/elsewhere")
    assert answer.text == "the other app"
    assert "cookie" not in answer.request.headers
    assert visitor.client.get(f"{site}{PATH}ed/").text == "the other app"


def test_everything_that_a_page_loads_is_there(visitor: Visitor) -> None:
    page = visitor.get(f"{PATH}/")
    loaded = [node.get("href") for node in page.tree.iter("link")]
    loaded += [node.get("src") for node in page.tree.iter("script")]
    for address in filter(None, loaded):
        assert visitor.client.get(address).status_code == 200


def test_a_sign_in_at_a_provider_comes_back_below_the_path(visitor: Visitor, site: str) -> None:
    oauth = enter(visitor, "someone@gmail.com")
    consent = start(visitor, oauth)
    assert consent.url.path.startswith(f"{PATH}/sandbox/oauth/google/")
    assert consent.url.params["redirect_uri"] == f"{site}{PATH}/oauth/google/callback"
    for address in re.findall(r'href="(/[^"]+)"', consent.text):
        assert visitor.client.get(address).status_code == 200, address
    back = visitor.get(decide(visitor, consent))
    assert back.heading == "Your mailbox is connected"


def test_an_app_sends_people_and_gets_them_back(visitor: Visitor, site: str) -> None:
    calling = CallingApp(create_app(make_settings()))
    calling.server = Visitor.at(f"{site}{PATH}").client
    page = visitor.get(PATH + calling.address(state="s1"))
    second = visitor.submit(page, email="someone@example.com")
    done = visitor.submit(second, password="secret")
    told = calling.receive(visitor, done)
    assert told["iss"] == f"{site}{PATH}"
    keys = calling.server.get(f"{told['iss']}/.well-known/jwks.json")
    assert keys.json()["keys"]


def test_the_path_without_its_slash_is_the_page_too() -> None:
    visitor = visitor_at(
        create_app(make_settings(PUBLIC_URL="http://localhost/a/b")), "http://localhost"
    )
    assert visitor.get("/a/b").heading == "Connect your mailbox"
    assert visitor.get("/a/b/").heading == "Connect your mailbox"
    assert visitor.get("/").url.path == "/a/b/"
    assert visitor.client.get("/a/bc").status_code == 404
    assert visitor.client.get("/providers").status_code == 404
    assert visitor.client.get("/healthz").status_code == 200
    assert visitor.client.get("/a/b/healthz").status_code == 200


def test_cookies_are_secure_and_of_the_path_alone() -> None:
    url = "https://app.example.com/connect"
    visitor = visitor_at(company(PUBLIC_URL=url), "https://app.example.com")
    enter(visitor, "someone@example.com")
    cookies = list(visitor.client.cookies.jar)
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.name.startswith("__Secure-signin")
        assert (cookie.path, cookie.secure) == (PATH, True)


def test_links_of_the_command_and_redirect_uris_of_the_doctor_have_the_path() -> None:
    app = create_app(make_settings(PUBLIC_URL="http://localhost:8000/connect"))
    run = app.test_cli_runner().invoke
    made = run(args=["link", "--email", "someone@example.com"]).output.strip()
    assert made.startswith("http://localhost:8000/connect/?link=")
    parts = urlsplit(made)
    page = visitor_at(app, "http://localhost:8000").get(f"{parts.path}?{parts.query}")
    assert page.status == 200
    assert "someone@example.com" in page.text
    assert parse_qs(parts.query)["link"]
    said = run(args=["doctor"]).output
    assert "http://localhost:8000/oauth" not in said


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://app.example.com/connect/", "/connect"),
        ("https://app.example.com/a/b-c_d.e~f", "/a/b-c_d.e~f"),
        ("https://app.example.com/", ""),
    ],
)
def test_a_path_is_taken_as_it_is_written(given: str, used: str) -> None:
    assert make_settings(NYLAS_API_KEY="nyk_v0_" + "k" * 30, PUBLIC_URL=given).path == used


@pytest.mark.parametrize(
    "path", ["/a//b", "/../a", "/a/./b", "/a b", "/a?b=1", "/a#b", "/%41", "/ä"]
)
def test_a_path_that_browsers_or_proxies_would_change_is_refused(path: str) -> None:
    with pytest.raises(Exception, match="PUBLIC_URL must"):
        make_settings(
            NYLAS_API_KEY="nyk_v0_" + "k" * 30, PUBLIC_URL=f"https://app.example.com{path}"
        )

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug import Request, Response
from werkzeug.serving import make_server

from bench.ports import free_port
from tests.apps import company
from tests.servers import certificate, find_program

pytestmark = pytest.mark.browser


@contextmanager
def serving(folder: Path, *apps: tuple[int, Any]) -> Iterator[None]:
    """Each of ``apps`` over https on its port."""
    cert, key = certificate(folder)
    with ExitStack() as stack:
        for port, app in apps:
            server = make_server(
                "127.0.0.1", port, app, threaded=True, ssl_context=(str(cert), str(key))
            )
            stack.callback(server.server_close)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
        yield


@pytest.fixture
def framed(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """Opens a page of a host name, which holds ours in a frame; ``app.example.org`` may."""
    ours, theirs = free_port(), free_port()
    url = f"https://connect.example.com:{ours}"
    app = company(
        PUBLIC_URL=url,
        EMBED_ORIGINS=f"https://app.example.org:{theirs}",
        GOOGLE_CLIENT_ID="id",
        GOOGLE_CLIENT_SECRET="secret",
    )

    @Request.application
    def around(_: Request) -> Response:
        html = f"<!doctype html><title>An app</title><iframe src='{url}/'></iframe>"
        return Response(html, mimetype="text/html")

    flags = ["--no-sandbox", "--host-resolver-rules=MAP * 127.0.0.1"]
    # As browsers will be: no cookies of other sites but partitioned ones.
    flags += ["--ignore-certificate-errors", "--test-third-party-cookie-phaseout"]
    program = find_program("chromium", "chromium-browser")
    with serving(tmp_path, (ours, app), (theirs, around)):
        other = browser.browser_type.launch(executable_path=program, args=flags)
        page = other.new_context(ignore_https_errors=True).new_page()

        def open_at(host: str) -> Page:
            page.goto(f"https://{host}:{theirs}/")
            return page

        yield open_at
        other.close()


def test_a_mailbox_is_connected_in_a_frame_of_the_named_origin(
    framed: Callable[[str], Page],
) -> None:
    page = framed("app.example.org")
    frame = page.frame_locator("iframe")
    frame.get_by_label("E-mail address").fill("someone@example.com")
    frame.get_by_role("button", name="Continue").click()
    frame.locator("#password").fill("secret")
    frame.get_by_role("button", name="Connect").first.click()
    expect(frame.get_by_role("heading", name="Your mailbox is connected")).to_be_visible()


def test_people_leave_the_frame_to_sign_in_at_a_provider(framed: Callable[[str], Page]) -> None:
    page = framed("app.example.org")
    frame = page.frame_locator("iframe")
    frame.get_by_label("E-mail address").fill("someone@gmail.com")
    frame.get_by_role("button", name="Continue").click()
    frame.get_by_role("link", name="Sign in with Google").click()
    page.wait_for_url("https://connect.example.com:*/**")
    expect(page.get_by_label("E-mail address")).to_have_value("someone@gmail.com")


def test_other_origins_see_no_frame(framed: Callable[[str], Page]) -> None:
    page = framed("evil.example.net")
    page.wait_for_function("() => window.frames.length === 1")
    expect(page.frame_locator("iframe").get_by_label("E-mail address")).to_have_count(0)
    assert page.frames[1].url.startswith("chrome-error:")

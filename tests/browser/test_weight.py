"""How much a visit costs over the wire, headers included, as a real browser counts it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.states import lead_on, sign_in
from tests.test_servers import gunicorn_ready
from tests.wire import FIRST_PAGE, JOURNEY, REQUESTS

pytestmark = pytest.mark.browser

# Adds up the layout shifts of a page, but for those that a click is the reason for.
SHIFT = (
    "window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
    " if (!entry.hadRecentInput) window.shift += entry.value; })"
    ".observe({type: 'layout-shift', buffered: true});"
)


class Wire:
    """Counts what a page loads: bytes of each answer that came over the network."""

    def __init__(self, page: Page) -> None:
        self.answers: list[int] = []
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.on("Network.loadingFinished", self._finished)
        protocol.on("Network.requestWillBeSent", self._redirected)

    def _finished(self, event: dict[str, Any]) -> None:
        # What the browser has kept costs 0.
        if event["encodedDataLength"]:
            self.answers.append(int(event["encodedDataLength"]))

    def _redirected(self, event: dict[str, Any]) -> None:
        if "redirectResponse" in event:
            self.answers.append(int(event["redirectResponse"]["encodedDataLength"]))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sandbox as people start it: each server has headers of its own."""
    with gunicorn_ready(tmp_path_factory.mktemp("weight"), app="app:create_app()") as (port, _):
        yield f"http://localhost:{port}"


def test_the_first_page_is_light(open_page: Callable[..., Page], url: str) -> None:
    page = open_page(url=url)
    wire = Wire(page)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 3 <= len(wire.answers) <= REQUESTS
    assert sum(wire.answers) <= FIRST_PAGE, wire.answers


def test_the_way_to_the_confirmation_loads_each_file_once(
    open_page: Callable[..., Page], url: str
) -> None:
    page = open_page(url=url)
    wire = Wire(page)
    sign_in(page, "someone@example.com")
    page.get_by_role("heading", name="Your mailbox is connected").wait_for()
    page.wait_for_load_state("networkidle")
    assert sum(wire.answers) <= JOURNEY, wire.answers


def test_nothing_moves_on_the_way_to_the_confirmation(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.add_init_script(SHIFT)
    page.goto("/")
    for box, typed in (("#email", "someone@example.com"), ("#password", "secret")):
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") == 0
        page.locator(box).fill(typed)
        lead_on(page)
        page.locator(box).wait_for(state="detached")
    page.get_by_role("heading", name="Your mailbox is connected").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shift") == 0

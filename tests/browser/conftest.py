"""A browser, sites for it to visit, and an eye on what a page must never do there."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserType, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from app import create_app
from tests.browser.axe import SIZES
from tests.browser.hosted import Hosted, a_company
from tests.browser.nylas import Nylas
from tests.browser.watch import Watch
from tests.conftest import make_settings
from tests.servers import find_program, missing, serve

_FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 10_000  # milliseconds


@dataclass(frozen=True, kw_only=True)
class Site:
    """A sign-in page on a port of this machine, and the Nylas behind it."""

    url: str
    nylas: Nylas


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, the system's or else Playwright's own."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


def launch(playwright: Playwright) -> Browser:
    """Start Chromium, the system's or else Playwright's own."""
    try:
        return playwright.chromium.launch(**launch_options(playwright.chromium))
    except PlaywrightError as error:
        missing(f"Chromium does not start: {error}")


def launch_options(chromium: BrowserType) -> dict[str, Any]:
    """Where Chromium is, and what it is started with."""
    flags = [*_FLAGS, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    try:
        path = find_program("chromium", "chromium-browser")
    except (pytest.skip.Exception, pytest.fail.Exception):
        path = chromium.executable_path
    return {"executable_path": path, "args": flags}


@contextlib.contextmanager
def running_site(**variables: str) -> Iterator[Site]:
    """A site in the sandbox with these settings, as long as the context lasts."""
    nylas = Nylas()
    app = create_app(make_settings(**variables), transport=httpx.WSGITransport(app=nylas))
    with serve(app) as url:
        yield Site(url=url, nylas=nylas)


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with the usual settings, for one test."""
    with running_site() as made:
        yield made


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens pages of people who share nothing; at the end, none may have misbehaved."""
    contexts = []
    watch = Watch()

    def open_it(
        *,
        size: str = "wide",
        scheme: str = "light",
        url: str = site.url,
        apps: Iterable[str] = (),
        **options: Any,
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context, url, *apps)
        return context.new_page()

    yield open_it
    for context in contexts:
        for page in context.pages:
            # A form that a test holds back would hold up the end, too.
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert not watch.seen


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """One page with JavaScript, wide and light."""
    return open_page()


@pytest.fixture
def hosted(served: Callable[..., str]) -> Hosted:
    """A page that an app sends people to."""
    # Another host name than the page's, as apps have in real life.
    callback = f"{served(a_company).replace('127.0.0.1', 'localhost')}/callback?tenant=7"
    return Hosted(url=served(create_app(make_settings(RETURN_URIS=callback))), callback=callback)


@pytest.fixture
def person(hosted: Hosted, open_page: Callable[..., Page]) -> Page:
    """Somebody who comes from the app."""
    return open_page(url=hosted.url, apps=[hosted.app])

"""The page in the place of Nylas's Hosted auth: an app sends people to it and gets them back."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page
from werkzeug import Request, Response

from tests.browser.states import send

APPLICATION = "sandbox-application"
EMAIL = "someone+tag@example.com"
BACK = "Cancel and go back to Latchkey"


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """A page in the sandbox, with an app that it may lead back to.

    :ivar url: what an SDK is told instead of Nylas's address.
    """

    url: str
    callback: str

    @property
    def app(self) -> str:
        """The origin of the app."""
        return self.callback.partition("/callback")[0]


@Request.application
def a_company(_: Request) -> Response:
    """The app's side of the way back: a page that does nothing."""
    return Response("<!doctype html><title>The app</title>", mimetype="text/html")


def walk(page: Page, url: str, email: str = EMAIL) -> dict[str, str]:
    """Go from an app's link through all pages back to the app; gives what the app hears."""
    page.goto(url)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Continue").click()
    send(page)
    page.get_by_role("link", name="Continue to Latchkey").click()
    return heard(page)


def heard(page: Page) -> dict[str, str]:
    """What the app hears with the person who comes back."""
    page.wait_for_url("**/callback?**")
    return dict(parse_qsl(urlsplit(page.url).query))

"""Sign-ins that one version begins and another one finishes.

What passes from one to the other is what a browser and an app hold: cookies, an address, a form, a
link, a code. Redis and the secrets are common to both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from config import SANDBOX_API_KEY
from latchkey.apps.link_claims import sign_link
from latchkey.sandbox.catalogue import APPLICATION_ID
from tests.calling import CALLBACK, HOSTED_AUTH, TOKEN
from tests.conftest import LINK_KEY, SECRET
from tests.pages import Page, Visitor

SETTINGS = {
    "SANDBOX": "", "NYLAS_API_KEY": SANDBOX_API_KEY, "NYLAS_CLIENT_ID": APPLICATION_ID,
    "SECRET_KEY": SECRET, "LINK_KEY": LINK_KEY, "RETURN_URIS": CALLBACK,
    "PUBLIC_URL": "http://localhost:5000", "MX_LOOKUPS": "false", "LIMITS": "off",
    "GOOGLE_CLIENT_ID": "sandbox-google", "GOOGLE_CLIENT_SECRET": "sandbox-secret-google",
}  # fmt: skip
EMAIL = "someone+tag@example.com"
DONE = "Your mailbox is connected"
STATE = "the app's own"

Carried = dict[str, Any]


class AnyPage(Page):
    """A page of any version, whose headers and markup other tests look at."""

    def check(self) -> None:
        pass


class Person(Visitor):
    """A visitor of any version."""

    page = AnyPage

    def take(self, cookies: Mapping[str, str]) -> None:
        """Have these cookies, as if this page had set them."""
        for name, value in cookies.items():
            self.client.cookies.set(name, value, domain="localhost.local")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One sign-in.

    :ivar begin: what is done at the first version; gives what is carried to the other one.
    :ivar finish: what is done there; gives how it ends.
    """

    begin: Callable[[Person], Carried]
    finish: Callable[[Person, Carried], str]
    ends: str


def begin_form(visitor: Person) -> Carried:
    return _carry(visitor, visitor.enter(EMAIL))


def begin_from_app(visitor: Person) -> Carried:
    query = {
        "client_id": APPLICATION_ID, "redirect_uri": CALLBACK, "response_type": "code",
        "login_hint": EMAIL, "provider": "imap", "state": STATE,
    }  # fmt: skip
    return _carry(visitor, visitor.get(str(httpx.URL(HOSTED_AUTH, params=query))))


def begin_confirmation(visitor: Person) -> Carried:
    return _carry(visitor, _send(visitor, begin_from_app(visitor)))


def begin_code(visitor: Person) -> Carried:
    shown = _send(visitor, begin_from_app(visitor))
    return {"code": _heard(visitor, shown)["code"]}


def begin_used_code(visitor: Person) -> Carried:
    carried = begin_code(visitor)
    assert finish_code(visitor, carried) == "200"
    return carried


def begin_link(visitor: Person) -> Carried:
    link = f"/?link={sign_link(EMAIL, LINK_KEY, seconds=3600, provider='imap', state=STATE)}"
    return _carry(visitor, visitor.get(link)) | {"link": link}


def begin_used_link(visitor: Person) -> Carried:
    carried = begin_link(visitor)
    assert finish_form(visitor, carried) == DONE
    return {"link": carried["link"]}


def begin_sent_form(visitor: Person) -> Carried:
    carried = begin_form(visitor)
    assert finish_form(visitor, carried) == DONE
    return carried


def begin_provider(visitor: Person) -> Carried:
    page = visitor.enter("someone@gmail.com")
    location = visitor.client.get(page.leading("/start?")).headers["location"]
    return _carry(visitor, page) | {"state": parse_qs(urlsplit(location).query)["state"][0]}


def finish_form(visitor: Person, carried: Carried) -> str:
    return _send(visitor, carried).heading


def finish_at_app(visitor: Person, carried: Carried) -> str:
    return _app_hears(visitor, _send(visitor, carried))


def finish_confirmation(visitor: Person, carried: Carried) -> str:
    return _app_hears(visitor, visitor.get(carried["url"]))


def finish_code(visitor: Person, carried: Carried) -> str:
    answer = visitor.client.post(
        TOKEN,
        json={
            "client_id": APPLICATION_ID, "client_secret": SANDBOX_API_KEY, "code": carried["code"],
            "grant_type": "authorization_code", "redirect_uri": CALLBACK,
        },
    )  # fmt: skip
    return " ".join(filter(None, (str(answer.status_code), answer.json().get("error"))))


def finish_used_link(visitor: Person, carried: Carried) -> str:
    return visitor.get(carried["link"]).heading


def finish_provider(visitor: Person, carried: Carried) -> str:
    query = {"state": carried["state"], "error": "access_denied"}
    return visitor.get(str(httpx.URL("/oauth/google/callback", params=query))).heading


SCENARIOS = {
    "a form": Scenario(begin=begin_form, finish=finish_form, ends=DONE),
    "from an app": Scenario(begin=begin_from_app, finish=finish_at_app, ends=f"{STATE} 200"),
    "a confirmation": Scenario(
        begin=begin_confirmation, finish=finish_confirmation, ends=f"{STATE} 200"
    ),
    "a code": Scenario(begin=begin_code, finish=finish_code, ends="200"),
    "a used code": Scenario(begin=begin_used_code, finish=finish_code, ends="400 invalid_grant"),
    "a link": Scenario(begin=begin_link, finish=finish_form, ends=DONE),
    "a used link": Scenario(
        begin=begin_used_link, finish=finish_used_link, ends="This link was used already"
    ),
    "a form that was sent": Scenario(begin=begin_sent_form, finish=finish_form, ends=DONE),
    "at a provider": Scenario(
        begin=begin_provider, finish=finish_provider, ends="You cancelled the sign-in"
    ),
}


def _carry(visitor: Person, page: Page) -> Carried:
    fields = page.fields() if page.tree.find(".//form") is not None else {}
    return {
        "cookies": dict(visitor.cookies()),
        "url": page.url.raw_path.decode(),
        "fields": fields,
    }


def _send(visitor: Person, carried: Carried) -> Page:
    data = carried["fields"] | {"password": "secret"}
    return AnyPage(visitor.client.post(carried["url"], data=data, follow_redirects=True))


def _app_hears(visitor: Person, shown: Page) -> str:
    heard = _heard(visitor, shown)
    return f"{heard['state']} {finish_code(visitor, heard)}"


def _heard(visitor: Person, shown: Page) -> dict[str, str]:
    """What the app's address gets from the confirmation."""
    location = visitor.client.get(shown.leading("/return?")).headers["location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

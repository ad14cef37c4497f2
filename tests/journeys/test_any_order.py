"""Two people do anything in any order: nothing breaks, and neither sees what the other does."""

from typing import Any
from urllib.parse import urlsplit

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app import create_app
from tests.calling import HOSTED_AUTH, TOKEN, CallingApp
from tests.conftest import make_settings
from tests.pages import CSP, Page, Visitor

PAGE = create_app(make_settings(LOG_LEVEL="error"))
APP = CallingApp(PAGE)
NAMES = ("first.of.two", "second.of.two")
DOMAINS = ("example.com", "gmail.com", "icloud.com", "outlook.com", "yahoo.com", "zoom.test")
PARAMETERS = (
    "provider", "state", "login_hint", "scope", "code_challenge", "code_challenge_method",
    "access_type", "prompt", "options", "include_grant_scopes", "credential_id",
)  # fmt: skip
WHO = st.integers(0, 1)
NUMBER = st.integers(0, 30)
# Surrogates cannot be sent: no browser can, and httpx refuses to.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HERE = ("localhost", None)


class AnyOrder(RuleBasedStateMachine):
    """Each browser has the pages that it saw; any of them can be gone on with."""

    def __init__(self) -> None:
        super().__init__()
        self.browsers = [Visitor.inside(PAGE).client for _ in NAMES]
        # The latest is the last, and the likeliest to be gone on with.
        self.pages: list[list[Page]] = [[], []]
        self.last: list[httpx.Response] = []

    def ask(self, who: int, method: str, url: str, **more: Any) -> None:
        answer = self.browsers[who].request(method, url, **more)
        for _ in range(8):
            if answer.next_request is None or answer.next_request.url.host not in HERE:
                break
            answer = self.browsers[who].send(answer.next_request)
        self.last = [answer]
        assert answer.status_code != 500, f"{method} {url} {more}"
        if answer.headers.get("Content-Security-Policy") == CSP and answer.text.startswith("<!"):
            page = Page(answer)
            assert NAMES[1 - who] not in page.html, f"{method} {url}: the other's page"
            self.pages[who].append(page)

    @initialize()
    def everybody_arrives(self) -> None:
        for who in range(len(NAMES)):
            self.ask(who, "GET", "/")

    @rule(
        who=WHO,
        extra=st.dictionaries(st.sampled_from(PARAMETERS), TEXT, max_size=3),
        by_app=st.booleans(),
    )
    def arrive(self, who: int, extra: dict[str, str], by_app: bool) -> None:
        self.ask(who, "GET", APP.address(**extra) if by_app else "/")

    @rule(who=WHO, page=NUMBER, link=NUMBER)
    def follow_a_link(self, who: int, page: int, link: int) -> None:
        if seen := self.pages[who]:
            page_seen = seen[-1 - page % len(seen)]
            links = [
                str(page_seen.url.join(href))
                for href in page_seen.links.values()
                if urlsplit(href).hostname in HERE and urlsplit(href).scheme in ("", "http")
            ]
            if links:
                self.ask(who, "GET", links[link % len(links)])

    @rule(
        who=WHO, page=NUMBER, domain=st.sampled_from(DOMAINS), odd=TEXT, names=st.sets(NUMBER),
        good=st.booleans(),
    )  # fmt: skip
    def send_a_form(
        self, who: int, page: int, domain: str, odd: str, names: set[int], good: bool
    ) -> None:
        forms = [seen for seen in self.pages[who] if seen.tree.find(".//form") is not None]
        if forms:
            seen = forms[-1 - page % len(forms)]
            fields = seen.fields()
            typed = {"email": f"{NAMES[who]}@{domain}", "password": "secret"}
            fields |= {name: text for name, text in typed.items() if name in fields}
            if not good:
                keys = sorted(fields)
                fields |= {keys[number % len(keys)]: odd for number in names}
            self.ask(who, "POST", str(seen.url.join(seen.action())), data=fields)

    @rule(who=WHO, page=NUMBER)
    def open_what_the_other_one_sees(self, who: int, page: int) -> None:
        if seen := self.pages[1 - who]:
            self.ask(
                who, "GET", str(seen[-1 - page % len(seen)].url.copy_remove_param("login_hint"))
            )

    @rule(who=WHO, page=NUMBER)
    def send_the_form_of_the_other_one(self, who: int, page: int) -> None:
        forms = [seen for seen in self.pages[1 - who] if seen.tree.find(".//form") is not None]
        if forms:
            seen = forms[-1 - page % len(forms)]
            token = {"csrf_token": seen.fields().get("csrf_token", "")}
            self.ask(who, "POST", str(seen.url.join(seen.action())), data=token)

    @rule(
        who=WHO, provider=st.sampled_from(["google", "microsoft", "yahoo", "zoom", "imap", "x"]),
        query=st.dictionaries(st.sampled_from(["code", "state", "error", "iss", "s", "t"]), TEXT),
        step=st.sampled_from(["", "/start", "/callback"]),
    )  # fmt: skip
    def go_to_or_come_from_a_provider(
        self, who: int, provider: str, query: dict[str, str], step: str
    ) -> None:
        self.ask(who, "GET", f"/oauth/{provider}{step}", params=query)

    @rule(who=WHO, path=st.sampled_from(["/providers", "/connected", "/return", HOSTED_AUTH]))
    def jump(self, who: int, path: str) -> None:
        self.ask(who, "GET", path)

    @rule(body=st.dictionaries(TEXT, TEXT, max_size=4), kind=st.sampled_from(["data", "json"]))
    def ask_for_a_token(self, body: dict[str, str], kind: str) -> None:
        given = {"grant_type": "authorization_code", "client_id": APP.client_id, **body}
        self.ask(0, "POST", TOKEN, **{kind: given})

    @invariant()
    def every_answer_has_its_headers(self) -> None:
        for answer in self.last:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


TestAnyOrder = AnyOrder.TestCase
# A few seconds; `make fuzz` takes its time.
TestAnyOrder.settings = settings(
    settings(), stateful_step_count=25, max_examples=settings().max_examples // 2
)

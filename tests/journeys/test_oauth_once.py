"""A provider's page is reached from ours alone, and what it sends back counts once."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app import create_app
from tests.calling import CallingApp
from tests.conftest import KEY, make_settings
from tests.journeys.test_oauth import decide, reach, start
from tests.pages import Visitor

PAGE = create_app(make_settings())
DONE = "Your mailbox is connected"


class Google:
    """A provider that refuses every code, and a Nylas with a connector for it."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        page = create_app(
            make_settings(
                NYLAS_API_KEY=KEY,
                NYLAS_CLIENT_ID="app-1",
                GOOGLE_CLIENT_ID="ours",
                GOOGLE_CLIENT_SECRET="secret",
            ),
            transport=httpx.MockTransport(self._answer),
        )
        self.visitor = Visitor.inside(page)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth2.googleapis.com":
            self.codes += parse_qs(request.content.decode())["code"]
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(200, json={"data": [{"provider": "google"}]})

    def begin(self) -> str:
        """Go to the provider; gives the state that it got."""
        page = self.visitor.enter("someone@gmail.com")
        location = self.visitor.client.get(page.leading("/start?")).headers["location"]
        return parse_qs(urlsplit(location).query)["state"][0]


def test_an_old_cookie_with_new_codes_causes_no_more_calls_to_the_provider() -> None:
    google = Google()
    state = google.begin()
    old = dict(google.visitor.client.cookies)
    for number in range(20):
        google.visitor.client.cookies = httpx.Cookies(old)
        answer = google.visitor.client.get(f"/oauth/google/callback?state={state}&code=c{number}")
        assert answer.status_code in (303, 400)
    assert google.codes == ["c0"]


def test_a_refusal_uses_the_state_up_as_well() -> None:
    google = Google()
    state = google.begin()
    old = dict(google.visitor.client.cookies)
    google.visitor.get(f"/oauth/google/callback?state={state}&error=access_denied")
    google.visitor.client.cookies = httpx.Cookies(old)
    google.visitor.client.get(f"/oauth/google/callback?state={state}&code=c")
    assert google.codes == []


@pytest.mark.parametrize("key", ["google", "microsoft"])
@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"},
                                     {"Sec-Fetch-Site": "same-site"},
                                     {"Sec-Fetch-Site": "none"},
                                     {"Sec-Fetch-Site": "same-origin"}], ids=str)  # fmt: skip
def test_a_foreign_page_cannot_send_anybody_to_a_provider(
    key: str, headers: dict[str, str]
) -> None:
    visitor = Visitor.inside(PAGE)
    page = reach(visitor, key)
    sign_in = page.url.params["s"]
    for address in (f"?s={sign_in}", "", f"?s={sign_in}&t=", f"?s={sign_in}&t={'0' * 32}"):
        answer = visitor.client.get(f"/oauth/{key}/start{address}", headers=headers)
        assert answer.headers["location"] == f"/oauth/{key}?s={sign_in}"
    assert "pending" not in visitor.get(answer.headers["location"]).html
    done = visitor.get(decide(visitor, start(visitor, page)))
    assert done.heading == DONE, "the page's own link still works"


def test_a_link_of_one_sign_in_or_provider_is_none_of_another() -> None:
    visitor = Visitor.inside(PAGE)
    first, second = (reach(visitor, "google") for _ in range(2))
    token = httpx.URL(first.leading("/start?")).params["t"]
    other = visitor.client.get(f"/oauth/google/start?s={second.url.params['s']}&t={token}")
    assert other.headers["location"].startswith("/oauth/google?")
    sign_in = first.url.params["s"]
    visitor.get(f"/oauth/microsoft?s={sign_in}")
    elsewhere = visitor.client.get(f"/oauth/microsoft/start?s={sign_in}&t={token}")
    assert elsewhere.headers["location"].startswith("/oauth/microsoft?")


def test_the_list_of_languages_leads_nobody_to_a_provider_past_its_page() -> None:
    visitor = Visitor.inside(PAGE)
    reach(visitor, "google")
    link = visitor.get("/languages?to=/oauth/google/start").links["Deutsch"]
    answer = visitor.client.get(link, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["location"].startswith("/oauth/google?")


@pytest.mark.parametrize(("key", "asks"), [("google", True), ("microsoft", True), ("zoom", False)])
def test_without_an_address_the_provider_asks_for_the_account(key: str, asks: bool) -> None:
    visitor, page = CallingApp(PAGE).send(provider=key)
    location = visitor.client.get(page.leading("/start?")).headers["location"]
    prompt = parse_qs(urlsplit(location).query).get("prompt", [""])[0]
    assert ("select_account" in prompt.split()) is asks


@pytest.mark.parametrize(
    ("key", "wanted", "sent", "hint"),
    [
        ("google", "select_account", "consent select_account", False),
        ("google", "login", "consent select_account", False),
        ("microsoft", "select_account", "select_account", False),
        ("microsoft", "login", "login", True),
        ("microsoft", "detect,login", "login", True),
        ("microsoft", "detect", None, True),
        ("yahoo", "login", None, False),
    ],
)
def test_an_app_may_have_the_provider_ask_about_the_account(
    key: str, wanted: str, sent: str | None, *, hint: bool
) -> None:
    visitor, page = CallingApp(PAGE).send(
        provider=key, prompt=wanted, login_hint="someone@example.com"
    )
    location = visitor.client.get(page.leading("/start?")).headers["location"]
    asked = httpx.URL(location).params
    assert (asked.get("prompt"), "login_hint" in asked) == (sent, hint)


@pytest.mark.parametrize("wanted", ["none", "consent", "login,none", "LOGIN"])
def test_other_prompts_are_refused_to_the_app(wanted: str) -> None:
    app = CallingApp(PAGE)
    answer = Visitor.inside(PAGE).client.get(app.address(prompt=wanted))
    assert app.heard(answer)["error"] == "invalid_request"


def test_with_an_address_the_provider_asks_for_no_account() -> None:
    visitor = Visitor.inside(PAGE)
    page = reach(visitor, "microsoft")
    location = visitor.client.get(page.leading("/start?")).headers["location"]
    assert "select_account" not in location

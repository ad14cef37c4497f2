from typing import Any
from urllib.parse import quote, unquote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import create_app
from latchkey.apps import AppRequest, LinkClaims
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import check_email
from latchkey.web.flow import SignIn
from latchkey.web.start import chooses_first, scope_for
from tests.calling import CALLBACK, HOSTED_AUTH, CallingApp
from tests.conftest import KEY, make_settings
from tests.latchkey.apps.test_return_addresses import ALLOWED, ATTACKS
from tests.latchkey.web.pages.test_chooser import choices
from tests.pages import Page, Visitor

APP = CallingApp(create_app(make_settings(RETURN_URIS=ALLOWED)), redirect_uri=ALLOWED)
GOOGLE = "https://www.googleapis.com/auth/"
FIRST = "Connect your mailbox"
CHOOSER = "Who runs your mailbox?"
UNKNOWN = "The way back isn’t set up correctly"
EVERY = list(PROVIDERS)


def arrive(**query: Any) -> Page:
    return APP.send(**query)[1]


def opened(url: str) -> Page:
    """What is shown right there, without going anywhere."""
    return Page(Visitor.inside(APP.page).client.get(url))


def leads_astray(location: str) -> bool:
    """Whether it leads to anything but pages of ours, and apps that are allowed."""
    ours = location.startswith("/") and not location.startswith(("//", "/\\"))
    return not ours and not location.startswith((f"{ALLOWED}?", f"{CALLBACK}?"))


def heard(**query: Any) -> dict[str, str]:
    return APP.heard(Visitor.inside(APP.page).client.get(APP.address(**query)))


@pytest.mark.parametrize("path", [HOSTED_AUTH, "/"])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_nobody_is_led_to_what_only_resembles_an_allowed_address(attack: str, path: str) -> None:
    for more in ({}, {"response_type": "token"}, {"state": "a" * 300}, {"link": "x"}):
        page = opened(APP.address(path, redirect_uri=attack, **more))
        assert (page.status, page.heading) == (400, UNKNOWN)
        assert "location" not in page.response.headers
        assert "refresh" not in page.response.headers
        assert "evil" not in page.html
        assert "alert(1)" not in page.html


def test_an_app_is_not_called_unknown_while_nylas_does_not_say_which_are_known() -> None:
    down = httpx.MockTransport(lambda request: httpx.Response(503))
    known = {"NYLAS_CLIENT_ID": APP.client_id, "RETURN_URIS": CALLBACK}
    page = create_app(make_settings(NYLAS_API_KEY=KEY, **known), transport=down)
    assert CallingApp(page).send()[1].heading == FIRST
    unsure = CallingApp(page, redirect_uri=ALLOWED).send()[1]
    assert (unsure.status, unsure.heading) == (503, "The service isn’t answering")


@pytest.mark.parametrize(
    "query",
    [
        f"redirect_uri={quote(ALLOWED)}&redirect_uri=https://evil.example",
        f"redirect_uri=https://evil.example&redirect_uri={quote(ALLOWED)}",
        f"redirect_uri={quote(ALLOWED)}&redirect_uri=",
        f"redirect_uri={quote(ALLOWED)}&redirect%5furi=https://evil.example",
        f"redirect_uri[]={quote(ALLOWED)}",
        f"Redirect_Uri={quote(ALLOWED)}",
        f"redirect_uri={quote(quote(ALLOWED, safe=''))}",
        f"redirect_uri={quote(ALLOWED)}%00",
        f"redirect_uri={quote(ALLOWED)}%ff",
        f"redirect_uri={quote(ALLOWED)}&client_id=another",
        f"redirect_uri={quote(ALLOWED)};client_id=another",
        "",
    ],
)
def test_nobody_is_led_anywhere_by_tricks_of_writing(query: str) -> None:
    page = opened(f"{HOSTED_AUTH}?client_id={APP.client_id}&response_type=code&{query}")
    assert (page.status, page.heading) == (400, UNKNOWN)
    assert "location" not in page.response.headers


def test_percent_encoding_as_browsers_do_it_is_no_trick() -> None:
    encoded = "".join(f"%{ord(letter):02x}" for letter in ALLOWED)
    url = f"{HOSTED_AUTH}?client_id={APP.client_id}&response_type=code&redirect_uri={encoded}"
    assert Visitor.inside(APP.page).get(url).heading == FIRST


@pytest.mark.parametrize("client_id", ["", "another", "SANDBOX-APPLICATION", "ü", "\x00", None])
def test_another_client_is_told_to_the_person_only(client_id: str | None) -> None:
    page = opened(APP.address(client_id=client_id))
    assert (page.status, page.heading) == (400, UNKNOWN)
    assert page.support_code


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"provider": "aol"}, "invalid_request"),
        ({"scope": "a\tb"}, "invalid_scope"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_the_app_is_told_what_it_did_wrong(query: dict[str, Any], error: str) -> None:
    told = heard(state="ü &", **query)
    assert (told["error"], told["state"], told["error_code"]) == (error, "ü &", "400")


NAMES = st.sampled_from(
    ["client_id", "redirect_uri", "response_type", "provider", "prompt", "login_hint", "state",
     "scope", "access_type", "code_challenge", "code_challenge_method", "credential_id",
     "options", "link", "s", "more"]
)  # fmt: skip
# HTML has no control characters; whether they break anything, the bytes below show.
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn"])
VALUES = st.one_of(
    st.text(LETTERS, max_size=20),
    st.sampled_from(
        [ALLOWED, CALLBACK, "https://evil.example", APP.client_id, "code", "imap", "google,imap",
         "select_provider", "detect", "someone@example.com", "a" * 257, "S256", "plain", "", "."]
    ),
)  # fmt: skip


@settings(max_examples=3 * settings().max_examples)
@given(
    path=st.sampled_from([HOSTED_AUTH, "/"]),
    pairs=st.lists(st.tuples(NAMES, VALUES), max_size=10),
    good=st.booleans(),
)
def test_no_query_breaks_anything_or_leads_astray(
    path: str, pairs: list[tuple[str, str]], good: bool
) -> None:
    usual = [("client_id", APP.client_id), ("redirect_uri", ALLOWED), ("response_type", "code")]
    query = urlencode([*(usual if good else []), *pairs])
    answer = Visitor.inside(APP.page).client.get(f"{path}?{query}")
    assert answer.status_code < 500
    if answer.is_redirect:
        assert not leads_astray(answer.headers["location"])
    else:
        Page(answer)


@given(query=st.binary(max_size=200))
def test_no_bytes_break_anything_or_lead_astray(query: bytes) -> None:
    address = APP.address(state="").encode() + b"&" + query
    path, _, raw = address.decode("latin-1").partition("?")
    with APP.page.test_client().get(path, environ_overrides={"QUERY_STRING": raw}) as answer:
        assert answer.status_code < 500
        assert not leads_astray(answer.headers.get("Location", "/"))


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ({}, FIRST),
        ({"prompt": "detect"}, FIRST),
        ({"prompt": "detect,select_provider"}, FIRST),
        ({"prompt": "select_provider"}, CHOOSER),
        ({"prompt": "select_provider,detect"}, CHOOSER),
        ({"provider": "google,imap"}, CHOOSER),
        ({"provider": "google,imap", "prompt": "detect"}, FIRST),
        ({"provider": "google"}, "Continue with Google"),
        ({"provider": "google", "prompt": "select_provider"}, "Continue with Google"),
        ({"provider": "zoom", "login_hint": "not an address"}, "Continue with Zoom"),
        ({"provider": "imap"}, FIRST),
        ({"provider": "imap", "prompt": "select_provider"}, FIRST),
        ({"provider": "imap", "login_hint": "not an address"}, FIRST),
        ({"provider": "imap", "login_hint": "ü@example.com"}, FIRST),
        ({"provider": "imap", "login_hint": "a@example.com"}, "Sign in to example.com"),
        ({"provider": "icloud", "login_hint": "a@example.com"}, "Sign in to Apple iCloud"),
        ({"login_hint": "a@example.com"}, FIRST),
        ({"login_hint": "a@example.com", "prompt": "select_provider"}, CHOOSER),
    ],
)
@pytest.mark.parametrize("path", [HOSTED_AUTH, "/"])
def test_the_request_decides_which_page_comes_first(
    query: dict[str, str], heading: str, path: str
) -> None:
    visitor = Visitor.inside(APP.page)
    page = visitor.get(APP.address(path, **query))
    assert (page.status, page.heading) == (200, heading)
    assert APP.get_back(visitor, page)["error"] == "access_denied"


@pytest.mark.parametrize("domain", ["аррӏе.com", "xn--80ak6aa92e.com", "bücher.example"])  # noqa: RUF001 # is the point
@pytest.mark.parametrize(
    "query", [{"provider": "imap"}, {"provider": "google"}, {"prompt": "select_provider"}, {}]
)
@pytest.mark.parametrize("path", [HOSTED_AUTH, "/"])
def test_a_domain_that_may_look_like_another_is_seen_before_a_password_is_asked_for(
    domain: str, query: dict[str, str], path: str
) -> None:
    visitor = Visitor.inside(APP.page)
    page = visitor.get(APP.address(path, login_hint=f"cfo@{domain}", **query))
    typed, in_ascii = (
        check_email(f"cfo@{domain}").normalized,
        check_email(f"cfo@{domain}").ascii_domain,
    )
    assert (page.heading, page.fields()["email"]) == (FIRST, typed)
    page = visitor.submit(page)
    assert f"{typed} ({in_ascii})" in page.text
    if "provider" in query:
        assert f"/{query['provider']}" in page.url.path


def test_a_signed_link_settles_such_a_domain_as_well() -> None:
    links = APP.page.extensions["services"].links
    link = links.make("ann@bücher.example", seconds=600, provider="imap")
    page = Visitor.inside(APP.page).get(APP.address(link=link))
    assert page.heading == "Sign in to bücher.example"
    assert "ann@bücher.example (xn--bcher-kva.example)" in page.text


def test_a_hint_in_full_width_letters_is_an_ascii_domain() -> None:
    page = arrive(provider="imap", login_hint="a@ｅｘａｍｐｌｅ.com")  # noqa: RUF001 # is the point
    assert page.heading == "Sign in to example.com"


def test_a_hint_fills_in_the_address_and_can_be_changed() -> None:
    visitor, page = APP.send(login_hint=" someone@bücher.example ")
    assert page.fields()["email"] == "someone@bücher.example"
    assert "other@example.com" in visitor.submit(page, email="other@example.com").text


def test_the_first_page_can_do_with_an_address_to_go_back_to() -> None:
    visitor = Visitor.inside(APP.page)
    page = visitor.get(f"/?{urlencode({'redirect_uri': ALLOWED, 'state': 's'})}")
    assert APP.get_back(visitor, page)["state"] == "s"
    assert heard(client_id=APP.client_id, response_type=None)["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("yahoo,imap", ["/oauth/yahoo", "/connect/imap"]),
        ("imap,yahoo", ["/connect/imap", "/oauth/yahoo"]),
        ("zoom,ews,google", ["/oauth/zoom", "/connect/ews", "/oauth/google"]),
    ],
)
def test_only_the_providers_of_the_app_can_be_chosen_in_its_order(
    provider: str, expected: list[str]
) -> None:
    assert list(choices(arrive(provider=provider)).values()) == expected


def test_what_the_app_does_not_want_cannot_be_reached_another_way() -> None:
    visitor, page = APP.send(provider="imap,icloud")
    query = page.url.query.decode()
    assert visitor.get(f"/oauth/google?{query}").heading == "Google is not configured here"
    assert visitor.get(f"/oauth/google/start?{query}").heading == "Google is not configured here"
    page = visitor.get(f"/connect/ews?{query}")
    assert (page.status, page.heading) == (404, "This kind of mailbox can’t be connected here")


def sign_in(*, app: AppRequest | None = None, link_claims: LinkClaims | None = None) -> SignIn:
    return SignIn(
        id="a", salt="b", email="", display_address="", started=0, saved=0,
        app=app, link_claims=link_claims,
    )  # fmt: skip


def wants(**more: Any) -> AppRequest:
    return AppRequest(client_id=APP.client_id, redirect_uri=ALLOWED, **more)


def test_permissions_of_the_app_are_for_the_one_provider_it_asked_for() -> None:
    google, ews = PROVIDERS["google"], PROVIDERS["ews"]
    scope = (f"{GOOGLE}gmail.readonly",)
    one = sign_in(app=wants(providers=("google",), scope=scope))
    assert scope_for(one, google) == scope
    assert scope_for(one, ews) == ews.scope
    for other in (wants(scope=scope), wants(providers=("google", "ews"), scope=scope), None):
        assert scope_for(sign_in(app=other), google) == ()
        assert scope_for(sign_in(app=other), ews) == ews.scope


def test_with_a_link_nobody_chooses_before_seeing_whose_mailbox_it_is_about() -> None:
    link_claims = LinkClaims(id="link-id-1", email="someone@example.com", exp=0)
    assert chooses_first(sign_in(app=wants(choose=True)))
    assert not chooses_first(sign_in(app=wants(choose=True), link_claims=link_claims))
    assert not chooses_first(sign_in())


@pytest.mark.parametrize("state", ["%FF%FEabc", "a%E4", "%ED%A0%80", "%25FF%FF"])
def test_a_state_that_could_not_come_back_as_it_was_is_refused(state: str) -> None:
    told = APP.heard(Visitor.inside(APP.page).client.get(f"{APP.address()}&state={state}"))
    assert (told["error"], told["error_description"]) == ("invalid_request", "state is not UTF-8")
    assert "state" not in told


@pytest.mark.parametrize("state", ["%25FF%25FE", "50%25", "%C3%BC%25", "%25E4%F0%9F%98%80"])
def test_a_state_with_a_percent_sign_comes_back_as_it_was(state: str) -> None:
    visitor = Visitor.inside(APP.page)
    page = visitor.get(f"{APP.address(login_hint='someone@example.com')}&state={state}")
    assert page.status == 200
    address = f"{APP.address(response_type='token')}&state={state}"
    assert APP.heard(visitor.client.get(address))["state"] == unquote(state)

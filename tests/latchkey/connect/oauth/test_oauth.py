import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from config import Client
from latchkey.connect.oauth import OAuthClient, PendingAuthorization, pending_for, refused_by
from latchkey.connect.oauth.answers import claims_of
from latchkey.infra.errors import BadAnswer, UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.problems.oauth_codes import ProviderRefused
from latchkey.providers import PROVIDERS
from latchkey.providers.model import Account
from tests.conftest import Clock

REDIRECT_URI = "https://connect.example.com/oauth/google/callback"
Answering = Callable[[httpx.Request], httpx.Response]


def make_client(key: str = "google", answer: Answering | None = None, **client: Any) -> OAuthClient:
    provider = PROVIDERS[key]
    assert provider.oauth
    transport = httpx.MockTransport(answer or (lambda request: httpx.Response(500)))
    made = Client(**{"id": "our id", "secret": "our s&cret", **client})
    upstream = HttpClient(transport=transport)
    return OAuthClient(upstream, provider, provider.oauth, made, tenant="common")


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def id_token(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.c2ln"


def tokens(**changes: object) -> httpx.Response:
    content = {"access_token": "access", "refresh_token": "refresh", "token_type": "Bearer"}
    return httpx.Response(200, json={**content, **changes})


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo", "zoom"])
def test_the_way_there_carries_what_each_provider_wants(key: str) -> None:
    client = make_client(key)
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    query = query_of(client.authorization_url(pending, email="user+tag@example.com"))
    assert query["response_type"] == "code"
    assert query["client_id"] == "our id"
    assert query["redirect_uri"] == REDIRECT_URI
    assert query["state"] == pending.state
    assert ("scope" in query) == (key != "zoom")
    assert query["code_challenge"] == pending.challenge
    assert query["code_challenge_method"] == "S256"
    assert query.get("nonce") == (pending.nonce if "openid" in client.scopes else None)
    assert query.get("login_hint") == (
        "user+tag@example.com" if key in ("google", "microsoft") else None
    )
    if key == "google":
        assert (query["access_type"], query["prompt"]) == ("offline", "consent")
    if key == "microsoft":
        assert "prompt" not in query, "a forced consent stops people whose administrator consented"


def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    client = make_client()
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    query = query_of(client.authorization_url(pending, email="a@example.com"))
    digest = hashlib.sha256(pending.verifier.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert query["code_challenge"] == wanted
    assert query["code_challenge_method"] == "S256"


def test_every_trip_is_its_own() -> None:
    client = make_client()
    trips = [client.begin(sign_in="abc", redirect_uri=REDIRECT_URI) for _ in range(50)]
    assert len({pending.state for pending in trips}) == 50
    assert len({pending.verifier for pending in trips}) == 50
    # 256 bits are 43 characters of base64.
    lengths = {
        (len(pending.state.partition(".")[2]), len(pending.nonce), len(pending.verifier))
        for pending in trips
    }
    assert lengths == {(43, 22, 64)}
    assert all(len(pending.state) <= 256 for pending in trips)


def test_another_account_can_be_picked() -> None:
    client = make_client("microsoft")
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    url = client.authorization_url(pending, email="a@example.com", other_account=True)
    assert query_of(url)["prompt"] == "select_account"
    assert "login_hint" not in query_of(url)
    google = make_client("google")
    url = google.authorization_url(pending, email="a@example.com", other_account=True)
    assert query_of(url)["prompt"] == "consent select_account"
    assert "login_hint" not in query_of(url)


def test_a_pending_authorization_comes_back_once_in_time_to_its_provider() -> None:
    pending = make_client().begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    stored = pending
    assert pending_for(stored, state=pending.state, provider="google") == pending
    assert pending_for(None, state=pending.state, provider="google") is None
    assert pending_for(stored, state=pending.state, provider="microsoft") is None
    assert pending_for(stored, state=pending.state + "x", provider="google") is None
    assert pending_for(stored, state="ü\udcff", provider="google") is None


def test_people_have_half_an_hour_at_the_provider(wait: Clock) -> None:
    pending = make_client().begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    wait(30 * 60)
    assert pending_for(pending, state=pending.state, provider="google") == pending
    wait(1)
    assert pending_for(pending, state=pending.state, provider="google") is None


@pytest.mark.parametrize(
    ("issuer", "ours"),
    [
        ("https://accounts.google.com", True),
        ("https://accounts.google.com.evil.example", False),
        ("http://accounts.google.com", False),
        ("https://accounts.google.com:444", False),
        ("https://login.microsoftonline.com/x/v2.0", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_an_issuer_of_another_origin_is_foreign(issuer: str, ours: bool) -> None:
    client = make_client()
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    assert client.is_from_here(pending, issuer) is ours


def test_a_provider_of_our_own_origin_may_name_it_as_issuer() -> None:
    client = make_client(endpoints={"authorize": "/sandbox/authorize"})
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    assert client.is_from_here(pending, "https://connect.example.com")
    assert not client.is_from_here(pending, "https://accounts.google.com")


def exchange(
    answer: Answering | httpx.Response,
    key: str = "google",
    *,
    verifier: str = "verifier",
    **client: Any,
) -> tuple[Any, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer if isinstance(answer, httpx.Response) else answer(request)

    made = make_client(key, handle, **client)
    pending = PendingAuthorization(
        provider=key,
        state="abc.def",
        nonce="nonce",
        verifier=verifier,
        redirect_uri=REDIRECT_URI,
        started=int(time.time()),
    )
    return made.exchange(pending, "the code"), seen


def account_of(
    answer: Answering | httpx.Response, key: str = "google", expected: str = ""
) -> tuple[Account, list[httpx.Request]]:
    """Whose account it is, when the provider answers like that."""
    found, seen = exchange(answer, key)

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return answer if isinstance(answer, httpx.Response) else answer(request)

    return make_client(key, handle).account(found, expected=expected), seen


def good_id_token(**changes: object) -> str:
    claims = {"aud": "our id", "exp": int(time.time()) + 60, "nonce": "nonce", "sub": "subject"}
    who = {"email": "A@example.com", "email_verified": True}
    return id_token(**{**claims, **who, **changes})


@pytest.mark.parametrize("key", ["google", "microsoft", "yahoo", "zoom"])
def test_the_client_signs_in_to_the_token_endpoint_as_each_provider_wants(key: str) -> None:
    _, seen = exchange(tokens(id_token=good_id_token()), key)
    form = dict(parse_qsl(seen[0].content.decode()))
    assert form["grant_type"] == "authorization_code"
    assert form["code"] == "the code"
    assert form["redirect_uri"] == REDIRECT_URI
    assert form["code_verifier"] == "verifier"
    if key == "zoom":
        given = base64.b64decode(seen[0].headers["authorization"].removeprefix("Basic "))
        assert given == b"our%20id:our%20s%26cret"
        assert "client_secret" not in form
    else:
        assert (form["client_id"], form["client_secret"]) == ("our id", "our s&cret")
        assert "authorization" not in seen[0].headers


def test_who_was_sent_to_yahoo_without_a_challenge_comes_back_without_a_verifier() -> None:
    # By the version before, while this one was being deployed.
    _, seen = exchange(tokens(id_token=good_id_token()), "yahoo", verifier="")
    form = dict(parse_qsl(seen[0].content.decode(), keep_blank_values=True))
    assert "code_verifier" not in form


def test_the_account_is_read_from_an_id_token_that_is_ours() -> None:
    found, seen = account_of(tokens(id_token=good_id_token()))
    assert found == Account(proven=("a@example.com",))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("claims", "ours"),
    [
        ({"aud": ["our id"]}, True),
        ({"aud": ["our id"], "azp": "our id"}, True),
        ({"aud": ["our id", "another"], "azp": "our id"}, True),
        ({"aud": ["our id", "another"]}, False),
        ({"aud": ["our id", "another"], "azp": "another"}, False),
        ({"aud": "our id", "azp": "another"}, False),
        ({"aud": [], "azp": "our id"}, False),
    ],
)
def test_an_id_token_for_several_clients_has_to_be_issued_to_ours(
    claims: dict[str, object], ours: bool
) -> None:
    found, _ = exchange(tokens(id_token=good_id_token(**claims)))
    assert bool(found.claims) is ours


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "somebody else"},
        {"exp": 1},
        {"exp": "soon"},
        {"email": 7},
        {"email": "no address"},
    ],
)
def test_an_id_token_that_is_not_ours_tells_nothing(wrong: dict[str, object]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return tokens(id_token=good_id_token(**wrong))
        assert request.headers["authorization"] == "Bearer access"
        who = {"sub": "subject", "email": "userinfo@example.com", "email_verified": True}
        return httpx.Response(200, json=who)

    found, _ = account_of(answer)
    assert found == Account(proven=("userinfo@example.com",))


def test_an_id_token_counts_until_it_expires_and_only_with_a_nonce(wait: Clock) -> None:
    def claims(token: object) -> dict[str, Any]:
        return claims_of(token, client_id="our id", nonce="nonce")

    now = int(time.time())
    assert claims(good_id_token(exp=now + 1))
    assert not claims(good_id_token(exp=now))
    assert not claims(id_token(aud="our id", exp=now + 60))


def test_the_nonce_of_another_sign_in_is_refused() -> None:
    with pytest.raises(ProviderRefused) as caught:
        exchange(tokens(id_token=good_id_token(nonce="another")))
    assert caught.value.error == "invalid_grant"


def test_a_refresh_token_that_is_no_text_is_none() -> None:
    found, _ = exchange(tokens(refresh_token=7))
    assert found.refresh_token == ""


def test_an_app_may_ask_for_other_permissions_and_each_is_named_once() -> None:
    client = make_client("microsoft")
    before = client.scopes
    assert client.asking_for(["Mail.Read", "openid", "Mail.Read"]).scopes == (
        "openid", "profile", "email", "offline_access", "User.Read", "Mail.Read",
    )  # fmt: skip
    assert client.scopes == before


@pytest.mark.parametrize("broken", [None, 7, "", "x", "a.b.c", "e30.!!!.x", "e30.WzFd.x"])
def test_a_broken_id_token_is_no_trouble(broken: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return tokens(id_token=broken) if request.method == "POST" else httpx.Response(500)

    found, seen = account_of(answer)
    assert found == Account()
    assert [request.method for request in seen] == ["POST", "GET"]


def test_an_account_that_cannot_be_asked_for_is_not_known() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return tokens()
        raise httpx.ReadTimeout("no answer")

    found, seen = account_of(answer)
    assert found == Account()
    assert [request.method for request in seen] == ["POST", "GET"]


def test_the_mail_address_of_graph_is_only_claimed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        me = {"mail": "Given@example.com", "userPrincipalName": "upn@example.onmicrosoft.com"}
        return tokens() if request.method == "POST" else httpx.Response(200, json=me)

    found, _ = account_of(answer, "microsoft")
    assert found == Account(claimed=("given@example.com", "upn@example.onmicrosoft.com"))


@pytest.mark.parametrize("refuses_select", [False, True])
def test_graph_is_asked_for_all_names_of_a_mailbox(*, refuses_select: bool) -> None:
    claims = {"oid": "o", "tid": "t", "preferred_username": "upn@example.com"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return tokens(id_token=good_id_token(email=None, **claims))
        asked = request.url.params.get("$select", "")
        if asked and refuses_select:
            return httpx.Response(400, json={"error": {"code": "BadRequest"}})
        me: dict[str, object] = {"id": "o", "mail": "given@example.com"}
        names = ["SMTP:given@example.com", "smtp:alias@second.example", "X500:/o=x"]
        return httpx.Response(200, json=me | ({"proxyAddresses": names} if asked else {}))

    found, seen = account_of(answer, "microsoft", "alias@second.example")
    assert (seen[-1].url.query == b"") is refuses_select
    assert found.names("given@example.com")
    assert found.names("alias@second.example") is not refuses_select
    assert not found.proves("alias@second.example")


def test_an_endpoint_may_have_a_query_of_its_own() -> None:
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return tokens() if request.method == "POST" else httpx.Response(200, json={"id": "o"})

    client = make_client("microsoft", answer, endpoints={"userinfo": "https://graph.example/?a=b"})
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    client.account(client.exchange(pending, "code"), expected="")
    assert str(seen[-1]).startswith("https://graph.example/?a=b&$select=")


def test_userinfo_is_asked_only_while_the_expected_address_is_not_proven() -> None:
    claims = {"oid": "o", "tid": "t", "preferred_username": "upn@example.com"}

    def answer(request: httpx.Request) -> httpx.Response:
        me = {"id": "o", "mail": "given@example.com"}
        made = tokens(id_token=good_id_token(email=None, **claims))
        return made if request.method == "POST" else httpx.Response(200, json=me)

    for expected, asked in (("", 1), ("UPN@example.com", 1), ("given@example.com", 2)):
        found, seen = account_of(answer, "microsoft", expected)
        assert len(seen) == asked
        assert found.proves("upn@example.com")
    assert found.names("given@example.com")
    assert not found.proves("given@example.com")


@pytest.mark.parametrize(
    ("key", "granted", "missing"),
    [
        ("google", None, ()),
        (
            "google",
            "openid https://www.googleapis.com/auth/userinfo.email "
            "https://www.googleapis.com/auth/gmail.modify https://www.googleapis.com/auth/contacts",
            ("https://www.googleapis.com/auth/calendar",),
        ),
        (
            "microsoft",
            "https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send "
            "https://graph.microsoft.com/calendars.readwrite",
            ("Contacts.ReadWrite",),
        ),
        ("yahoo", "mail-w openid", ()),
        ("yahoo", "openid,mail-w", ()),
        ("zoom", "meeting:write:meeting", ()),
    ],
)
def test_permissions_that_were_unticked_are_noticed(
    key: str, granted: str | None, missing: tuple[str, ...]
) -> None:
    answer = tokens(id_token=good_id_token(), **({"scope": granted} if granted else {}))
    found, _ = exchange(answer, key)
    assert found.missing == missing


@pytest.mark.parametrize(
    ("answer", "error", "numbers"),
    [
        (httpx.Response(400, json={"error": "invalid_grant"}), "invalid_grant", ()),
        (
            httpx.Response(400, json={"error": "invalid_grant", "error_codes": [54005, "x"]}),
            "invalid_grant",
            (54005,),
        ),
        (
            httpx.Response(
                401, json={"error": 7, "error_description": "AADSTS7000215: Invalid secret."}
            ),
            "",
            (7000215,),
        ),
        (
            httpx.Response(
                400,
                json={"reason": "Invalid authorization code c-1", "error": "invalid_request"},
            ),
            "invalid_grant",
            (),
        ),
        (
            httpx.Response(400, json={"reason": "Missing grant type", "error": "invalid_request"}),
            "invalid_request",
            (),
        ),
        (httpx.Response(400, json={"error": "x" * 101}), "x" * 100, ()),
        (httpx.Response(503, text="<html>"), "", ()),
    ],
)
def test_what_the_token_endpoint_refuses_is_read(
    answer: httpx.Response, error: str, numbers: tuple[int, ...]
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        exchange(answer)
    assert (caught.value.error, caught.value.numbers) == (error, numbers)
    assert caught.value.status == answer.status_code


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["access"]),
        httpx.Response(200, json={"access_token": 7}),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"x" * 300_000),
        httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
    ],
)
def test_an_answer_that_is_none_is_said_to_be_none(answer: httpx.Response) -> None:
    with pytest.raises(BadAnswer):
        exchange(answer)


def test_tokens_and_secrets_are_in_no_text() -> None:
    found, _ = exchange(tokens(id_token=good_id_token()))
    assert "refresh" not in repr(found).replace("refresh_token", "")
    with pytest.raises(UpstreamError) as caught:
        exchange(httpx.Response(400, json={"error_description": "refresh our s&cret"}))
    assert "s&cret" not in str(caught.value)


def test_tokens_are_given_back_only_where_there_is_a_way_and_failing_is_no_trouble() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return (
            tokens(id_token=good_id_token()) if "token" in request.url.path else httpx.Response(500)
        )

    for key in ("google", "microsoft"):
        client = make_client(key, answer)
        pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
        pending = replace(pending, nonce="nonce")
        client.revoke(client.exchange(pending, "code"))
    (revoked,) = [request for request in seen if "revoke" in str(request.url)]
    assert str(revoked.url) == "https://oauth2.googleapis.com/revoke"
    assert dict(parse_qsl(revoked.content.decode()))["token"] == "refresh"


def test_an_error_in_the_address_is_read_by_its_number() -> None:
    query = {"error": "access_denied", "error_description": "AADSTS65004: User declined."}
    refused = refused_by(query)
    assert (refused.error, refused.numbers) == ("access_denied", (65004,))
    assert refused_by({"error": "x" * 500}).error == "x" * 100
    assert refused_by({"error": "a", "error_description": "AADSTS: none"}).numbers == ()
    several = {"error": "a", "error_description": "AADSTS1234567890: A. AADSTS50000: B."}
    assert refused_by(several).numbers == (123456789,), "of several the first, nine digits of it"
    assert (refused_by({}).error, refused_by({}).numbers) == ("", ())
    for error in ("access_denied", "server_error", ""):
        assert refused_by({"error": error, "error_subcode": "cancel"}).error == "access_denied"


def test_the_page_for_administrators_names_client_scopes_and_way_back() -> None:
    client = make_client("microsoft")
    url = client.admin_consent_url(domain="example.com", redirect_uri=REDIRECT_URI)
    assert url.startswith("https://login.microsoftonline.com/example.com/v2.0/adminconsent?")
    query = query_of(url)
    assert query["client_id"] == "our id"
    assert query["redirect_uri"] == REDIRECT_URI
    assert "https://graph.microsoft.com/Mail.Send" in query["scope"].split()
    assert "openid" not in query["scope"]
    assert "state=" not in url
    assert make_client("google").admin_consent_url(domain="a", redirect_uri=REDIRECT_URI) == ""


def test_administrators_bring_back_the_state_and_are_asked_for_each_permission_once() -> None:
    client = make_client(
        "microsoft",
        scopes=("https://graph.microsoft.com/Mail.Read", "Calendars.Read", "offline_access"),
        endpoints={"adminconsent": "/sandbox/{organisation}/consent"},
    )
    url = client.admin_consent_url(domain="corp.example", redirect_uri=REDIRECT_URI, state="s")
    assert url == (
        "https://connect.example.com/sandbox/corp.example/consent?client_id=our%20id&scope="
        "https%3A%2F%2Fgraph.microsoft.com%2FMail.Read%20"
        "https%3A%2F%2Fgraph.microsoft.com%2FCalendars.Read&redirect_uri="
        "https%3A%2F%2Fconnect.example.com%2Foauth%2Fgoogle%2Fcallback&state=s"
    )


def test_in_a_sovereign_cloud_administrators_approve_where_people_sign_in() -> None:
    client = make_client(
        "microsoft",
        scopes=(
            "openid", "https://graph.microsoft.us/Mail.Read", "User.Read",
            "https://outlook.office365.us/IMAP.AccessAsUser.All",
        ),
        endpoints={
            "authorize": "https://login.microsoftonline.us/{tenant}/oauth2/v2.0/authorize",
            "userinfo": "https://graph.microsoft.us/v1.0/me",
        },
    )  # fmt: skip
    url = client.admin_consent_url(domain="agency.example", redirect_uri=REDIRECT_URI)
    assert url.startswith("https://login.microsoftonline.us/agency.example/v2.0/adminconsent?")
    assert query_of(url)["scope"].split() == [
        "https://graph.microsoft.us/Mail.Read", "https://graph.microsoft.us/User.Read",
        "https://outlook.office365.us/IMAP.AccessAsUser.All",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "graph",
    ["graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"],
)
def test_scopes_of_a_sovereign_cloud_are_granted_by_their_short_names(graph: str) -> None:
    scopes = ("openid", f"https://{graph}/Mail.ReadWrite", f"https://{graph}/User.Read")
    for granted in ("openid Mail.ReadWrite", f"https://{graph}/Mail.ReadWrite"):
        found, _ = exchange(tokens(scope=granted), "microsoft", scopes=scopes)
        assert found.missing == ()
    found, _ = exchange(tokens(scope="openid"), "microsoft", scopes=scopes)
    assert found.missing == (f"https://{graph}/Mail.ReadWrite",)


def test_the_tenant_is_also_part_of_addresses_that_replace_microsofts() -> None:
    address = "https://login.microsoftonline.us/{tenant}/oauth2/v2.0/"
    client = make_client("microsoft", endpoints={"authorize": f"{address}authorize"})
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    url = client.authorization_url(pending, email="a@example.com")
    assert url.startswith("https://login.microsoftonline.us/common/oauth2/v2.0/authorize?")
    _, seen = exchange(tokens(), "microsoft", endpoints={"token": f"{address}token"})
    assert str(seen[0].url) == "https://login.microsoftonline.us/common/oauth2/v2.0/token"


def test_endpoints_and_scopes_can_be_replaced() -> None:
    client = make_client(
        scopes=("openid", "one"), endpoints={"authorize": "http://localhost:9/authorize?x=1"}
    )
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    url = client.authorization_url(pending, email="a@example.com")
    assert url.startswith("http://localhost:9/authorize?x=1&")
    assert query_of(url)["scope"] == "openid one"
    # Some providers read a plus sign as one.
    assert "scope=openid%20one" in url


def test_the_tenant_is_part_of_microsofts_addresses() -> None:
    client = make_client("microsoft")
    pending = client.begin(sign_in="abc", redirect_uri=REDIRECT_URI)
    url = client.authorization_url(pending, email="a@example.com")
    assert url.startswith("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?")

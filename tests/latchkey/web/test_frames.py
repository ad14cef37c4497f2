from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from latchkey.apps import LinkRefused
from latchkey.connect import Connected
from latchkey.nylas import Grant
from latchkey.problems.apps import LINK_USED
from tests.apps import company, visitor_at
from tests.latchkey.web.test_security import PUBLIC
from tests.pages import CSP, Visitor
from tests.test_config import GOOD, load, problems

ONE, TWO = "https://app.example.com", "https://intranet.example.org:8443"
APP = company(PUBLIC_URL=PUBLIC, EMBED_ORIGINS=f"{ONE}, {TWO}")


def framed(app: object = APP) -> Visitor:
    return visitor_at(app, PUBLIC, **{"Sec-Fetch-Dest": "iframe"})


@pytest.mark.parametrize("path", ["/", "/nowhere", "/languages"])
def test_pages_of_the_named_origins_may_frame_every_page_and_no_others(path: str) -> None:
    answer = framed().client.get(path)
    named = CSP.replace("frame-ancestors 'none'", f"frame-ancestors {ONE} {TWO}")
    assert answer.headers["Content-Security-Policy"] == named
    assert "X-Frame-Options" not in answer.headers
    on_the_way = framed().client.get("/connected")
    assert on_the_way.status_code == 302
    assert "X-Frame-Options" not in on_the_way.headers


def test_cookies_work_in_frames_and_stay_apart_from_those_of_other_pages() -> None:
    visitor = framed()
    answer = visitor.client.get("/")
    form = answer.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    step = visitor.client.post("/", data={"csrf_token": form, "email": "someone@example.com"})
    cookies = [*answer.headers.get_list("set-cookie"), *step.headers.get_list("set-cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        flags = sorted(cookie.split("; ")[1:])
        assert flags == ["HttpOnly", "Partitioned", "Path=/", "SameSite=None", "Secure"]


def test_people_leave_the_frame_for_a_provider_and_begin_again_in_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = company(
        PUBLIC_URL=PUBLIC, EMBED_ORIGINS=ONE, GOOGLE_CLIENT_ID="id", GOOGLE_CLIENT_SECRET="secret"
    )
    visitor = framed(app)
    step = visitor.client.get("/")
    token = step.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"csrf_token": token, "email": "someone@gmail.com"}
    page = visitor.client.post("/", data=typed, follow_redirects=True)
    out = f'href="{PUBLIC}/?login_hint=someone@gmail.com" target="_top"'
    assert page.text.count('target="_top"') == 1
    assert out in page.text
    assert "/oauth/google/start" not in page.text
    in_window = visitor.client.get(str(page.url), headers={"Sec-Fetch-Dest": "document"})
    assert "_top" not in in_window.text
    assert "/oauth/google/start" in in_window.text


@pytest.mark.parametrize("required", ["true", "false"])
@pytest.mark.parametrize("of_an_app", [True, False])
def test_a_signed_link_still_decides_in_the_window_around_the_frame(
    required: str, of_an_app: bool
) -> None:
    app = company(
        PUBLIC_URL=PUBLIC, EMBED_ORIGINS=ONE, GOOGLE_CLIENT_ID="id", GOOGLE_CLIENT_SECRET="secret",
        LINK_REQUIRED=required, RETURN_URIS="https://app.example.com/back",
    )  # fmt: skip
    links = app.extensions["services"].links
    to_app = {"redirect_uri": "https://app.example.com/back", "state": "S1"} if of_an_app else {}
    link = links.make("pinned@gmail.com", seconds=600, provider="google", locale="de", **to_app)
    page = framed(app).client.get(f"/?link={link}", follow_redirects=True)
    out = unescape(page.text.partition('" target="_top"')[0].rpartition('href="')[2])
    assert link not in out
    assert "pinned" not in out

    in_window = visitor_at(app, PUBLIC).client.get(out, follow_redirects=True)
    assert in_window.status_code == 200
    assert "<title>Weiter mit Google" in in_window.text
    assert "pinned@gmail.com" in in_window.text.replace("<wbr>", "")
    query = parse_qs(urlsplit(out).query)
    carried, before = links.read(query["link"][0]), links.read(link)
    assert carried == before
    assert {name: query[name][0] for name in to_app} == to_app


def test_on_the_way_out_of_a_frame_the_links_state_and_way_back_stay_its_own() -> None:
    back, other = "https://app.example.com/back", "https://other.example.com/back"
    app = company(
        PUBLIC_URL=PUBLIC, EMBED_ORIGINS=ONE, GOOGLE_CLIENT_ID="id", GOOGLE_CLIENT_SECRET="secret",
        RETURN_URIS=f"{back},{other}",
    )  # fmt: skip
    links = app.extensions["services"].links
    link = links.make(
        "pinned@gmail.com", seconds=600, provider="google", redirect_uri=back, state="S1"
    )
    page = framed(app).client.get(f"/?link={link}", follow_redirects=True)
    out = unescape(page.text.partition('" target="_top"')[0].rpartition('href="')[2])
    query = {name: values[0] for name, values in parse_qs(urlsplit(out).query).items()}
    altered = f"/v3/connect/auth?{urlencode(query | {'redirect_uri': other, 'state': 'S2'})}"
    client = visitor_at(app, PUBLIC).client
    in_window = client.get(altered, follow_redirects=True).text
    way_back = unescape(in_window.partition('href="/return?')[2].partition('"')[0])
    left = client.get(f"/return?{way_back}").headers["location"]
    assert left.startswith(f"{back}?")
    assert parse_qs(urlsplit(left).query)["state"] == ["S1"]


def test_what_was_carried_of_a_link_is_used_up_with_it() -> None:
    links = company().extensions["services"].links
    link = links.make("pinned@gmail.com", seconds=600)
    carried = links.carry(links.read(link))
    grant = Grant(id="grant", email="pinned@gmail.com", provider="google")
    links.redeem(links.read(carried), lambda: Connected(grant=grant))
    for text in (link, carried):
        with pytest.raises(LinkRefused) as refused:
            links.read(text)
        assert refused.value.problem is LINK_USED


def test_without_the_setting_a_frame_changes_nothing() -> None:
    visitor = visitor_at(company(PUBLIC_URL=PUBLIC), PUBLIC, **{"Sec-Fetch-Dest": "iframe"})
    page = visitor.get("/")
    assert page.response.headers["X-Frame-Options"] == "DENY"
    assert "Partitioned" not in page.response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "https://*.example.com",
        "https:",
        "http://app.example.com",
        "http://localhost:3000",
        "https://app.example.com/path",
        "https://app.example.com; script-src *",
        "'self'",
        "app.example.com",
        "https://app.example.com, *",
    ],
)
def test_only_origins_with_https_and_without_wildcards_are_named(origins: str) -> None:
    assert "EMBED_ORIGINS must" in problems(**GOOD, PUBLIC_URL=PUBLIC, EMBED_ORIGINS=origins)


def test_an_origin_has_one_spelling() -> None:
    settings = load(**GOOD, PUBLIC_URL=PUBLIC, EMBED_ORIGINS="https://App.Example.com/")
    assert settings.embed_origins == (ONE,)


def test_frames_need_https() -> None:
    assert "EMBED_ORIGINS needs PUBLIC_URL" in problems(**GOOD, EMBED_ORIGINS=ONE)

"""Cookies that others put into a browser: by a sibling host name, or by a browser they held before.

A page at evil.example.com may set cookies for all of example.com (RFC 6265, 8.6), but none whose
name begins with ``__Host-``.
"""

import httpx

from tests.apps import company, visitor_at
from tests.latchkey.web.flow.test_flow import CREDENTIALS, DONE, again
from tests.pages import Page, Visitor

URL = "https://connect.example.com"
APP = company(PUBLIC_URL=URL)
FIRST = "Connect your mailbox"
SECURE = "__Host-"


def somebody() -> Visitor:
    return visitor_at(APP, URL)


def half_way(email: str) -> tuple[Visitor, Page]:
    visitor = somebody()
    page = visitor.submit(visitor.get("/"), email=email)
    assert page.heading == CREDENTIALS
    return visitor, page


def cookies(visitor: Visitor) -> dict[str, str]:
    return {cookie.name: cookie.value or "" for cookie in visitor.client.cookies.jar}


def test_a_sibling_host_cannot_plant_a_sign_in() -> None:
    attacker, theirs = half_way("mallory@example.com")
    victim = somebody()
    for name, value in cookies(attacker).items():
        assert name.startswith(SECURE)
        victim.client.cookies.set(name.removeprefix(SECURE), value, domain=".example.com")
    page = victim.get(again(theirs))
    assert page.heading == FIRST
    assert "mallory" not in page.html


def test_a_planted_sign_in_of_the_same_id_does_not_replace_the_own_one() -> None:
    attacker, _ = half_way("mallory@example.com")
    victim, page = half_way("someone@example.com")
    (own,) = [name for name in cookies(victim) if name.startswith(f"{SECURE}signin-")]
    (theirs,) = [v for k, v in cookies(attacker).items() if k.startswith(f"{SECURE}signin-")]
    for name in (own, own.removeprefix(SECURE)):
        # The browser sends both; the order is the attacker's to choose, by the path.
        victim.client.cookies.set(name, theirs, domain=".example.com", path="/connect")
    assert "mallory" not in victim.get(again(page)).html


def test_a_token_that_a_sibling_host_brought_with_its_session_is_refused() -> None:
    attacker = somebody()
    form = attacker.get("/")
    victim = somebody()
    session = cookies(attacker)[f"{SECURE}signin"]
    victim.client.cookies.set("signin", session, domain=".example.com")
    answer = victim.client.post("/", data=form.fields() | {"email": "mallory@example.com"})
    assert answer.status_code == 400
    assert not [name for name in cookies(victim) if name.startswith(f"{SECURE}signin-")]


def test_a_cookie_that_another_browser_got_gives_no_way_into_its_own_sign_in() -> None:
    """Session fixation: who knows the cookies from before learns nothing of what follows."""
    attacker = somebody()
    attacker.get("/")
    victim = somebody()
    victim.client.cookies.update(cookies(attacker))
    page = victim.submit(victim.get("/"), email="someone@example.com")
    assert victim.submit(page, password="secret").heading == DONE
    seen = attacker.get(again(page))
    assert seen.heading == FIRST
    assert "someone" not in seen.html
    answer = attacker.client.post(page.action(), data=page.fields() | {"password": "other"})
    assert answer.status_code == 400


def test_copies_of_cookies_from_before_the_password_lead_to_no_grant() -> None:
    victim, page = half_way("someone@example.com")
    copied = visitor_at(APP, URL)
    copied.client.cookies.update(cookies(victim))
    victim.submit(page, password="secret")
    answer = copied.client.get("/connected", params=page.url.params)
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 302, "this browser has no confirmation to show"

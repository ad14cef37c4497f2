from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.nylas import Nylas
from tests.pages import Page, Visitor

Company = Callable[..., Visitor]

EMAIL = "someone@example.com"
PASSWORD = "hunter2-Zq7"
FIRST = "Connect your mailbox"
DONE = "Your mailbox is connected"


def post(visitor: Visitor, url: str, data: Mapping[str, str], **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(visitor.client.post(url, data=dict(data), headers=named))


def starts_again(page: Page) -> bool:
    return (page.status, page.heading) == (400, FIRST) and "start again" in page.text


@pytest.mark.parametrize(
    ("method", "url", "status", "allowed"),
    [
        ("GET", "/nowhere", 404, ""),
        ("GET", "/connect/nowhere", 404, ""),
        ("GET", "/connect/google", 404, ""),
        ("GET", "/oauth/imap", 404, ""),
        ("GET", "/connect/", 404, ""),
        ("DELETE", "/providers", 405, "GET"),
        ("PUT", "/", 405, "POST"),
        ("POST", "/connected", 405, "GET"),
    ],
)
def test_a_wrong_address_is_answered_with_a_page_that_leads_on(
    visitor: Visitor, method: str, url: str, status: int, allowed: str
) -> None:
    page = Page(visitor.client.request(method, url))
    assert page.status == status
    assert page.title.startswith("Error: ")
    assert page.support_code
    assert allowed in page.response.headers.get("allow", "")
    assert visitor.get(page.links["Go to the first page"]).heading == FIRST


@pytest.mark.parametrize("url", ["/", "/connect/imap"])
def test_too_much_text_is_refused_with_a_page(visitor: Visitor, url: str) -> None:
    form = visitor.enter(EMAIL).fields()
    page = post(visitor, url, form | {"password": "x" * 100_000})
    assert (page.status, page.heading) == (413, "That was too much text")


@pytest.mark.parametrize("url", ["/connected", "/providers", "/connect/imap", "/oauth/google"])
@pytest.mark.parametrize("named", ["", "?s=unknown1", "?s=../../x"])
def test_without_a_sign_in_a_page_leads_to_the_first_one(
    visitor: Visitor, url: str, named: str
) -> None:
    page = visitor.get(url + named)
    assert (page.status, page.heading, page.url.path) == (200, FIRST, "/")


def test_the_confirmation_cannot_be_reached_before_the_sign_in(visitor: Visitor) -> None:
    visitor.enter(EMAIL)
    assert visitor.get("/connected").heading == FIRST


def test_lost_cookies_bring_back_the_first_page_with_the_address(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    form = visitor.enter(EMAIL)
    visitor.client.cookies.clear()
    page = visitor.submit(form, password=PASSWORD)
    assert starts_again(page)
    assert page.fields()["email"] == EMAIL
    assert PASSWORD not in page.html
    assert not nylas.sent
    again = visitor.submit(page)
    assert visitor.submit(again, password=PASSWORD).heading == DONE


def test_a_sign_in_whose_own_cookie_is_lost_starts_again(company: Company, nylas: Nylas) -> None:
    visitor = company()
    form = visitor.enter(EMAIL)
    for name in list(visitor.cookies()):
        if name != "signin":
            visitor.client.cookies.delete(name)
    page = visitor.submit(form, password=PASSWORD)
    assert starts_again(page)
    assert page.fields()["email"] == EMAIL
    assert not nylas.sent


@pytest.mark.parametrize("token", ["", "nonsense", "foreign", None])
def test_a_form_without_its_own_token_starts_again_and_keeps_the_address(
    company: Company, nylas: Nylas, token: str | None
) -> None:
    visitor = company()
    page = visitor.enter(EMAIL)
    fields = page.fields() | {"password": PASSWORD}
    if token == "foreign":
        token = company().get("/").fields()["csrf_token"]
    fields |= {"csrf_token": token or ""}
    if token is None:
        del fields["csrf_token"]
    answer = post(visitor, page.action(), fields)
    assert starts_again(answer)
    assert answer.fields()["email"] == EMAIL
    assert PASSWORD not in answer.html
    assert not nylas.sent


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_not_sent_on(
    company: Company, nylas: Nylas, headers: dict[str, str]
) -> None:
    visitor = company()
    page = visitor.enter(EMAIL)
    answer = post(visitor, page.action(), page.fields() | {"password": PASSWORD}, **headers)
    assert starts_again(answer)
    assert PASSWORD not in answer.html
    assert not nylas.sent


def test_a_form_of_this_site_is_sent_on_when_the_browser_says_so(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    page = visitor.enter(EMAIL)
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    fields = page.fields() | {"password": PASSWORD}
    answer = visitor.client.post(page.action(), data=fields, headers=headers)
    assert answer.status_code == 303
    assert len(nylas.sent) == 1


def test_a_foreign_host_is_answered_with_an_error_that_does_not_repeat_it(
    company: Company,
) -> None:
    page = Page(company().client.get("/", headers={"Host": "evil.example"}))
    assert page.status == 400
    assert "evil.example" not in page.html


def test_a_mistake_in_the_address_is_said_at_the_field(visitor: Visitor) -> None:
    page = visitor.enter("nonsense")
    assert page.status == 422
    assert page.error_at("email")
    assert page.fields()["email"] == "nonsense"


def test_two_tabs_do_not_mix(company: Company, nylas: Nylas) -> None:
    visitor = company()
    one = visitor.enter("one@example.com")
    two = visitor.enter("two@example.com")
    done_one = visitor.submit(one, password="first")
    done_two = visitor.submit(two, password="second")
    for page, email in ((done_one, "one@example.com"), (done_two, "two@example.com")):
        assert page.heading == DONE
        assert email in visitor.get(str(page.url)).text
    assert [body["settings"]["imap_username"] for body in nylas.sent] == [
        "one@example.com",
        "two@example.com",
    ]


def test_a_tab_that_waits_for_nylas_does_not_undo_what_another_did(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    one = visitor.enter("one@example.com")
    two = visitor.enter("wrong-password@example.com")
    with ThreadPoolExecutor(1) as pool:
        with nylas.silent():
            waiting = pool.submit(visitor.submit, one, password=PASSWORD)
            nylas.wait_until_asked()
            three = visitor.enter("three@example.com")
        done_one = waiting.result(20)
    assert "one@example.com" in done_one.text
    failed = visitor.submit(two, password=PASSWORD, smtp_username="typed")
    assert failed.fields()["smtp_username"] == "typed"
    assert visitor.submit(three, password=PASSWORD).heading == DONE
    assert "one@example.com" in visitor.get(str(done_one.url)).text


def test_a_double_click_is_one_sign_in(company: Company, nylas: Nylas) -> None:
    visitor = company()
    form = visitor.enter(EMAIL)
    with ThreadPoolExecutor(4) as pool:
        with nylas.silent():
            clicks = [pool.submit(visitor.submit, form, password=PASSWORD) for _ in range(4)]
            nylas.wait_until_asked()
        pages = [click.result(20) for click in clicks]
    assert {page.heading for page in pages} == {DONE}
    assert len(nylas.sent) == 1


def test_a_double_click_with_a_wrong_password_is_one_failed_sign_in(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    form = visitor.enter(EMAIL)
    for _ in range(2):
        assert visitor.submit(form, password="wrong").error_at("password")
    assert len(nylas.sent) == 1


def test_the_same_password_typed_into_a_new_form_is_sent_again(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    page = visitor.sign_in(EMAIL, "wrong")
    visitor.submit(page, password="wrong")
    assert len(nylas.sent) == 2


def test_the_same_fields_in_two_tabs_are_two_sign_ins(company: Company, nylas: Nylas) -> None:
    visitor = company()
    for page in [visitor.enter("one@example.com"), visitor.enter("two@example.com")]:
        visitor.submit(page, password=PASSWORD, attempt="same", email="same@example.com")
    names = [body["settings"]["imap_username"] for body in nylas.sent]
    assert names == ["one@example.com", "two@example.com"]


def test_the_same_form_in_two_browsers_is_two_sign_ins(company: Company, nylas: Nylas) -> None:
    for _ in range(2):
        assert company().sign_in(EMAIL, PASSWORD, attempt="same").heading == DONE
    assert len(nylas.sent) == 2


def test_after_a_sign_in_its_form_leads_to_the_confirmation_and_sends_nothing(
    company: Company, nylas: Nylas
) -> None:
    visitor = company()
    form = visitor.enter(EMAIL)
    visitor.submit(form, password=PASSWORD)
    assert visitor.get(form.action()).heading == DONE
    assert visitor.submit(form, password="other").heading == DONE
    assert len(nylas.sent) == 1

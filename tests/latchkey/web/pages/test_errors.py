from http import HTTPStatus

import pytest

from tests.pages import Visitor


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/no-such-page", HTTPStatus.NOT_FOUND),
        ("/connect/no-such-provider", HTTPStatus.NOT_FOUND),
        ("/connect/google", HTTPStatus.NOT_FOUND),
        ("/oauth/imap", HTTPStatus.NOT_FOUND),
        ("/v3/connect/token", HTTPStatus.METHOD_NOT_ALLOWED),
    ],
)
def test_an_error_is_a_page_with_a_support_code_and_a_way_on(
    visitor: Visitor, url: str, status: HTTPStatus
) -> None:
    page = visitor.get(url)
    assert page.status == status
    assert page.heading
    assert page.support_code
    assert "/" in [link.partition("?")[0] for link in page.links.values()]


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(visitor: Visitor) -> None:
    answer = visitor.client.put("/")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


def test_a_form_of_another_browser_leads_to_a_new_start_with_the_address_kept(
    visitor: Visitor,
) -> None:
    form = visitor.get("/")
    visitor.client.cookies.clear()
    page = visitor.submit(form, email="someone@example.com")
    assert page.status == HTTPStatus.BAD_REQUEST
    assert page.fields()["email"] == "someone@example.com"


def test_an_address_with_a_doubled_slash_leads_to_the_one_that_is_meant(visitor: Visitor) -> None:
    answer = visitor.client.get("/connect//imap")
    assert answer.status_code == HTTPStatus.PERMANENT_REDIRECT
    assert answer.headers["location"] == "http://localhost/connect/imap"


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("POST", "/v3/connect/revoke?token=x", HTTPStatus.NOT_FOUND),
        ("POST", "/v3/providers/detect?email=someone@example.com", HTTPStatus.NOT_FOUND),
        ("GET", "/v3/grants/x", HTTPStatus.NOT_FOUND),
        ("DELETE", "/v3/grants/x", HTTPStatus.NOT_FOUND),
        ("POST", "/v3/connect/token/", HTTPStatus.NOT_FOUND),
        ("GET", "/v3/connect/token", HTTPStatus.METHOD_NOT_ALLOWED),
    ],
)
def test_an_sdk_that_calls_here_what_stays_at_nylas_reads_so(
    visitor: Visitor, method: str, url: str, status: HTTPStatus
) -> None:
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}
    answer = visitor.client.request(method, url, headers=headers, content=b"{}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["request_id"]
    assert told["error"]["type"] == "not_found_error"
    assert "Nylas's address" in told["error"]["message"]
    assert ("allow" in answer.headers) == (status == HTTPStatus.METHOD_NOT_ALLOWED)

import pytest

from latchkey.problems.oauth import LINK_OVER
from tests.journeys.test_oauth import decide, reach, start
from tests.pages import Visitor


def test_what_the_provider_sends_back_leads_to_the_confirmation_without_the_code(
    visitor: Visitor,
) -> None:
    page = visitor.get(decide(visitor, start(visitor, reach(visitor, "google"))))
    assert page.url.path == "/connected"
    assert "code" not in page.url.params


def test_an_error_leads_back_to_the_page_of_the_provider(visitor: Visitor) -> None:
    back = decide(visitor, start(visitor, reach(visitor, "google")), ending="cancel")
    page = visitor.get(back)
    assert page.url.path == "/oauth/google"
    assert "error" not in page.url.params


@pytest.mark.parametrize("query", ["", "?code=1", "?code=1&state=", "?code=1&state=unknown.state"])
def test_an_answer_that_belongs_to_no_sign_in_is_over(visitor: Visitor, query: str) -> None:
    page = visitor.get(f"/oauth/google/callback{query}")
    assert (page.status, page.heading) == (LINK_OVER.status, LINK_OVER.title)


def test_only_providers_with_a_sign_in_of_their_own_have_a_callback(visitor: Visitor) -> None:
    assert visitor.get("/oauth/imap/callback?code=1&state=1.2").status == 404


def test_an_administrator_comes_to_a_page_of_their_own(visitor: Visitor) -> None:
    page = visitor.get("/oauth/microsoft/callback?admin_consent=True&state=made-up")
    assert page.status == 200
    assert page.heading != LINK_OVER.title

import pytest

from app import create_app
from latchkey.providers import PROVIDERS
from tests.conftest import KEY, make_settings
from tests.latchkey.web.pages.test_chooser import nylas_with
from tests.pages import Visitor

OAUTH = [key for key, provider in PROVIDERS.items() if provider.oauth]


@pytest.mark.parametrize("key", OAUTH)
def test_the_page_says_where_the_person_goes_and_what_is_asked_there(
    visitor: Visitor, key: str
) -> None:
    chooser = visitor.enter("someone@unknown.example.com")
    page = visitor.get(chooser.leading(f"/oauth/{key}"))
    name = PROVIDERS[key].name
    assert (page.status, page.heading) == (200, f"Continue with {name}")
    start = page.leading(f"/oauth/{key}/start")
    answer = visitor.client.get(start)
    assert answer.is_redirect
    assert f"/sandbox/oauth/{key}/authorize" in answer.headers["location"]


def test_the_way_out_opens_only_from_the_page(visitor: Visitor) -> None:
    page = visitor.enter("someone@gmail.com")
    # Another site cannot know the token that the page's own link carries.
    foreign = page.leading("/oauth/google/start").partition("&t=")[0]
    answer = visitor.client.get(foreign)
    assert answer.headers["location"].partition("?")[0] == "/oauth/google"


def test_a_provider_without_a_client_is_said_to_be_not_configured() -> None:
    from_nylas = nylas_with(["google", "imap"])
    visitor = Visitor.inside(create_app(make_settings(NYLAS_API_KEY=KEY), transport=from_nylas))
    page = visitor.enter("someone@gmail.com")
    assert page.heading == "Google is not configured here"

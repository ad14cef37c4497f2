import pytest

from app import create_app
from latchkey.problems.oauth import CANCELLED, OTHER_ACCOUNT
from latchkey.providers import PROVIDERS
from latchkey.web.flow import AuthorizationFailure, SignIn
from latchkey.web.pages import oauth
from tests.conftest import KEY, make_settings
from tests.journeys.test_oauth import decide, reach, start
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


def test_who_is_connected_already_is_told_so_instead(visitor: Visitor) -> None:
    page = visitor.get(decide(visitor, start(visitor, reach(visitor, "google"))))
    again = visitor.get(f"/oauth/google?s={page.url.params['s']}")
    assert (again.heading, again.url.path) == ("Your mailbox is connected", "/connected")


def test_how_a_try_at_another_provider_ended_is_not_told(visitor: Visitor) -> None:
    page = visitor.get(decide(visitor, start(visitor, reach(visitor, "google")), ending="cancel"))
    assert page.heading == CANCELLED.title
    other = visitor.get(f"/oauth/microsoft?s={page.url.params['s']}")
    assert other.status == 200
    assert CANCELLED.title not in other.text
    assert visitor.get(str(page.url)).heading == CANCELLED.title


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        ("https://www.googleapis.com/auth/calendar", "See and change calendars"),
        ("https://www.googleapis.com/auth/tasks.readonly", "tasks.readonly"),
        ("https://mail.google.com/", "mail.google.com"),
        ("Tasks.Read", "Tasks.Read"),
    ],
)
def test_a_permission_without_words_of_ours_has_its_own_name(scope: str, text: str) -> None:
    assert oauth._permission_text(PROVIDERS["google"], scope) == text


@pytest.mark.parametrize(
    ("account", "usable"),
    [
        ("ann@example.com", "ann@example.com"),
        ("victim@corp.example\x00@evil.example", ""),
        ("victim@corp.example, b@evil.example", ""),
        ("ü@example.com", ""),
        ("", ""),
    ],
)
def test_an_account_can_be_used_instead_if_it_is_one_address(account: str, usable: str) -> None:
    failure = AuthorizationFailure(
        provider="microsoft", problem=OTHER_ACCOUNT.kind, account=account
    )
    sign_in = SignIn(
        id="a", salt="b", email="", display_address="", started=0, saved=0,
        authorization_failure=failure,
    )  # fmt: skip
    found = oauth._usable_account(sign_in)
    assert (found.ascii_email if found else "") == usable

import pytest

from latchkey.providers import PROVIDERS, Provider

OAUTH = {key: provider for key, provider in PROVIDERS.items() if provider.oauth}


def test_these_have_a_page_of_their_own() -> None:
    assert set(OAUTH) == {"google", "microsoft", "yahoo", "zoom"}


@pytest.mark.parametrize("provider", OAUTH.values(), ids=OAUTH)
def test_only_the_refresh_token_goes_to_nylas(provider: Provider) -> None:
    typed = {"refresh_token": "token", "access_token": "other", "password": "secret"}
    assert provider.settings("someone@example.com", typed) == {"refresh_token": "token"}

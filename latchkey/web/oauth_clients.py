"""The OAuth client of a page: which provider's, asking for what, and where it comes back to."""

from urllib.parse import urljoin

from flask import abort, url_for

from latchkey.connect.oauth import OAuthClient
from latchkey.providers import PROVIDERS, Provider
from latchkey.web.flow import SignIn
from latchkey.web.own_address import own_address
from latchkey.web.services import get_services
from latchkey.web.start import scope_for


def oauth_provider(key: str) -> Provider:
    """Return the provider of this key; where it has no OAuth sign-in, the page is not found."""
    provider = PROVIDERS.get(key)
    if provider is None or provider.oauth is None:
        abort(404)
    return provider


def client_for(provider: Provider, sign_in: SignIn) -> OAuthClient | None:
    """Return the client that asks for what the sign-in needs, None where none is configured."""
    client = get_services().oauth.get(provider.key)
    scope = scope_for(sign_in, provider)
    return client.asking_for(scope) if client and scope else client


def callback_url(key: str) -> str:
    """Return the redirect URI, as it is registered at the provider."""
    return urljoin(own_address(), url_for("oauth_callback.callback", key=key))

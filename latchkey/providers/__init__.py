"""The providers that people can sign in with: one declarative entry each."""

from latchkey.providers.model import Field, OAuth, Permission, Provider
from latchkey.providers.oauth_entries import GOOGLE, MICROSOFT, YAHOO, ZOOM
from latchkey.providers.password_entries import EWS, ICLOUD, IMAP

# In the order in which the chooser shows them after the likeliest one.
PROVIDERS: dict[str, Provider] = {
    provider.key: provider for provider in (GOOGLE, MICROSOFT, YAHOO, ICLOUD, EWS, ZOOM, IMAP)
}

__all__ = ["PROVIDERS", "Field", "OAuth", "Permission", "Provider"]

"""The providers that people can sign in with: one declarative entry each."""

from signin.providers.credentials import EWS, ICLOUD, IMAP
from signin.providers.model import Field, OAuth, Permission, Provider
from signin.providers.oauth import GOOGLE, MICROSOFT, YAHOO, ZOOM

# In the order in which the chooser shows them after the likeliest one.
PROVIDERS: dict[str, Provider] = {
    provider.key: provider for provider in (GOOGLE, MICROSOFT, YAHOO, ICLOUD, EWS, ZOOM, IMAP)
}

__all__ = ["PROVIDERS", "Field", "OAuth", "Permission", "Provider"]

"""What a view may reach for, put together once in ``app.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from config import Settings
from signin.branding import Brand
from signin.detection import ProviderDetector
from signin.handoff import Codes, IdTokens, Links, ReturnAddresses
from signin.mailhosts import MailHosts
from signin.notices import Notices
from signin.nylas import NylasClient
from signin.oauth import OAuthClient
from signin.store import Store
from signin.submission import Gate, Submissions


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that live as long as the process.

    :ivar oauth: the company's clients, by provider.
    """

    settings: Settings
    store: Store
    brand: Brand
    hosts: MailHosts
    nylas: NylasClient
    detector: ProviderDetector
    oauth: Mapping[str, OAuthClient]
    gate: Gate
    submissions: Submissions
    return_addresses: ReturnAddresses
    links: Links
    codes: Codes
    id_tokens: IdTokens
    notices: Notices


def get_services() -> Services:
    """Return the services of the app that answers this request."""
    return cast(Services, current_app.extensions["services"])

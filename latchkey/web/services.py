"""What a view may reach for, put together once in ``app.py``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from config import Settings
from latchkey.apps import (
    AuthorizationCodes,
    IdTokens,
    ReturnAddresses,
    SignedLinks,
    TokenEndpoint,
    TokenInfo,
)
from latchkey.apps.webhooks import Webhooks
from latchkey.connect import Pacer, Submissions
from latchkey.connect.oauth import Approvals, OAuthClient, UsedStates
from latchkey.connect.trouble import ProviderTrouble
from latchkey.infra.limits import Limiter
from latchkey.infra.marks import UsedMarks
from latchkey.infra.store import Store
from latchkey.nylas import NylasClient
from latchkey.providers.detection import ProviderDetector
from latchkey.providers.mailhosts import MailHosts, MailServers
from latchkey.web.branding import Brands
from latchkey.web.lan import SandboxLan


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts that live as long as the process.

    :ivar is_trial: names test addresses, which show their outcome with any password.
    :ivar oauth: the company's clients, by provider.
    :ivar lan: with ``SANDBOX_LAN`` alone.
    """

    settings: Settings
    store: Store
    limiter: Limiter
    brands: Brands
    hosts: MailHosts
    mail_servers: MailServers
    nylas: NylasClient
    is_trial: Callable[[str], bool]
    detector: ProviderDetector
    oauth: Mapping[str, OAuthClient]
    oauth_states: UsedStates
    approvals: Approvals
    pacer: Pacer
    trouble: ProviderTrouble
    submissions: Submissions
    return_addresses: ReturnAddresses
    marks: UsedMarks
    links: SignedLinks
    codes: AuthorizationCodes
    id_tokens: IdTokens
    webhooks: Webhooks
    token_endpoint: TokenEndpoint
    token_info: TokenInfo
    lan: SandboxLan | None = None


def get_services() -> Services:
    """Return the services of the app that answers this request."""
    return cast(Services, current_app.extensions["services"])

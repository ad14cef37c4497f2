"""Puts the parts of this layer together, as the settings want them."""

from dataclasses import dataclass

from config import Settings
from latchkey.apps.codes import AuthorizationCodes
from latchkey.apps.id_tokens import IdTokens
from latchkey.apps.links import SignedLinks
from latchkey.apps.return_addresses import ReturnAddresses
from latchkey.apps.token_caller import AsStranger, TokenCallers
from latchkey.apps.token_endpoint import TokenEndpoint
from latchkey.apps.token_info import TokenInfo
from latchkey.apps.webhooks import Webhooks
from latchkey.infra.http import HttpClient
from latchkey.infra.marks import UsedMarks
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store
from latchkey.nylas import NylasClient


@dataclass(frozen=True, kw_only=True)
class AppServices:
    """What the apps see that send people here."""

    return_addresses: ReturnAddresses
    links: SignedLinks
    codes: AuthorizationCodes
    id_tokens: IdTokens
    webhooks: Webhooks
    token_endpoint: TokenEndpoint
    token_info: TokenInfo


def app_services(
    settings: Settings, nylas: NylasClient, store: Store, marks: UsedMarks, as_stranger: AsStranger
) -> AppServices:
    """Make them.

    :param as_stranger: limits the calls to Nylas of those who have not shown the secret.
    """
    keys = settings.secret_keys
    codes = AuthorizationCodes(Sealer(keys, purpose="code"), marks)
    id_tokens = IdTokens(keys)
    return_addresses = ReturnAddresses(nylas, store, settings)
    callers = TokenCallers(return_addresses, settings.nylas_api_keys, as_stranger=as_stranger)
    webhooks = _webhooks(settings, store)
    return AppServices(
        return_addresses=return_addresses,
        links=SignedLinks(settings.link_keys, marks),
        codes=codes,
        id_tokens=id_tokens,
        webhooks=webhooks,
        token_endpoint=TokenEndpoint(
            nylas=nylas,
            codes=codes,
            id_tokens=id_tokens,
            callers=callers,
            webhooks=webhooks,
            secret_required=settings.client_secret_required,
        ),
        token_info=TokenInfo(nylas, id_tokens, callers),
    )


def _webhooks(settings: Settings, store: Store) -> Webhooks:
    return Webhooks(
        store,
        # The app is out there, also when Nylas is in here.
        HttpClient(),
        url=settings.result_webhook_url,
        secret=settings.result_webhook_secret,
        with_email=settings.result_webhook_email,
    )

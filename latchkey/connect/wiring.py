"""Puts the parts of this layer together, as the settings want them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config import OAUTH_PROVIDERS, Client, Settings
from latchkey.connect.grant_state import GrantStates
from latchkey.connect.idempotency import IdempotentSubmissions
from latchkey.connect.oauth import Approvals, OAuthClient, UsedStates
from latchkey.connect.pacing import Pacer
from latchkey.connect.party import Party
from latchkey.connect.submit import Submissions
from latchkey.connect.trouble import SANDBOX_TROUBLE, ProviderTrouble
from latchkey.infra.http import HttpClient
from latchkey.infra.marks import UsedMarks
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store
from latchkey.nylas import NylasClient
from latchkey.providers import PROVIDERS


@dataclass(frozen=True, kw_only=True)
class ConnectServices:
    """What connects a mailbox.

    :ivar oauth: the company's clients, by provider.
    """

    oauth: Mapping[str, OAuthClient]
    oauth_states: UsedStates
    approvals: Approvals
    pacer: Pacer
    trouble: ProviderTrouble
    submissions: Submissions


def connect_services(
    settings: Settings,
    nylas: NylasClient,
    store: Store,
    marks: UsedMarks,
    *,
    oauth: Mapping[str, OAuthClient],
    party: Callable[[], Party],
) -> ConnectServices:
    """Make them.

    :param party: as in ``Pacer``.
    """
    pacer = Pacer(
        store,
        per_second=settings.nylas_sign_ins_per_second,
        party=party,
        answers=nylas.answers,
    )
    return ConnectServices(
        oauth=oauth,
        oauth_states=UsedStates(marks, store),
        approvals=Approvals(settings.secret_keys),
        pacer=pacer,
        trouble=_trouble(settings, store),
        submissions=_submissions(settings, nylas, store, pacer),
    )


def _submissions(settings: Settings, nylas: NylasClient, store: Store, pacer: Pacer) -> Submissions:
    keys = settings.secret_keys
    sealer = Sealer(keys, purpose="submission")
    idempotency = IdempotentSubmissions(store, sealer, secret=settings.secret_key)
    return Submissions(nylas, pacer, idempotency, GrantStates(keys))


def oauth_clients(
    settings: Settings, http: HttpClient, *, stand_in: Callable[[str], Client] | None = None
) -> dict[str, OAuthClient]:
    """Return the clients that are configured, by provider.

    :param http: leads to Nylas; in the sandbox, to the sandbox alone.
    :param stand_in: makes the sandbox's client for a provider that none is configured for.
    """
    network = HttpClient() if settings.sandbox else http
    made = {}
    for key in OAUTH_PROVIDERS:
        provider, own = PROVIDERS[key], settings.clients.get(key)
        client = own or (stand_in(key) if stand_in else None)
        if client and provider.oauth:
            made[key] = OAuthClient(
                network if own else http,
                provider,
                provider.oauth,
                client,
                tenant=settings.microsoft_tenant,
            )
    return made


def _trouble(settings: Settings, store: Store) -> ProviderTrouble:
    always = SANDBOX_TROUBLE if settings.sandbox else ()
    return ProviderTrouble(store, secret_key=settings.secret_key, always=always)

"""Composition root: puts the parts together; nothing else does."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.exceptions import NotFound
from werkzeug.local import LocalProxy
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.sansio.utils import host_is_trusted

from config import OAUTH_PROVIDERS, Client, ConfigError, Settings, load_settings
from latchkey.apps import (
    AuthorizationCodes,
    IdTokens,
    ReturnAddresses,
    SignedLinks,
    TokenCallers,
    TokenEndpoint,
    TokenInfo,
)
from latchkey.apps.webhooks import Webhooks
from latchkey.connect import GrantStates, IdempotentSubmissions, Pacer, Submissions
from latchkey.connect.oauth import Approvals, OAuthClient, UsedStates
from latchkey.connect.trouble import ProviderTrouble
from latchkey.infra.addresses import is_loopback
from latchkey.infra.http import HttpClient
from latchkey.infra.i18n import init_i18n
from latchkey.infra.limits import Limiter, Window
from latchkey.infra.logs import init_logs
from latchkey.infra.marks import open_marks
from latchkey.infra.sealing import Sealer
from latchkey.infra.store import Store, Vault
from latchkey.nylas import NylasClient
from latchkey.operator.cli import init_cli
from latchkey.operator.metrics import FOR_METRICS, init_metrics
from latchkey.providers import PROVIDERS
from latchkey.providers.detection import SPAN_SECONDS, MxRecords, ProviderDetector
from latchkey.providers.detection.metrics import MX_CIRCUIT
from latchkey.providers.mail_records import MailRecords
from latchkey.providers.mailhosts import MailHosts, MailServers, ProvidersFileError
from latchkey.sandbox import create_sandbox, find_outcome
from latchkey.web.assets import init_assets
from latchkey.web.brand_in_force import brand_url, current_brand
from latchkey.web.branding import BrandFileError, Brands
from latchkey.web.breakable import breakable
from latchkey.web.flow import init_flow
from latchkey.web.lan import SandboxLan, init_lan, is_private_address
from latchkey.web.limits import detection_wait, init_limits, party
from latchkey.web.pages import (
    FOR_APPS,
    FOR_LOAD_BALANCERS,
    FOR_SANDBOX_CODE,
    init_views,
)
from latchkey.web.security import init_security
from latchkey.web.services import Services
from latchkey.web.support import support_mail, support_slip

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SANDBOX_PATH = "/sandbox"
# The span in which all clients together may not try more often than Nylas's pace allows.
_PACE_SECONDS = 300
# One client may ask Nylas about new domains with a quarter of the budget.
_SHARE = 4


def create_app(
    settings: Settings | None = None, *, transport: httpx.BaseTransport | None = None
) -> Flask:
    """Build the app.

    :param settings: read from the environment and ``.env`` unless given.
    :param transport: replaces the network to Nylas (tests); in the sandbox, the sandbox does.
    :raises ConfigError: when the settings cannot be used.
    """
    settings = settings or load_settings()
    brands = _brands(settings)
    settings = replace(settings, trusted_hosts=(*settings.trusted_hosts, *brands.hosts))
    app = Flask(__name__)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    lan = SandboxLan(settings.port) if settings.sandbox_lan else None
    if settings.sandbox and transport is None:
        sandbox = create_sandbox(api_key=settings.nylas_api_key)
        transport = httpx.WSGITransport(app=sandbox)
        app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
            app.wsgi_app, {SANDBOX_PATH: _SandboxPages(sandbox, settings, lan)}
        )
    services = replace(_services(settings, brands, transport), lan=lan)
    app.extensions["services"] = services
    # No function of ours is a coroutine; Flask would look at a dozen of them for each request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    init_logs(
        app,
        level=settings.log_level,
        form=settings.log_format,
        requests=settings.access_log,
        proxies=settings.trusted_proxies,
    )
    init_security(app, settings, apis=FOR_APPS, any_host=(*FOR_LOAD_BALANCERS, FOR_METRICS))
    if lan:
        init_lan(app, lan, before_code=FOR_SANDBOX_CODE)
    init_flow(app, settings)
    init_limits(app, settings)
    init_i18n(app)
    init_views(app)
    init_cli(app)
    init_metrics(app, settings)
    init_assets(app)
    app.jinja_env.filters["breakable"] = breakable
    app.jinja_env.globals.update(support_slip=support_slip, support_mail=support_mail)
    app.jinja_env.globals.update(brand=LocalProxy(current_brand), brand_url=brand_url)
    app.jinja_env.globals.update(sandbox=settings.sandbox, lan=lan)
    return app


class _SandboxPages:
    """Opens the sandbox's sign-in pages, and nothing else of it, to those who may see the page.

    It stands beside the app, so the app's own guards do not stand before it.
    """

    def __init__(self, sandbox: Flask, settings: Settings, lan: SandboxLan | None) -> None:
        self._sandbox = sandbox
        self._names = settings.answers_to
        self._lan = lan

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "").lower()
        here = is_loopback(environ.get("REMOTE_ADDR", ""))
        named = host_is_trusted(host, self._names)
        if self._lan:
            here = self._lan.admits(environ)
            named = named or is_private_address(host)
        if here and named and environ["PATH_INFO"].startswith("/oauth/"):
            return self._sandbox(environ, start_response)
        return NotFound()(environ, start_response)


def _is_detection_trial(email: str) -> bool:
    return find_outcome("detect", email) is not None


def _is_sign_in_trial(email: str) -> bool:
    return find_outcome("connect", email) is not None


def _brands(settings: Settings) -> Brands:
    try:
        return Brands.from_settings(settings)
    except BrandFileError as error:
        raise ConfigError(f"Latchkey cannot start. Please mend the brand:\n{error}") from None


def _mail_hosts(settings: Settings) -> MailHosts:
    try:
        return MailHosts.load(settings.providers_file)
    except ProvidersFileError as error:
        raise ConfigError(f"Latchkey cannot start. Please mend PROVIDERS_FILE:\n{error}") from None


def _services(
    settings: Settings, brands: Brands, transport: httpx.BaseTransport | None
) -> Services:
    nylas = NylasClient(
        HttpClient(transport=transport),
        base_url=settings.nylas_api_uri,
        api_key=settings.nylas_api_key,
    )
    hosts = _mail_hosts(settings)
    records = _mail_records(settings)
    clients = _oauth_clients(settings, transport)
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    store = Store(
        settings.redis_url,
        vault=Vault(keys, application=settings.nylas_application),
        processes=1 if settings.sandbox else settings.web_concurrency,
    )
    marks = open_marks(
        store, settings.state_dir, processes=settings.web_concurrency, keep=not settings.sandbox
    )
    codes = AuthorizationCodes(Sealer(keys, purpose="code"), marks)
    id_tokens = IdTokens(keys)
    return_addresses = ReturnAddresses(nylas, store, settings)
    webhooks = _notices(settings, store)
    callers = TokenCallers(return_addresses, store, secret=settings.nylas_api_key)
    pacer = Pacer(
        store,
        per_second=settings.nylas_sign_ins_per_second,
        party=party,
        answers=nylas.answers,
    )
    return Services(
        settings=settings,
        store=store,
        limiter=_limiter(settings, store),
        brands=brands,
        hosts=hosts,
        mail_servers=MailServers(
            hosts,
            records,
            ports=settings.mail_ports,
            allow_any=settings.allow_any_mail_host,
            allow_loopback=settings.sandbox,
        ),
        nylas=nylas,
        is_trial=_is_sign_in_trial if settings.sandbox else lambda email: False,
        detector=ProviderDetector(
            nylas,
            oauth=clients.keys(),
            store=store,
            per_minute=settings.nylas_detects_per_minute,
            # The sandbox's Nylas knows domains of its own, and the world knows nothing of them.
            hosts=hosts if settings.known_domains and not settings.sandbox else None,
            is_trial=_is_detection_trial if settings.sandbox else lambda email: False,
            mx=MxRecords(hosts, records) if records else None,
            share_wait=detection_wait,
        ),
        oauth=clients,
        oauth_states=UsedStates(marks, store),
        approvals=Approvals(keys),
        pacer=pacer,
        trouble=ProviderTrouble(store, secret_key=settings.secret_key),
        submissions=Submissions(
            nylas,
            pacer,
            IdempotentSubmissions(
                store, Sealer(keys, purpose="submission"), secret=settings.secret_key
            ),
            GrantStates(keys),
        ),
        return_addresses=return_addresses,
        marks=marks,
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


def _limiter(settings: Settings, store: Store) -> Limiter:
    rules = {
        name: tuple(Window(*window) for window in windows)
        for name, windows in settings.limits.items()
    }
    if rules:
        both = {f"client_{name}": rules[name] for name in ("mailbox", "mailbox_refused")}
        owner = (*rules["mailbox"], rules["mailbox_refused"][-1])
        detections = Window(max(1, settings.nylas_detects_per_minute // _SHARE), SPAN_SECONDS)
        pace = Window(settings.nylas_sign_ins_per_second * _PACE_SECONDS, _PACE_SECONDS)
        rules |= both | {"owner": owner, "all": (pace,), "detection": (detections,)}
    return Limiter(store, rules, secret_key=settings.secret_key)


def _mail_records(settings: Settings) -> MailRecords | None:
    # The sandbox's domains are not in DNS.
    if not settings.mx_lookups or settings.sandbox:
        return None
    return MailRecords(nameserver=settings.dns_server, notify=MX_CIRCUIT)


def _notices(settings: Settings, store: Store) -> Webhooks:
    return Webhooks(
        store,
        # The app is out there, also when Nylas is in here.
        HttpClient(),
        url=settings.result_webhook_url,
        secret=settings.result_webhook_secret,
        with_email=settings.result_webhook_email,
    )


def _oauth_clients(
    settings: Settings, transport: httpx.BaseTransport | None
) -> dict[str, OAuthClient]:
    """The clients that are configured; the sandbox has one of its own for every other provider."""
    made = {}
    for key in OAUTH_PROVIDERS:
        client, oauth = settings.clients.get(key), PROVIDERS[key].oauth
        # In the sandbox, the transport leads to the sandbox alone.
        upstream = HttpClient(transport=None if client and settings.sandbox else transport)
        if client is None and settings.sandbox and oauth:
            client = _sandbox_client(key, oauth.endpoints)
        if client and oauth:
            made[key] = OAuthClient(
                upstream, PROVIDERS[key], oauth, client, tenant=settings.microsoft_tenant
            )
    return made


def _sandbox_client(key: str, kinds: Iterable[str]) -> Client:
    pages = ("authorize", "adminconsent")
    endpoints = {
        kind: f"{SANDBOX_PATH if kind in pages else 'http://sandbox.invalid'}/oauth/{key}/{kind}"
        for kind in kinds
    }
    return Client(id=f"sandbox-{key}", secret=f"sandbox-secret-{key}", endpoints=endpoints)

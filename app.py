"""Composition root: puts the parts together; nothing else does."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import httpx
from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from config import Client, ConfigError, Settings, load_settings
from latchkey.apps.wiring import app_services
from latchkey.connect.wiring import connect_services, oauth_clients
from latchkey.infra.http import HttpClient
from latchkey.infra.logs import init_logs
from latchkey.infra.marks import open_marks
from latchkey.infra.store import Store, Vault
from latchkey.nylas import NylasClient
from latchkey.operator.cli import init_cli
from latchkey.operator.metrics import FOR_METRICS, init_metrics
from latchkey.operator.without_settings import app_without_settings
from latchkey.providers import PROVIDERS
from latchkey.providers.settings_shape import settings_shape
from latchkey.providers.wiring import provider_services
from latchkey.sandbox import (
    OUTCOMES,
    SHAPES,
    SandboxMailRecords,
    SandboxTexts,
    Shape,
    create_sandbox,
    find_outcome,
    set_page_texts,
)
from latchkey.web.assets import init_assets
from latchkey.web.brand_import import BrandImport
from latchkey.web.brand_in_force import brand_url, current_brand
from latchkey.web.branding import BrandFileError, Brands
from latchkey.web.branding.pictures import PICTURE_BYTES
from latchkey.web.breakable import breakable, whole
from latchkey.web.flow import init_flow
from latchkey.web.icons import init_icons
from latchkey.web.lan import SandboxLan, init_lan
from latchkey.web.language import init_language, texts_beside
from latchkey.web.limits import (
    as_stranger,
    detection_wait,
    init_limits,
    make_limiter,
    party,
    widest_network,
)
from latchkey.web.metrics import BRAND_SIGN_INS
from latchkey.web.page_environment import PageEnvironment
from latchkey.web.pages import (
    FOR_APPS,
    FOR_LOAD_BALANCERS,
    FOR_SANDBOX_CODE,
    init_preview,
    init_views,
)
from latchkey.web.redirects import init_redirects
from latchkey.web.sandbox_pages import SandboxPages
from latchkey.web.security import init_security
from latchkey.web.services import Services
from latchkey.web.shown_address import shown_address
from latchkey.web.social_picture import social_picture
from latchkey.web.support import support_mail, support_slip
from latchkey.web.under_path import UnderPath
from latchkey.web.unindented import Unindented

SANDBOX_PATH = "/sandbox"


def create_app(
    settings: Settings | None = None, *, transport: httpx.BaseTransport | None = None
) -> Flask:
    """Build the app.

    :param settings: read from the environment and ``.env`` unless given.
    :param transport: replaces the network to Nylas (tests); in the sandbox, the sandbox does.
    :raises ConfigError: when the settings cannot be used; ``flask`` still has some commands then.
    """
    try:
        return _create_app(settings or load_settings(), transport)
    except ConfigError as error:
        return app_without_settings(error)


def _create_app(settings: Settings, transport: httpx.BaseTransport | None) -> Flask:
    brands = _brands(settings)
    settings = replace(settings, trusted_hosts=(*settings.trusted_hosts, *brands.hosts))
    app = Flask(__name__)
    app.jinja_environment = PageEnvironment
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    # No function of ours is a coroutine; Flask would look at a dozen of them for each request.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    lan = SandboxLan(settings.port) if settings.sandbox_lan else None
    if settings.sandbox and transport is None:
        transport = _mount_sandbox(app, settings, lan)
    services = _services(settings, brands, transport)
    services = replace(services, lan=lan, brand_import=_brand_import(services, transport))
    app.extensions["services"] = services
    _init_parts(app, services)
    return app


def _mount_sandbox(app: Flask, settings: Settings, lan: SandboxLan | None) -> httpx.BaseTransport:
    """Put the sandbox's pages beside the app; the transport leads to all of it."""
    sandbox = create_sandbox(api_key=settings.nylas_api_key, more_shapes=_more_shapes())
    set_page_texts(sandbox, partial(_sandbox_texts, settings))
    app.wsgi_app = DispatcherMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, {SANDBOX_PATH: SandboxPages(sandbox, settings, lan)}
    )
    return httpx.WSGITransport(app=sandbox)


def _sandbox_texts(settings: Settings) -> SandboxTexts:
    texts = texts_beside(settings)
    return SandboxTexts(texts.language.tag, texts.language.rtl, texts.text)


def _init_parts(app: Flask, services: Services) -> None:
    settings, lan = services.settings, services.lan
    init_logs(
        app,
        level=settings.log_level,
        form=settings.log_format,
        requests=settings.access_log,
        proxies=settings.trusted_proxies,
    )
    if settings.path:
        app.wsgi_app = UnderPath(app.wsgi_app, settings.path)  # type: ignore[method-assign]
    init_security(app, settings, apis=FOR_APPS, any_host=(*FOR_LOAD_BALANCERS, FOR_METRICS))
    if lan:
        init_lan(app, lan, before_code=FOR_SANDBOX_CODE)
    init_flow(app, settings)
    init_limits(app, settings)
    init_language(app)
    init_views(app)
    init_redirects(app)
    init_cli(app)
    init_metrics(app, settings)
    BRAND_SIGN_INS.allow("brand", services.brands.named)
    if settings.preview:
        init_preview(app, [(each.name, each.shows) for each in OUTCOMES if each.call == "connect"])
    init_assets(app)
    _init_templates(app, settings, lan)


def _init_templates(app: Flask, settings: Settings, lan: SandboxLan | None) -> None:
    app.jinja_env.add_extension(Unindented)
    init_icons(app)
    app.jinja_env.filters.update(breakable=breakable, whole=whole, shown_address=shown_address)
    app.jinja_env.globals.update(support_slip=support_slip, support_mail=support_mail)
    app.jinja_env.globals.update(brand=LocalProxy(current_brand), brand_url=brand_url)
    app.jinja_env.globals.update(social_picture=social_picture)
    # A page names its brand some twenty times; the macros beside it look it up each time.
    app.context_processor(lambda: {"brand": current_brand()})
    app.jinja_env.globals.update(sandbox=settings.sandbox, lan=lan)


def _brands(settings: Settings) -> Brands:
    try:
        return Brands.from_settings(settings)
    except BrandFileError as error:
        raise ConfigError(f"Latchkey cannot start. Please mend the brand:\n{error}") from None


def _services(
    settings: Settings, brands: Brands, transport: httpx.BaseTransport | None
) -> Services:
    http = HttpClient(transport=transport)
    nylas = NylasClient(http, base_url=settings.nylas_api_uri, api_key=settings.nylas_api_key)
    vault = Vault(settings.secret_keys, application=settings.nylas_application)
    processes = 1 if settings.sandbox else settings.web_concurrency
    store = Store(settings.redis_url, vault=vault, processes=processes, address=settings.public_url)
    marks = open_marks(
        store, settings.state_dir, processes=settings.web_concurrency, keep=not settings.sandbox
    )
    oauth = oauth_clients(settings, http, stand_in=_stand_in(settings))
    providers = provider_services(
        settings, nylas, store, share_wait=detection_wait, client=widest_network,
        oauth=oauth.keys(), sandbox_records=_own_dns(settings), is_trial=_detection_trial(settings),
    )  # fmt: skip
    connect = connect_services(settings, nylas, store, marks, oauth=oauth, party=party)
    apps = app_services(settings, nylas, store, marks, as_stranger=as_stranger)
    return Services(
        settings=settings,
        store=store,
        marks=marks,
        limiter=make_limiter(settings, store),
        brands=brands,
        nylas=nylas,
        is_trial=_is_sign_in_trial if settings.sandbox else _is_no_trial,
        **vars(providers),
        **vars(connect),
        **vars(apps),
    )


def _brand_import(services: Services, transport: httpx.BaseTransport | None) -> BrandImport | None:
    settings = services.settings
    if settings.sandbox or not settings.brand_from_nylas:
        return None
    make_http = partial(HttpClient, transport=transport, max_bytes=PICTURE_BYTES, public_only=True)
    return BrandImport(
        services.nylas, make_http, services.brands, language=settings.default_language
    )


def _more_shapes() -> dict[str, Shape]:
    """What an entry says of a provider that the sandbox does not know from Nylas's reference."""
    return {
        key: Shape(**vars(settings_shape(provider)))
        for key, provider in PROVIDERS.items()
        if key not in SHAPES and provider.oauth is None
    }


def _own_dns(settings: Settings) -> SandboxMailRecords | None:
    return SandboxMailRecords() if settings.sandbox else None


def _detection_trial(settings: Settings) -> Callable[[str], bool]:
    return _is_detection_trial if settings.sandbox else _is_no_trial


def _is_detection_trial(email: str) -> bool:
    return find_outcome("detect", email) is not None


def _is_sign_in_trial(email: str) -> bool:
    return find_outcome("connect", email) is not None


def _is_no_trial(email: str) -> bool:
    return False


def _stand_in(settings: Settings) -> Callable[[str], Client] | None:
    return partial(_sandbox_client, settings.path) if settings.sandbox else None


def _sandbox_client(path: str, key: str) -> Client:
    """The client of a provider that none is configured for."""
    pages, base = ("authorize", "adminconsent"), path + SANDBOX_PATH
    oauth = PROVIDERS[key].oauth
    kinds: Iterable[str] = oauth.endpoints if oauth else ()
    endpoints = {
        kind: f"{base if kind in pages else 'http://sandbox.invalid'}/oauth/{key}/{kind}"
        for kind in kinds
    }
    return Client(id=f"sandbox-{key}", secret=f"sandbox-secret-{key}", endpoints=endpoints)

"""All settings, in one table: read once, checked as a whole, and frozen.

``Settings`` is the only list of them. A new setting is one line there, with its default as text
and its parser, an entry in ``.env.example`` with its meaning, and a row of the table in the
README; a test keeps the three together. A value comes from the environment, else from ``.env``,
else from the default; a secret may also come from the file that ``NAME_FILE`` points to (Docker
and Kubernetes mount secrets that way).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from latchkey.infra.addresses import endpoint, is_loopback, page_address
from latchkey.infra.languages import BY_TAG, SOURCE
from latchkey.infra.settings import (
    ConfigError,
    Variable,
    certificates_problems,
    contradictions,
    doubts,
    file_doubts,
    filled,
    misspelt,
    read,
    read_env_file,
    setting,
    variables_of,
)
from latchkey.infra.settings.files import existing_file, folder_path, image_file
from latchkey.infra.settings.line_of_text import line_of_text
from latchkey.infra.settings.parsers import (
    application_id,
    color,
    contact,
    frame_origins,
    host_names,
    ip_and_port,
    language_tag,
    language_tags,
    level,
    listening_host,
    log_format,
    nylas_origin,
    ports,
    switch,
    tenant,
    uris,
    whole,
    words,
)
from latchkey.infra.settings.rate_limits import RateLimits, rate_limits
from latchkey.infra.settings.redis_address import redis_address
from latchkey.infra.settings.secrets import (
    SANDBOX_LINK_KEY,
    SANDBOX_SECRET_KEY,
    api_key,
    api_keys,
    client_text,
    random_key,
    random_keys,
)

__all__ = [
    "CLIENT_VARIABLES",
    "OAUTH_PROVIDERS",
    "ROOT",
    "SANDBOX_API_KEY",
    "SANDBOX_LINK_KEY",
    "SANDBOX_SECRET_KEY",
    "VARIABLES",
    "Client",
    "ConfigError",
    "Settings",
    "load_settings",
]

ROOT = Path(__file__).resolve().parent
SANDBOX_API_KEY = "sandbox"

OAUTH_PROVIDERS = ("google", "microsoft", "yahoo", "zoom")
ENDPOINTS = ("authorize", "token", "userinfo")
# These exist for every provider of OAUTH_PROVIDERS; documented once, as <PROVIDER>_....
CLIENT_VARIABLES = (
    Variable(name="CLIENT_ID", parse=client_text),
    Variable(name="CLIENT_SECRET", parse=client_text, secret=True),
    Variable(name="SCOPES", parse=words, unset=()),
    *(Variable(name=f"{kind.upper()}_URL", parse=endpoint) for kind in ENDPOINTS),
)
_file, _image = existing_file(ROOT), image_file(ROOT)


@dataclass(frozen=True, kw_only=True)
class Client:
    """The company's OAuth client at one provider; what is "" or empty has the usual value.

    :ivar endpoints: addresses by kind, see ``ENDPOINTS``.
    """

    id: str
    secret: str = field(repr=False)
    scopes: tuple[str, ...] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The checked settings. A field is the setting of its name in capital letters."""

    nylas_api_key: str = setting(parse=api_key, secret=True)
    nylas_api_key_fallbacks: tuple[str, ...] = setting(parse=api_keys, unset=(), secret=True)
    nylas_api_uri: str = setting("https://api.us.nylas.com", nylas_origin)
    nylas_client_id: str = setting(parse=application_id)
    sandbox: bool = setting("false", switch)
    sandbox_lan: bool = setting("false", switch)
    preview: bool = setting("false", switch)
    secret_key: str = setting(parse=random_key, secret=True)
    secret_key_fallbacks: tuple[str, ...] = setting(parse=random_keys, unset=(), secret=True)
    public_url: str = setting(parse=page_address)
    trusted_hosts: tuple[str, ...] = setting(parse=host_names, unset=())
    trusted_proxies: int = setting("0", whole(0, 10))
    allow_any_mail_host: bool = setting("false", switch)
    mail_ports: tuple[int, ...] = setting(parse=ports, unset=())
    return_uris: tuple[str, ...] = setting(parse=uris, unset=())
    auto_return: bool = setting("false", switch)
    embed_origins: tuple[str, ...] = setting(parse=frame_origins, unset=())
    client_secret_required: bool = setting("false", switch)
    pkce_plain: bool = setting("true", switch)
    link_key: str = setting(parse=random_key, secret=True)
    link_key_fallbacks: tuple[str, ...] = setting(parse=random_keys, unset=(), secret=True)
    link_required: bool = setting("false", switch)
    brand_file: Path | None = setting(parse=_file, unset=None)
    brand_name: str = setting(parse=line_of_text(200))
    brand_logo: Path | None = setting(parse=_image, unset=None)
    brand_color: str = setting(parse=color)
    brand_from_nylas: bool = setting("true", switch)
    languages: tuple[str, ...] = setting(parse=language_tags, unset=tuple(BY_TAG))
    default_language: str = setting(parse=language_tag)
    clients: Mapping[str, Client]  # <PROVIDER>_...: CLIENT_VARIABLES
    file_doubts: tuple[str, ...] = ()  # no setting: see the function of this name
    microsoft_tenant: str = setting("common", tenant)
    redis_url: str = setting(parse=redis_address, secret=True)
    state_dir: Path = setting("state", folder_path(ROOT))
    nylas_detects_per_minute: int = setting("20", whole(1, 10_000))
    nylas_sign_ins_per_second: int = setting("50", whole(1, 10_000))
    limits: RateLimits = setting(parse=rate_limits, unset=None)
    known_domains: bool = setting("true", switch)
    mx_lookups: bool = setting("true", switch)
    dns_server: tuple[str, int] | None = setting(parse=ip_and_port, unset=None)
    providers_file: Path | None = setting(parse=_file, unset=None)
    result_webhook_url: str = setting(parse=endpoint)
    result_webhook_secret: str = setting(parse=random_key, secret=True)
    result_webhook_email: bool = setting("false", switch)
    security_contact: str = setting(parse=contact)
    security_policy: str = setting(parse=endpoint)
    metrics_port: int = setting(parse=whole(1, 65535), unset=0)
    metrics_token: str = setting(parse=random_key, secret=True)
    log_level: str = setting("INFO", level)
    log_format: str = setting("json", log_format)
    access_log: bool = setting("true", switch)
    host: str = setting("127.0.0.1", listening_host)
    port: int = setting("8000", whole(1, 65535))
    web_concurrency: int = setting("1", whole(1, 64))

    @property
    def nylas_api_keys(self) -> tuple[str, ...]:
        """What apps may prove themselves with, the one for calls to Nylas first."""
        return (self.nylas_api_key, *self.nylas_api_key_fallbacks)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """What is sealed with, the newest first."""
        return (self.secret_key, *self.secret_key_fallbacks)

    @property
    def link_keys(self) -> tuple[str, ...]:
        """What links are signed with, the newest first; empty when links are off."""
        return tuple(filter(None, (self.link_key, *self.link_key_fallbacks)))

    @property
    def path(self) -> str:
        """The path that all pages are below, like ``/connect``; "" for a host of their own."""
        return urlsplit(self.public_url).path

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is allowed but probably not meant, one sentence each, for the start and doctor."""
        return tuple(doubts(vars(self)))

    @property
    def answers_to(self) -> tuple[str, ...]:
        """Host names that requests may carry; a leading dot stands for a whole domain."""
        names = ("localhost", ".localhost", "127.0.0.1", "[::1]")
        public = urlsplit(self.public_url).hostname
        if self.sandbox:
            return names
        more = (name.lower() for name in self.trusted_hosts)
        return (*names, *((public,) if public else ()), *more)

    @property
    def listens_at(self) -> tuple[str, ...]:
        """Where the server listens, with the port behind the host; last the one for metrics."""
        host = self.host.strip("[]")
        # An IPv6 address needs its brackets before a port.
        host = f"[{host}]" if ":" in host else host
        return tuple(f"{host}:{port}" for port in (self.port, self.metrics_port) if port)

    @property
    def nylas_application(self) -> str:
        """What tells the Nylas application from others; it may hold the API key."""
        return f"{self.nylas_api_uri} {self.nylas_client_id or self.nylas_api_key}"


VARIABLES = tuple(
    variables_of(
        Settings,
        file_doubts=(),
        clients=(
            *(
                replace(variable, name=f"{provider.upper()}_{variable.name}")
                for provider in OAUTH_PROVIDERS
                for variable in CLIENT_VARIABLES
            ),
            Variable(name="GOOGLE_REVOKE_URL", parse=endpoint),  # no other provider has one
        ),
    )
)


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env"
) -> Settings:
    """Read and check all settings.

    :param environ: the environment; the process's own unless given.
    :param env_file: lines of ``NAME=value``; it may be missing.
    :raises ConfigError: with every problem there is, and never a secret in its text.
    """
    environ = os.environ if environ is None else environ
    # An empty value in the environment wins, too: it takes back what .env says.
    read_from = read_env_file(env_file)
    written = {name: text for name, text in read_from.values.items() if name not in environ}
    file, environment = filled(written), filled(environ, quoted=True)
    problems = [*misspelt(VARIABLES, file, environment), *certificates_problems(environ)]
    values = _parsed({**file, **environment}, problems)
    problems += contradictions(values, OAUTH_PROVIDERS)
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise ConfigError(f"Latchkey cannot start. Please mend these settings:\n{lines}")
    _fill_in(values)
    clients = {
        name: client for name in OAUTH_PROVIDERS if (client := _take_client(name, values)).id
    }
    in_file = tuple(file_doubts(VARIABLES, read_from, written))
    return Settings(**values, clients=clients, file_doubts=in_file)


def _parsed(given: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """The value of each setting; ``None`` for one that ``problems`` then speaks of."""
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        try:
            values[variable.name.lower()] = read(variable, given)
        except ValueError as error:
            problems.append(f"{variable.name} {error}.")
            values[variable.name.lower()] = None
    return values


def _fill_in(values: dict[str, Any]) -> None:
    """Put in what is usual where it depends on other settings."""
    if not values["default_language"]:
        offered = values["languages"]
        values["default_language"] = SOURCE if SOURCE in offered else offered[0]
    if values["limits"] is None:
        # The sandbox's addresses are there to be tried again and again.
        values["limits"] = {} if values["sandbox"] else rate_limits("on")
    if not values["sandbox"]:
        return
    values["nylas_api_key"] = SANDBOX_API_KEY
    values["secret_key"] = values["secret_key"] or SANDBOX_SECRET_KEY
    values["link_key"] = values["link_key"] or SANDBOX_LINK_KEY
    if values["sandbox_lan"] and is_loopback(values["host"]):
        values["host"] = "0.0.0.0"  # noqa: S104 (a device needs the code that the terminal shows)


def _take_client(provider: str, values: dict[str, Any]) -> Client:
    kinds = (*ENDPOINTS, "revoke")
    endpoints = {kind: values.pop(f"{provider}_{kind}_url", "") for kind in kinds}
    return Client(
        id=values.pop(f"{provider}_client_id"),
        secret=values.pop(f"{provider}_client_secret"),
        scopes=values.pop(f"{provider}_scopes"),
        endpoints={kind: url for kind, url in endpoints.items() if url},
    )

"""Everything that can be set from outside, read once, checked as a whole, and frozen.

``VARIABLES`` is the only list of settings: ``.env.example`` and the table in the README are
checked against it by a test. A value comes from the environment, else from ``.env``, else from
the default; a secret may also come from the file that ``NAME_FILE`` points to (Docker and
Kubernetes mount secrets that way).
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent

# Only ever used with SANDBOX=true: the sandbox answers on loopback alone and knows no real account.
SANDBOX_SECRET_KEY = "sandbox-only-key-that-protects-nothing-real"
SANDBOX_API_KEY = "sandbox"

SECRET_KEY_LENGTH = 32
OAUTH_PROVIDERS = ("google", "microsoft", "yahoo", "zoom")
ENDPOINTS = {
    "authorize": "where people sign in",
    "token": "where codes become tokens",
    "userinfo": "which account it was",
    "revoke": "where tokens are given back",
}

_LOGO_BYTES = 1024 * 1024
_LOGO_TYPES = (".svg", ".png", ".jpg", ".jpeg", ".webp")

# Prefixes of keys that other vendors hand out, met in the wild when the wrong line was pasted.
_FOREIGN_KEYS = {
    "Stripe or OpenAI": r"(sk|pk|rk)[-_]",
    "GitHub": r"gh[pousr]_|github_pat_",
    "GitLab": r"glpat-",
    "Slack": r"xox[abeprs]-",
    "AWS": r"AKIA|ASIA",
    "Google": r"AIza|GOCSPX-|ya29\.",
    "SendGrid": r"SG\.",
    "Twilio": r"SK[0-9a-f]{32}$",
}
_HOST_AND_PORT = re.compile(r"([a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_PLACEHOLDERS = re.compile(r"change.?me|your.?secret|replace|example|placeholder|default", re.I)


class ConfigError(click.ClickException):
    """The settings cannot be used; the text lists every problem, one a line.

    A ``ClickException``, so that every ``flask`` command prints it and exits with code 1.
    """


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` (a name or an IP literal, without port) is this machine only."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _switch(value: str) -> bool:
    lowered = value.lower()
    if lowered in ("true", "yes", "on", "1"):
        return True
    if lowered in ("false", "no", "off", "0"):
        return False
    raise ValueError("must be true or false")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return parse


def _list(value: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", value) if part)


def _origin(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # brackets that do not match, ports that are no number
        good = False
    if not good or not parts.hostname or not _HOST_AND_PORT.fullmatch(parts.netloc):
        raise ValueError("must be an address like https://connect.example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must end after the host name, with no path behind it")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must start with https:// (http:// is for this machine only)")
    return f"{parts.scheme}://{parts.netloc}"


def return_uri(value: str) -> str:
    """Return ``value``, an address that people may be sent back to with a code.

    https, http to this machine (RFC 8252, 7.3), or a scheme that is an app's own, made of its
    domain (RFC 8252, 7.1); without anything that two programs might read in two ways.

    :raises ValueError: when it is none.
    """
    try:
        parts = urlsplit(value)
        good = parts.port != 0 and re.fullmatch(r"[!-~]+", value) and not set(value) & set("\\#")
        (parts.hostname or "").encode("idna")
    except ValueError:  # brackets that do not match, ports that are no number, no name for a host
        good = False
    own = "." in parts.scheme if good else False
    if not good or not (own or (parts.scheme in ("http", "https") and parts.hostname)):
        raise ValueError("must be addresses like https://app.example.com/callback")
    if "@" in parts.netloc:
        raise ValueError("must not name a user before the host")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must start with https:// (http:// is for this machine only)")
    return value


def _return_uris(value: str) -> tuple[str, ...]:
    return tuple(return_uri(part) for part in _list(value))


def _client_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise ValueError("must be the client ID that the Nylas dashboard shows")
    return value


def _redis(value: str) -> str:
    if urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be an address like redis://host:6379/0")
    return value


def _api_key(value: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError("holds a space, a line break or another character no key has")
    for vendor, pattern in _FOREIGN_KEYS.items():
        if re.match(pattern, value):
            raise ValueError(f"looks like a key of {vendor}, not like one of Nylas")
    return value


def _secret_key(value: str) -> str:
    if len(value) < SECRET_KEY_LENGTH:
        raise ValueError(f"is too short: it needs at least {SECRET_KEY_LENGTH} random characters")
    if value == SANDBOX_SECRET_KEY or _PLACEHOLDERS.search(value) or len(set(value)) < 10:
        raise ValueError("is a placeholder: make a random one, see .env.example")
    return value


def _secret_keys(value: str) -> tuple[str, ...]:
    return tuple(_secret_key(key) for key in _list(value))


def _color(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("must be a colour like #1f5fd6")
    return value.lower()


def _logo(value: str) -> Path:
    path = ROOT / value
    if path.suffix.lower() not in _LOGO_TYPES or not path.is_file():
        raise ValueError(f"must be the path of an image file ({' '.join(_LOGO_TYPES)})")
    if path.stat().st_size > _LOGO_BYTES:
        raise ValueError("must be a file of 1 MB at most")
    return path


def _existing_file(value: str) -> Path:
    path = ROOT / value
    if not path.is_file():
        raise ValueError(f"must be the path of a file; there is none at {path}")
    return path


def _log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
    return value.upper()


def _endpoint(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("must be an address like https://login.example.com/path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must start with https:// (http:// is for this machine only)")
    return value


def _contact(value: str) -> str:
    if re.fullmatch(r"mailto:[!-~]+@[!-~]+", value):
        return value
    if not value.startswith("https://"):
        raise ValueError("must start with mailto: or https://")
    return _endpoint(value)


def _tenant(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", value):
        raise ValueError("must be common, organizations, consumers, or a tenant's id or domain")
    return value


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One setting: its name, its default as text, what it means, how its text is read.

    ``unset`` is the value when there is neither a text nor a default.
    """

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any] = str
    unset: Any = ""
    secret: bool = False


def _client_variables(provider: str) -> tuple[Variable, ...]:
    name = provider.capitalize()
    endpoint = "Replaces an address of {}: {}. For sovereign clouds and tests."
    return (
        Variable(
            name=f"{provider}_CLIENT_ID",
            default="",
            meaning=f"Your OAuth client at {name}: the same as in the Nylas connector.",
        ),
        Variable(
            name=f"{provider}_CLIENT_SECRET",
            default="",
            meaning="Its secret.",
            secret=True,
        ),
        Variable(
            name=f"{provider}_SCOPES",
            default="",
            meaning="Other permissions to ask for, separated by spaces, than those of README.",
            parse=_list,
            unset=(),
        ),
        *(
            Variable(
                name=f"{provider}_{kind.upper()}_URL",
                default="",
                meaning=endpoint.format(name, what),
                parse=_endpoint,
            )
            for kind, what in ENDPOINTS.items()
        ),
    )


VARIABLES = (
    Variable(
        name="NYLAS_API_KEY",
        default="",
        meaning="API key of your Nylas application. Required, unless `SANDBOX=true`.",
        parse=_api_key,
        secret=True,
    ),
    Variable(
        name="NYLAS_API_URI",
        default="https://api.us.nylas.com",
        meaning="Region of that application; for Europe `https://api.eu.nylas.com`.",
        parse=_origin,
    ),
    Variable(
        name="NYLAS_CLIENT_ID",
        default="",
        meaning="Client ID of that application; without it, Nylas is asked.",
        parse=_client_id,
    ),
    Variable(
        name="SANDBOX",
        default="false",
        meaning="`true` answers from a built-in Nylas without accounts, on this machine only.",
        parse=_switch,
    ),
    Variable(
        name="SECRET_KEY",
        default="",
        meaning="Seals the cookies. At least 32 random characters, the same on every instance.",
        parse=_secret_key,
        secret=True,
    ),
    Variable(
        name="SECRET_KEY_FALLBACKS",
        default="",
        meaning="Former secret keys, separated by commas: they still open, but no longer seal.",
        parse=_secret_keys,
        unset=(),
        secret=True,
    ),
    Variable(
        name="PUBLIC_URL",
        default="",
        meaning="Address people open, like `https://connect.example.com`. "
        "Without it, the page answers to this machine's own names only.",
        parse=_origin,
    ),
    Variable(
        name="TRUSTED_HOSTS",
        default="",
        meaning="More host names to answer to, separated by commas; `.example.com` is a domain "
        "with all below it.",
        parse=_list,
        unset=(),
    ),
    Variable(
        name="TRUSTED_PROXIES",
        default="0",
        meaning="Number of proxies in front that set `X-Forwarded-*`.",
        parse=_whole(0, 10),
    ),
    Variable(
        name="ALLOW_ANY_MAIL_HOST",
        default="false",
        meaning="`true` accepts any typed mail server. Dangerous on a public page, see Security.",
        parse=_switch,
    ),
    Variable(
        name="RETURN_URIS",
        default="",
        meaning="Addresses of apps to lead back to, separated by commas, besides the callback URIs "
        "of the Nylas application.",
        parse=_return_uris,
        unset=(),
    ),
    Variable(
        name="AUTO_RETURN",
        default="false",
        meaning="`true` leads back to the app by itself, shortly after the confirmation.",
        parse=_switch,
    ),
    Variable(
        name="LINK_REQUIRED",
        default="false",
        meaning="`true` lets in only people with a signed link.",
        parse=_switch,
    ),
    Variable(
        name="BRAND_FILE",
        default="",
        meaning="Path of your brand's file, see Your brand. The next three win over it.",
        parse=_existing_file,
        unset=None,
    ),
    Variable(
        name="BRAND_NAME",
        default="",
        meaning="Your company or product, as shown; `Latchkey` unless set.",
    ),
    Variable(
        name="BRAND_LOGO",
        default="",
        meaning="Path of your logo (SVG, PNG, JPEG or WebP, up to 1 MB).",
        parse=_logo,
        unset=None,
    ),
    Variable(
        name="BRAND_COLOR",
        default="",
        meaning="Colour of the main button and of links; made readable by itself.",
        parse=_color,
    ),
    *_client_variables("GOOGLE"),
    *_client_variables("MICROSOFT"),
    Variable(
        name="MICROSOFT_TENANT",
        default="common",
        meaning="Who may sign in: `common`, `organizations`, `consumers` or a tenant, as in Nylas.",
        parse=_tenant,
    ),
    *_client_variables("YAHOO"),
    *_client_variables("ZOOM"),
    Variable(
        name="REDIS_URL",
        default="",
        meaning="Redis or Valkey, like `redis://host:6379/0`, which processes and instances share.",
        parse=_redis,
        secret=True,
    ),
    Variable(
        name="NYLAS_DETECTS_PER_MINUTE",
        default="20",
        meaning="Detect Provider calls that Nylas allows your application.",
        parse=_whole(1, 10_000),
    ),
    Variable(
        name="NYLAS_SIGN_INS_PER_SECOND",
        default="50",
        meaning="Authentications that Nylas allows your application.",
        parse=_whole(1, 10_000),
    ),
    Variable(
        name="KNOWN_DOMAINS",
        default="true",
        meaning="`false` asks Nylas about gmail.com and the like, too.",
        parse=_switch,
    ),
    Variable(
        name="MX_LOOKUPS",
        default="true",
        meaning="`false` never asks DNS about a domain while Nylas may not be asked.",
        parse=_switch,
    ),
    Variable(
        name="RESULT_WEBHOOK_URL",
        default="",
        meaning="Where your app hears how each sign-in ended, see Result notice.",
        parse=_endpoint,
    ),
    Variable(
        name="RESULT_WEBHOOK_SECRET",
        default="",
        meaning="Signs these notices. At least 32 random characters, which your app knows, too.",
        parse=_secret_key,
        secret=True,
    ),
    Variable(
        name="RESULT_WEBHOOK_EMAIL",
        default="false",
        meaning="`true` names the person's address in them.",
        parse=_switch,
    ),
    Variable(
        name="SECURITY_CONTACT",
        default="",
        meaning="Where to report a weakness, like `mailto:security@example.com` or an https "
        "address; shown in `/.well-known/security.txt`.",
        parse=_contact,
    ),
    Variable(
        name="SECURITY_POLICY",
        default="",
        meaning="Address of your rules for such reports, shown there too.",
        parse=_endpoint,
    ),
    Variable(
        name="METRICS_PORT",
        default="",
        meaning="Port for Prometheus, which serves `/metrics` and nothing else, without a token.",
        parse=_whole(1, 65535),
        unset=0,
    ),
    Variable(
        name="METRICS_TOKEN",
        default="",
        meaning="Opens `/metrics` on the page itself, as a bearer token. At least 32 random "
        "characters.",
        parse=_secret_key,
        secret=True,
    ),
    Variable(name="LOG_LEVEL", default="INFO", meaning="Least level logged.", parse=_log_level),
    Variable(name="HOST", default="127.0.0.1", meaning="Address to listen on."),
    Variable(name="PORT", default="8000", meaning="Port to listen on.", parse=_whole(1, 65535)),
    Variable(
        name="WEB_CONCURRENCY",
        default="1",
        meaning="Number of server processes.",
        parse=_whole(1, 64),
    ),
)


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
    """The checked settings: one field for each entry of ``VARIABLES``, in small letters.

    The entries about OAuth clients stand together in ``clients``, by provider.
    """

    nylas_api_key: str = field(repr=False)
    nylas_api_uri: str
    nylas_client_id: str
    sandbox: bool
    secret_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(repr=False)
    public_url: str
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    allow_any_mail_host: bool
    return_uris: tuple[str, ...]
    auto_return: bool
    link_required: bool
    brand_file: Path | None
    brand_name: str
    brand_logo: Path | None
    brand_color: str
    clients: Mapping[str, Client]
    microsoft_tenant: str
    redis_url: str = field(repr=False)
    nylas_detects_per_minute: int
    nylas_sign_ins_per_second: int
    known_domains: bool
    mx_lookups: bool
    result_webhook_url: str
    result_webhook_secret: str = field(repr=False)
    result_webhook_email: bool
    security_contact: str
    security_policy: str
    metrics_port: int
    metrics_token: str = field(repr=False)
    log_level: str
    host: str
    port: int
    web_concurrency: int

    @property
    def answers_to(self) -> tuple[str, ...]:
        """Host names that requests may carry; a leading dot stands for a whole domain."""
        names = ("localhost", ".localhost", "127.0.0.1", "[::1]")
        public = urlsplit(self.public_url).hostname
        if self.sandbox:
            return names
        more = (name.lower() for name in self.trusted_hosts)
        return (*names, *((public,) if public else ()), *more)


def load_settings(
    environ: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env"
) -> Settings:
    """Read and check all settings.

    :param environ: the environment; the process's own unless given.
    :param env_file: lines of ``NAME=value``; it may be missing.
    :raises ConfigError: with every problem there is, and never a secret in its text.
    """
    written = {**_read_env_file(env_file), **(os.environ if environ is None else environ)}
    given = {name: value.strip() for name, value in written.items() if value and value.strip()}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        try:
            values[variable.name.lower()] = _read(variable, given)
        except ValueError as error:
            problems.append(f"{variable.name} {error}.")
            values[variable.name.lower()] = None
    problems += _contradictions(given, values)
    if problems:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        raise ConfigError(f"Latchkey cannot start. Please mend these settings:\n{lines}")
    clients = {
        name: client for name in OAUTH_PROVIDERS if (client := _take_client(name, values)).id
    }
    if values["sandbox"]:
        values["nylas_api_key"] = SANDBOX_API_KEY
        values["secret_key"] = values["secret_key"] or SANDBOX_SECRET_KEY
    return Settings(**values, clients=clients)


def _take_client(provider: str, values: dict[str, Any]) -> Client:
    endpoints = {kind: values.pop(f"{provider}_{kind}_url") for kind in ENDPOINTS}
    return Client(
        id=values.pop(f"{provider}_client_id"),
        secret=values.pop(f"{provider}_client_secret"),
        scopes=values.pop(f"{provider}_scopes"),
        endpoints={kind: url for kind, url in endpoints.items() if url},
    )


def _read_env_file(path: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        name = type(error).__name__
        raise ConfigError(f"Latchkey cannot start: {path.name} cannot be read ({name}).") from None


def _read(variable: Variable, given: Mapping[str, str]) -> Any:
    value = given.get(variable.name, "")
    path = given.get(f"{variable.name}_FILE", "") if variable.secret else ""
    if value and path:
        raise ValueError(f"and {variable.name}_FILE are both set: keep one")
    if path:
        value = _read_file(path)
    text = value or variable.default
    return variable.parse(text) if text else variable.unset


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read from its file ({type(error).__name__})") from error


def _contradictions(given: Mapping[str, str], values: Mapping[str, Any]) -> list[str]:
    """What no single value shows. A value of ``None`` has its own problem reported already."""
    has_key = values["nylas_api_key"] != ""
    problems = []
    if values["sandbox"] and has_key:
        problems.append("NYLAS_API_KEY and SANDBOX=true are both set: keep one of them.")
    if values["sandbox"] and not is_loopback(values["host"]):
        problems.append("HOST must be 127.0.0.1 in the sandbox: it is for this machine only.")
    if values["sandbox"] is False and not has_key:
        problems.append("NYLAS_API_KEY is missing (or set SANDBOX=true to try the page without).")
    if values["sandbox"] is False and values["secret_key"] == "":
        problems.append("SECRET_KEY is missing: make a random one, see .env.example.")
    if values["metrics_port"] and values["metrics_port"] == values["port"]:
        problems.append("METRICS_PORT and PORT are the same: choose another port for metrics.")
    problems += _client_contradictions(values)
    if (values["result_webhook_url"] == "") != (values["result_webhook_secret"] == ""):
        problems.append("RESULT_WEBHOOK_URL and RESULT_WEBHOOK_SECRET belong together: set both.")
    return problems


def _client_contradictions(values: Mapping[str, Any]) -> list[str]:
    problems = []
    for name in (provider.upper() for provider in OAUTH_PROVIDERS):
        client_id, secret = (values[f"{name}_client_{part}".lower()] for part in ("id", "secret"))
        if (client_id == "") != (secret == ""):
            problems.append(f"{name}_CLIENT_ID and {name}_CLIENT_SECRET belong together: set both.")
        elif client_id and values["public_url"] == "" and not is_loopback(values["host"]):
            problems.append(f"PUBLIC_URL is missing: {name.capitalize()} sends people back there.")
    return problems

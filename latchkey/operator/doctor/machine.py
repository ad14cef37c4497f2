"""What surrounds the page: settings, address, proxies, Redis, DNS, and how many processes."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config import Settings
from latchkey.infra.addresses import is_loopback
from latchkey.infra.store import RedisFacts, RedisLost
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.operator.doctor.marks import check_marks
from latchkey.operator.doctor.public_url import check_public_url
from latchkey.web.services import Services

_SLOW_SECONDS = 0.05
_OLDEST_REDIS = (6, 2)  # the first with GETDEL
_REDIS_FIXES = {
    "AuthenticationError": "The user or the password in REDIS_URL is wrong or missing.",
    "NoPermissionError": "Let its user read, write, run scripts and INFO on latchkey:*.",
    "TimeoutError": "It does not answer within half a second: look at network and load.",
}
_REDIS_FIXES_BY_TEXT = {
    "CERTIFICATE_VERIFY_FAILED": (
        "Its certificate is not trusted: name the authority's by ?ssl_ca_certs= in REDIS_URL."
    ),
    "WRONG_VERSION_NUMBER": "It speaks no TLS: use redis:// in REDIS_URL.",
    "DB index": "It has no database of the number in REDIS_URL: usual are 0 to 15.",
    "SELECT is not allowed": "It is a cluster: use a Redis whose cluster mode is off.",
}
_REDIS_NOT_REACHED = {
    "redis": "Look at host and port in REDIS_URL; a server that wants TLS needs rediss://.",
    "rediss": "Look at host and port in REDIS_URL; a server without TLS needs redis://.",
    "unix": "Look at the path in REDIS_URL, and whether this user may write to the socket there.",
}


def check_machine(services: Services, *, outside: bool) -> Iterator[Finding]:
    """Check what is around the page.

    :param outside: ask ``PUBLIC_URL``, too.
    """
    settings = services.settings
    if settings.sandbox:
        yield Finding(check="sandbox", level=Level.NOTE, text="This is the sandbox.")
    address = list(_check_address(settings))
    yield from address
    # The start prints them itself, and the trouble with the address is one of them.
    for doubt in settings.warnings if outside and not address else ():
        yield Finding(check="settings", level=Level.WARNING, text=doubt)
    seen = list(check_public_url(settings)) if outside else []
    yield from seen
    # What arrived through the proxies says more than the settings do.
    if not any(finding.check == "proxies" for finding in seen):
        yield from _check_proxies(settings)
    yield from _check_redis(services)
    yield from check_marks(services)
    yield from _check_dns(services)


def _check_address(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url and not is_loopback(settings.host):
        yield Finding(
            check="address",
            level=Level.FAILED,
            text="Without PUBLIC_URL the page answers to this machine's own names only.",
            fix="Set PUBLIC_URL to the address that people open.",
        )


def _check_proxies(settings: Settings) -> Iterator[Finding]:
    public = urlsplit(settings.public_url)
    outside = public.scheme == "https" and not is_loopback(public.hostname or "")
    if outside and not settings.trusted_proxies:
        yield Finding(
            check="proxies",
            level=Level.WARNING,
            text="PUBLIC_URL is https, so a proxy is in front, but TRUSTED_PROXIES is 0.",
            fix="Set TRUSTED_PROXIES to the number of proxies: else all people share one address.",
        )
    elif settings.trusted_proxies and not outside:
        yield Finding(
            check="proxies",
            level=Level.WARNING,
            text="TRUSTED_PROXIES is set although PUBLIC_URL names no proxy's address.",
            fix="Set it to 0 where no proxy is in front: else people can choose their address.",
        )


def _check_redis(services: Services) -> Iterator[Finding]:
    settings = services.settings
    if not settings.redis_url:
        if settings.web_concurrency > 1 and not settings.sandbox:
            yield Finding(
                check="redis",
                level=Level.WARNING,
                text="WEB_CONCURRENCY is more than 1 and REDIS_URL is not set: limits are divided.",
                fix="Set REDIS_URL.",
            )
        return
    try:
        facts = services.store.describe()
    except RedisLost as error:
        yield Finding(
            check="redis",
            level=Level.FAILED,
            text=f"Redis cannot be used ({error.kind}).",
            fix=_redis_fix(error, settings.redis_url),
        )
        return
    yield from _about_redis(facts, settings)
    if services.store.ask(lambda remote: remote.secret_keys.others(), 0):
        yield _redis_warning(
            "In the last day an instance at this PUBLIC_URL had another SECRET_KEY: what one of "
            "them seals, the other cannot open.",
            "Give all the same SECRET_KEY, and put a former one into SECRET_KEY_FALLBACKS.",
        )


def _redis_fix(error: RedisLost, url: str) -> str:
    scheme = urlsplit(url).scheme
    # redis-py keeps only the text of what the TLS library or the server said.
    for part, fix in _REDIS_FIXES_BY_TEXT.items():
        if part in str(error):
            return fix
    if error.kind == "TimeoutError" and scheme == "rediss":
        # A server without TLS waits for the end of the first line.
        return f"{_REDIS_FIXES['TimeoutError'][:-1]}; one without TLS needs redis://."
    return _REDIS_FIXES.get(error.kind, _REDIS_NOT_REACHED[scheme])


def _about_redis(facts: RedisFacts, settings: Settings) -> Iterator[Finding]:
    text = f"{facts.name} {facts.version} answers within {facts.seconds * 1000:.1f} ms."
    yield Finding(check="redis", level=Level.OK, text=text)
    yield from _about_role(facts)
    if facts.number < _OLDEST_REDIS:
        yield _redis_warning(f"{facts.name} {facts.version} is too old.", "Use 6.2 or newer.")
    if facts.seconds > _SLOW_SECONDS:
        yield _redis_warning("Redis is slow.", "Each step of a sign-in asks it: have it nearby.")
    if facts.eviction not in ("", "noeviction"):
        yield _redis_warning(
            f"Redis may drop things when its memory is full (maxmemory-policy {facts.eviction}).",
            "Set maxmemory-policy noeviction: webhooks lie there, and which links were used.",
        )
    if not facts.durable:
        yield _redis_warning(
            "A Redis that starts again has forgotten which links were used.", "Set appendonly yes."
        )
    parts = urlsplit(settings.redis_url)
    if parts.scheme == "redis" and not is_loopback(parts.hostname or "localhost"):
        yield _redis_warning(
            "The way to Redis is not encrypted.", "Use rediss://, unless the network is private."
        )


def _about_role(facts: RedisFacts) -> Iterator[Finding]:
    if facts.cluster:
        yield _redis_finding(
            Level.FAILED,
            "REDIS_URL leads to a cluster, which refuses to count several things at once.",
            "Use a Redis whose cluster mode is off; failover to a replica is fine.",
        )
    if facts.replica:
        yield _redis_finding(
            Level.FAILED,
            "REDIS_URL leads to a replica, which refuses to be written to.",
            "Name the primary in REDIS_URL, by a name that follows it when it changes.",
        )


def _redis_warning(text: str, fix: str) -> Finding:
    return _redis_finding(Level.WARNING, text, fix)


def _redis_finding(level: Level, text: str, fix: str) -> Finding:
    return Finding(check="redis", level=level, text=text, fix=fix)


def _check_dns(services: Services) -> Iterator[Finding]:
    answers = services.detector.dns_answers()
    if answers is None:
        return
    if answers:
        yield Finding(check="dns", level=Level.OK, text="DNS tells MX records.")
    else:
        yield Finding(
            check="dns",
            level=Level.WARNING,
            text="DNS gave no MX record within a second.",
            fix="Look at /etc/resolv.conf, or set MX_LOOKUPS=false.",
        )

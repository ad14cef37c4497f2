"""Do scheme, host and the client's address arrive through the proxies as they are?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config import Settings
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.arrival import Arrival


def check_arrival(settings: Settings, arrival: Arrival | None) -> Iterator[Finding]:
    """Compare what arrived at the page with ``PUBLIC_URL`` and ``TRUSTED_PROXIES``.

    :param arrival: what the page answered; None when it does not believe this program.
    """
    if arrival is None:
        yield _finding(
            Level.WARNING,
            "The page at PUBLIC_URL does not know this SECRET_KEY: it tells nothing.",
            "Use the same SECRET_KEY and version on every instance, and here.",
        )
        return
    trouble = [*_check_address(settings, arrival), *_check_client(settings, arrival)]
    yield from trouble
    if not trouble:
        text = f"Scheme, host and client arrive through {arrival.proxies} proxies as they are."
        yield _finding(Level.OK, text)


def _check_address(settings: Settings, arrival: Arrival) -> Iterator[Finding]:
    public = urlsplit(settings.public_url)
    if arrival.scheme != public.scheme:
        yield _finding(
            Level.FAILED,
            f"PUBLIC_URL is {public.scheme}, but {arrival.scheme} arrives at the page.",
            "Have the proxy set X-Forwarded-Proto, and set TRUSTED_PROXIES.",
        )
    # Ports are compared by the page itself; a proxy may leave out the usual one.
    if urlsplit(f"//{arrival.host}").hostname != public.hostname:
        yield _finding(
            Level.FAILED,
            f"PUBLIC_URL names {public.hostname}, but {arrival.host} arrives at the page.",
            "Have the proxy pass on Host, or set X-Forwarded-Host and TRUSTED_PROXIES.",
        )


def _check_client(settings: Settings, arrival: Arrival) -> Iterator[Finding]:
    trusted = settings.trusted_proxies
    if arrival.deceived:
        yield _finding(
            Level.FAILED,
            f"People can choose the address that limits count for: {arrival.proxies} proxies are "
            f"in front, and TRUSTED_PROXIES is {trusted}.",
            _fix(arrival),
        )
    elif arrival.proxies != trusted:
        yield _finding(
            Level.WARNING,
            f"{arrival.proxies} proxies are in front, and TRUSTED_PROXIES is {trusted}: "
            "all people share the address of a proxy, and its limits.",
            _fix(arrival),
        )


def _fix(arrival: Arrival) -> str:
    if arrival.proxies:
        return f"Set TRUSTED_PROXIES={arrival.proxies}."
    return "Set TRUSTED_PROXIES=0, or have the proxy set X-Forwarded-For."


def _finding(level: Level, text: str, fix: str = "") -> Finding:
    return Finding(check="proxies", level=level, text=text, fix=fix)

"""Does Nylas accept the key, in this region, at this time, for this application?"""

import time
from collections.abc import Iterator

from config import Settings
from latchkey.infra.errors import UpstreamError
from latchkey.nylas.errors import is_key_refused
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.services import Services

_REGIONS = {"the US": "https://api.us.nylas.com", "Europe": "https://api.eu.nylas.com"}
# Codes, links and ID tokens are good for minutes; Nylas's grants are compared within a minute.
_MOST_SKEW_SECONDS = 30


def check_nylas(services: Services) -> Iterator[Finding]:
    """Check the key, and the clock by Nylas's."""
    try:
        services.nylas.connectors()
    except UpstreamError as error:
        yield _refused(services) if is_key_refused(error) else _silent(error)
        return
    yield Finding(check="key", level=Level.OK, text="Nylas accepts the API key.")
    yield from _check_clock(services)


def check_apps(services: Services) -> Iterator[Finding]:
    """Check which application it is, and where its people may be led back to."""
    addresses = services.return_addresses
    said = services.settings.nylas_client_id
    try:
        known = services.nylas.application().client_id
        uris = sorted(addresses.all())
    except UpstreamError as error:
        text = f"Nylas cannot be asked for its application ({type(error).__name__}: {error})."
        yield Finding(check="application", level=Level.WARNING, text=text)
        if not said:
            return
        known, uris = said, sorted(services.settings.return_uris)
    yield from _check_client_id(services.settings, known)
    if uris:
        text = f"Apps with the client ID {known} may lead people back to: {' '.join(uris)}"
        yield Finding(check="apps", level=Level.OK, text=text)
    else:
        yield Finding(
            check="apps",
            level=Level.NOTE,
            text=f"No app can lead people back yet (client ID {known}):",
            fix="set RETURN_URIS, or add callback URIs to the Nylas application.",
        )


def _check_client_id(settings: Settings, known: str) -> Iterator[Finding]:
    said = settings.nylas_client_id
    if said and said != known:
        yield Finding(
            check="application",
            level=Level.FAILED,
            text=f"NYLAS_CLIENT_ID is not the application of the API key, which is {known}.",
            fix=f"Set NYLAS_CLIENT_ID={known}, or leave it empty.",
        )
    if settings.redis_url and not said:
        yield Finding(
            check="application",
            level=Level.WARNING,
            text="A new API key would not find used links and waiting webhooks in Redis.",
            fix=f"Set NYLAS_CLIENT_ID={known}.",
        )


def _refused(services: Services) -> Finding:
    here = services.settings.nylas_api_uri
    for name, uri in _REGIONS.items():
        if uri != here and here in _REGIONS.values() and _accepts(services, uri):
            return Finding(
                check="key",
                level=Level.FAILED,
                text=f"Nylas refuses the API key here: it is one of {name}.",
                fix=f"Set NYLAS_API_URI={uri}.",
            )
    return Finding(
        check="key",
        level=Level.FAILED,
        text="Nylas refuses the API key, in this region and in the others.",
        fix="Make a new one in the Nylas dashboard and set NYLAS_API_KEY.",
    )


def _accepts(services: Services, uri: str) -> bool:
    try:
        return services.nylas.at(uri).accepts_key()
    except UpstreamError:
        return False


def _silent(error: UpstreamError) -> Finding:
    return Finding(
        check="key",
        level=Level.FAILED,
        text=f"Nylas cannot be asked for its connectors ({type(error).__name__}: {error}).",
        fix="Look at NYLAS_API_URI, the way out to it, and https://status-v3.nylas.com.",
    )


def _check_clock(services: Services) -> Iterator[Finding]:
    try:
        theirs = services.nylas.clock()
    except UpstreamError:
        return
    if not theirs:
        return
    skew = round(time.time() - theirs)
    if abs(skew) <= _MOST_SKEW_SECONDS:
        yield Finding(check="clock", level=Level.OK, text="The clock agrees with Nylas's.")
        return
    yield Finding(
        check="clock",
        level=Level.FAILED,
        text=f"The clock is {abs(skew)} seconds {'ahead of' if skew > 0 else 'behind'} Nylas's.",
        fix="Have the machine set its clock by NTP: cookies, codes and links depend on it.",
    )

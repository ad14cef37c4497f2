"""Does Nylas accept the key, in this region, at this time, for this application?"""

import time
from collections.abc import Iterator
from urllib.request import getproxies

from config import Settings
from latchkey.infra.errors import NotSent, UpstreamError
from latchkey.nylas import Application
from latchkey.nylas.errors import is_blocked, is_key_refused
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.services import Services

_REGIONS = {"the US": "https://api.us.nylas.com", "Europe": "https://api.eu.nylas.com"}
# Codes, links and ID tokens are good for minutes; Nylas's grants are compared within a minute.
_MOST_SKEW_SECONDS = 30

# What came of the one question for the application; None when it was not asked.
Asked = Application | UpstreamError | None

_ASK_AGAIN = "Look at NYLAS_API_URI, the way out to it, and https://status-v3.nylas.com."


def check_nylas(services: Services) -> Iterator[Finding]:
    """Check the key, and the clock by Nylas's."""
    try:
        services.nylas.connectors()
    except UpstreamError as error:
        yield _refused(services) if is_key_refused(error) else _silent(error)
        return
    yield Finding(check="key", level=Level.OK, text="Nylas accepts the API key.")
    yield from _check_clock(services)


def ask_application(services: Services) -> Asked:
    """Ask Nylas for the application, once for all checks."""
    try:
        return services.nylas.application()
    except UpstreamError as error:
        return error


def check_apps(services: Services, application: Asked) -> Iterator[Finding]:
    """Check which application it is, and where its people may be led back to.

    :param application: what came of ``ask_application``.
    """
    settings = services.settings
    if isinstance(application, Application):
        known, uris = application.client_id, sorted(services.return_addresses.of(application))
        yield from _check_environment(settings, application.environment)
        yield from _check_callback_uris(services, application)
    else:
        text = (
            f"Nylas cannot be asked for its application ({type(application).__name__}: "
            f"{application})."
        )
        yield Finding(check="application", level=Level.WARNING, text=text, fix=_ASK_AGAIN)
        if not settings.nylas_client_id:
            return
        known, uris = settings.nylas_client_id, sorted(settings.return_uris)
    yield from _check_client_id(settings, known)
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


def _check_environment(settings: Settings, environment: str) -> Iterator[Finding]:
    # Nylas's reference knows production and staging; its guides call the second one Sandbox.
    if settings.sandbox or environment in ("", "production"):
        return
    public = settings.public_url.startswith("https://")
    yield Finding(
        check="environment",
        level=Level.WARNING if public else Level.NOTE,
        text=f"NYLAS_API_KEY is of a Nylas application for {environment}, not for production: "
        "a sandbox application holds 5 grants at most.",
        fix="Set the key of a production application before people come." if public else "",
    )


def _check_callback_uris(services: Services, application: Application) -> Iterator[Finding]:
    if unusable := sorted(services.return_addresses.unusable(application)):
        yield Finding(
            check="apps",
            level=Level.NOTE,
            text=f"{' '.join(unusable)}: nobody is led back to these callback URIs of the Nylas "
            "application.",
            fix="Use https, http on the app's own machine, or a scheme made of its domain "
            "(com.example.app:/callback, RFC 8252, 7.1).",
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
    if is_blocked(error):
        text = f"Nylas has blocked the application ({error})."
        return Finding(check="key", level=Level.FAILED, text=text, fix="Ask Nylas's support why.")
    return Finding(
        check="key",
        level=Level.FAILED,
        text=f"Nylas cannot be asked for its connectors ({type(error).__name__}: {error}).",
        fix=_way_out(error),
    )


def _way_out(error: UpstreamError) -> str:
    """What keeps a page in a company's network from Nylas, or where else to look."""
    if "issuer" in str(error) or "signed certificate" in str(error):
        return (
            "If an authority of your company signs what goes out, name a file of its certificates "
            "in SSL_CERT_FILE, in the environment; other variables do not count."
        )
    if getproxies().keys() & {"https", "all"} and isinstance(error, NotSent):
        return (
            "HTTPS_PROXY and ALL_PROXY are not used, as passwords go to Nylas directly: let this "
            "machine reach NYLAS_API_URI by itself."
        )
    return _ASK_AGAIN


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

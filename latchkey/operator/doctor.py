"""Looks at the settings and at Nylas, and says what is missing for whom: one sentence each."""

from collections.abc import Iterator
from urllib.parse import urljoin

from latchkey.infra.errors import UpstreamError
from latchkey.nylas import Connector
from latchkey.nylas.errors import Refused
from latchkey.providers import PROVIDERS
from latchkey.web.services import Services

CALLBACK = "/oauth/{provider}/callback"


def findings(services: Services) -> Iterator[str]:
    """Say what works and what is missing, in the operator's words."""
    try:
        connectors = {connector.provider: connector for connector in services.nylas.connectors()}
    except UpstreamError as error:
        yield _about_nylas(error)
        return
    yield "Nylas accepts the API key."
    for key, provider in PROVIDERS.items():
        if provider.oauth:
            yield f"{key}: {_about_oauth(services, key, connectors.get(key))}"
        elif key in connectors:
            yield f"{key}: offered."
        else:
            yield f"{key}: not offered, the Nylas application has no connector for it."
    yield from _about_apps(services)
    settings = services.settings
    if settings.web_concurrency > 1 and not settings.redis_url and not settings.sandbox:
        yield "WEB_CONCURRENCY is more than 1 and REDIS_URL is not set: limits are divided."
    yield from _about_marks(services)


def _about_marks(services: Services) -> Iterator[str]:
    """What is used once needs a place that remembers it."""
    links = services.links
    yield f"Signed links: off, {links.trouble}." if links.trouble else "Signed links: on."
    marks = services.marks
    if not marks.is_usable:
        yield f"No app can exchange a code: {marks.trouble}, and REDIS_URL is not set."


def _about_apps(services: Services) -> Iterator[str]:
    addresses = services.return_addresses
    try:
        client_id, uris = addresses.client_id(), sorted(addresses.all())
    except UpstreamError as error:
        yield f"Nylas cannot be asked for its application ({type(error).__name__}: {error})."
        return
    if uris:
        yield f"Apps with the client ID {client_id} may lead people back to: {' '.join(uris)}"
    else:
        yield (
            f"No app can lead people back yet (client ID {client_id}): set RETURN_URIS, or add "
            "callback URIs to the Nylas application."
        )


def redirect_uri(services: Services, key: str) -> str:
    """The address to register at a provider."""
    settings = services.settings
    base = settings.public_url or f"http://localhost:{settings.port}"
    return urljoin(base, CALLBACK.format(provider=key))


def _about_nylas(error: UpstreamError) -> str:
    if isinstance(error, Refused) and error.refusal.status == 401:
        return "Nylas refuses the API key. Is NYLAS_API_URI the region of this key?"
    return f"Nylas cannot be asked for its connectors ({type(error).__name__}: {error})."


def _about_oauth(services: Services, key: str, connector: Connector | None) -> str:
    name = key.upper()
    client = services.oauth.get(key)
    if client is None and connector is None:
        return "not offered, it has neither a connector nor a client."
    if client is None:
        return f"not offered, set {name}_CLIENT_ID and {name}_CLIENT_SECRET."
    uri = redirect_uri(services, key)
    if connector is None:
        return "not offered, the Nylas application has no connector for it."
    if connector.client_id and connector.client_id != client.client_id:
        return (
            f"offered, but {name}_CLIENT_ID differs from the connector's client_id: "
            f"Nylas will not be able to refresh its tokens. Redirect URI: {uri}"
        )
    return f"offered. Register this redirect URI: {uri}"

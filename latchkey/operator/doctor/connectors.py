"""Which providers are offered, and what is missing for the others."""

from collections.abc import Iterator

from latchkey.infra.errors import UpstreamError
from latchkey.nylas import Connector
from latchkey.operator.doctor.finding import Finding, Level
from latchkey.providers import PROVIDERS
from latchkey.web.services import Services

CALLBACK = "/oauth/{provider}/callback"


def check_providers(services: Services) -> Iterator[Finding]:
    """Compare the connectors at Nylas with the OAuth clients here."""
    try:
        connectors = {connector.provider: connector for connector in services.nylas.connectors()}
    except UpstreamError as error:
        yield Finding(
            check="providers",
            level=Level.WARNING,
            text=f"Nylas cannot be asked for its connectors ({type(error).__name__}: {error}).",
            fix="Ask again in a minute.",
        )
        return
    offered = False
    for key, provider in PROVIDERS.items():
        connector = connectors.get(key)
        if provider.oauth:
            finding = _about_oauth(services, key, connector)
        else:
            finding = _about_passwords(key, connector)
        offered = offered or "not offered" not in finding.text
        yield finding
    if not offered:
        yield Finding(
            check="providers",
            level=Level.FAILED,
            text="No provider is offered, so nobody can connect a mailbox.",
            fix="Create connectors in the Nylas dashboard; imap, icloud and ews need nothing else.",
        )


def redirect_uri(services: Services, key: str) -> str:
    """The address to register at a provider."""
    settings = services.settings
    base = settings.public_url or f"http://localhost:{settings.port}"
    return base + CALLBACK.format(provider=key)


def _about_passwords(key: str, connector: Connector | None) -> Finding:
    if connector:
        return _finding(key, Level.OK, "offered.")
    return _finding(key, Level.NOTE, "not offered, the Nylas application has no connector for it.")


def _about_oauth(services: Services, key: str, connector: Connector | None) -> Finding:
    name = key.upper()
    client = services.oauth.get(key)
    uri = redirect_uri(services, key)
    if client is None and connector is None:
        return _finding(key, Level.NOTE, "not offered, it has neither a connector nor a client.")
    if client is None:
        fix = f"set {name}_CLIENT_ID and {name}_CLIENT_SECRET."
        return _finding(key, Level.WARNING, "not offered, no OAuth client is set for it:", fix)
    if connector is None:
        text = "not offered, the Nylas application has no connector for it."
        return _finding(key, Level.WARNING, text, "Create it with the same client.")
    if connector.client_id and connector.client_id != client.client_id:
        text = (
            f"offered, but {name}_CLIENT_ID differs from the connector's client_id: "
            "Nylas will not be able to refresh its tokens."
        )
        return _finding(key, Level.FAILED, text, f"Use one client for both. Redirect URI: {uri}")
    tenant = services.settings.microsoft_tenant
    if connector.tenant and connector.tenant != tenant:
        text = f"offered, but the connector's tenant is not MICROSOFT_TENANT, which is {tenant}."
        return _finding(key, Level.WARNING, text, f"Use one tenant for both. Redirect URI: {uri}")
    return _finding(key, Level.OK, f"offered. Register this redirect URI: {uri}")


def _finding(key: str, level: Level, text: str, fix: str = "") -> Finding:
    return Finding(check=f"provider-{key}", level=level, text=f"{key}: {text}", fix=fix)

"""Well-known mail providers, so that Nylas is not asked about gmail.com."""

from collections.abc import Collection

from latchkey.providers import PROVIDERS
from latchkey.providers.mailhosts import MailHost


def provider_of(host: MailHost | None, *, offered: Collection[str]) -> str:
    """Return the key of the provider of a mail host, "" without one.

    The server that mail is read from decides; what no entry claims is reached by IMAP.
    """
    if host is None:
        return ""
    for key, provider in PROVIDERS.items():
        if provider.imap_host == host.imap.host:
            return "imap" if provider.or_imap and key not in offered else key
    return "imap"

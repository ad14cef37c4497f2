"""What a form of credentials is filled in with before anyone types."""

from latchkey.providers import Provider
from latchkey.providers.password_entries import USUAL_PORTS
from latchkey.web.forms.mailbox import Mailbox


def known_values(provider: Provider, mailbox: Mailbox) -> dict[str, str]:
    """Values to fill the form in with, by field."""
    names = {spec.name for spec in provider.fields}
    known = {name: port for name, port in USUAL_PORTS.items() if name in names}
    if "imap_host" in names and mailbox.host:
        known |= known_servers(mailbox)
        known["username"] = mailbox.usual_login
    if "ews_host" in names:
        known["username"] = mailbox.email
    return known


def known_servers(mailbox: Mailbox) -> dict[str, str]:
    """Servers and ports of the mailbox's provider, by field; {} when it is not known."""
    if (host := mailbox.host) is None:
        return {}
    return {
        "imap_host": host.imap.host,
        "imap_port": str(host.imap.port),
        "smtp_host": host.smtp.host,
        "smtp_port": str(host.smtp.port),
    }

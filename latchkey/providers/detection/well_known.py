"""Well-known mail providers, so that Nylas is not asked about gmail.com."""

from collections.abc import Collection

from latchkey.providers.mailhosts import MailHost

# By the server that mail is read from; all others are reached by IMAP.
_OF_SERVER = {
    "imap.gmail.com": "google",
    "outlook.office365.com": "microsoft",
    "imap.mail.me.com": "icloud",
    "imap.mail.yahoo.com": "yahoo",
}


def provider_of(host: MailHost | None, *, offered: Collection[str]) -> str:
    """Return the key of the provider of a mail host, "" without one.

    Yahoo's own sign-in is for the few companies that Yahoo lets have it; all others use IMAP.
    """
    if host is None:
        return ""
    key = _OF_SERVER.get(host.imap.host, "imap")
    return "imap" if key == "yahoo" and key not in offered else key

"""``flask try``: how the provider of one address is found, without a sign-in."""

from collections.abc import Iterator

from flask import url_for

from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import read_address
from latchkey.web.services import Services

_SOURCES = {
    "cache": "Nylas said so before, and the answer is remembered",
    "known": "the table of mail providers knows the domain",
    "nylas": "Nylas said so just now",
    "mx": "the domain's MX records name a known mail provider",
    "none": "neither the table nor Nylas nor DNS could tell",
}


def walk(services: Services, email: str) -> Iterator[str]:
    """Say step by step what the page would do with ``email``. It may cost one detection.

    :raises AddressRefused: it is no address that Nylas could use.
    :raises UpstreamError: Nylas does not accept the API key.
    """
    address = read_address(email)
    ascii_email, domain = str(address.ascii_email), str(address.ascii_domain)
    detector = services.detector
    yield f"Nylas gets the address as {ascii_email}"
    if closed := services.hosts.unsupported(domain):
        yield f"{closed.name} has no way for other apps to sign in: the page says so and ends here"
        return
    host = services.hosts.find(domain)
    yield f"Table of mail providers: {host.name if host else 'has no row for this domain'}"
    if host is None and (known := services.mail_servers.provider_of(domain)):
        yield f"MX records: mail goes to {known.name}"
    connectors = " ".join(sorted(detector.connected())) or "none"
    guessed = "" if detector.knows_connectors else "Nylas does not tell; meanwhile, "
    yield f"Connectors at Nylas: {guessed}{connectors}"
    yield f"Offered to people: {' '.join(detector.offered()) or 'none'}"
    finding = detector.look_up(ascii_email)
    yield f"Detected: {finding.provider or 'nothing'} ({_SOURCES[finding.source]})"
    if finding.provider in PROVIDERS.keys() & detector.connected():
        yield f"Next page: {url_for(PROVIDERS[finding.provider].page, key=finding.provider)}"
    else:
        likeliest = detector.likeliest(ascii_email) or "none"
        yield f"Next page: {url_for('chooser.show')} (shown first: {likeliest})"

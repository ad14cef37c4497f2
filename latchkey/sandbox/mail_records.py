"""DNS of the sandbox: company domains whose mail a known provider takes in."""

from collections.abc import Iterable, Mapping

# Domain and its MX host. The providers' hosts are real ones, as their instructions give them.
COMPANIES: Mapping[str, str] = {
    "fastmail.company.example": "in1-smtp.messagingengine.com",
    "icloud.company.example": "mx01.mail.icloud.com",
    "microsoft.company.example": "company-example.mail.protection.outlook.com",
    "zoho.company.example": "mx.zoho.eu",
    "proton.company.example": "mail.protonmail.ch",
    "forwarding.company.example": "route1.mx.cloudflare.net",
}


class SandboxMailRecords:
    """Knows these domains; all others have no records. Asks no network."""

    def exchanges(self, domain: str) -> tuple[str, ...]:
        """Return the MX hosts of ``domain``."""
        return (COMPANIES[domain],) if domain in COMPANIES else ()

    def services(self, domain: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return the hosts of SRV records: none."""
        return ()

    def leads_inward(self, host: str) -> bool:
        """Tell whether ``host`` has an address of a private network: none has."""
        return False

"""Mail providers by a domain's MX records: a guess while Nylas is not asked."""

from collections.abc import Iterable

from latchkey.providers.mail_records import MailRecords
from latchkey.providers.mailhosts import MailHost, MailHosts


class MxRecords:
    """Reads the provider of a domain from its best mail servers."""

    def __init__(self, hosts: MailHosts, records: MailRecords) -> None:
        self._hosts = hosts
        self._records = records

    def remembered(self, domain: str) -> MailHost | None:
        """Return the provider that was found last, without asking."""
        return self._known(self._records.remembered_exchanges(domain))

    def find(self, domain: str) -> MailHost | None:
        """Return the provider that takes in the mail of ``domain``, None for all others."""
        return self._known(self._records.exchanges(domain) or ())

    def has_mail(self, domain: str) -> bool:
        """Tell whether ``domain`` takes in mail, at whatever provider (RFC 7505: not by ".")."""
        return any(name.strip(".") for name in self._records.exchanges(domain) or ())

    def answers(self) -> bool:
        """Tell whether DNS answers about a domain whose records everyone can see."""
        return self._records.answers()

    def _known(self, exchanges: Iterable[str]) -> MailHost | None:
        return next((host for name in exchanges if (host := self._hosts.by_mx(name))), None)

"""What domains say in DNS, as a table instead of a name server."""

from collections.abc import Iterable, Mapping, Sequence

from latchkey.providers.mailhosts import MailHosts, MailServers

HOSTS = MailHosts.load()


class Records:
    """Answers as ``MailRecords`` does.

    :param mx: MX hosts by domain, the best first; None where DNS is silent.
    :param services: targets of SRV records, by domain.
    :param inward: hosts with a private address.
    """

    def __init__(
        self,
        mx: Mapping[str, Sequence[str] | None],
        services: Mapping[str, Sequence[str] | None] | None = None,
        inward: Iterable[str] = (),
    ) -> None:
        self._mx = mx
        self._services = services or {}
        self._inward = frozenset(inward)
        self.service_names: set[str] = set()

    def exchanges(self, domain: str) -> tuple[str, ...] | None:
        """Return the MX hosts."""
        return _found(self._mx, domain)

    def services(self, domain: str, names: Iterable[str]) -> tuple[str, ...] | None:
        """Return the targets of the services, and remember which were asked for."""
        self.service_names |= set(names)
        return _found(self._services, domain)

    def leads_inward(self, host: str) -> bool:
        """Tell whether the host has a private address."""
        return host in self._inward


def _found(table: Mapping[str, Sequence[str] | None], domain: str) -> tuple[str, ...] | None:
    found = table.get(domain, ())
    return None if found is None else tuple(found)


def servers(records: Records | None, *, allow_any: bool = False) -> MailServers:
    """Return the rule for servers, with these records."""
    return MailServers(HOSTS, records, allow_any=allow_any)

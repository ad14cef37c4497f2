"""DNS: the mail servers that a domain itself names (MX: RFC 5321, 5.1; SRV: RFC 6186).

Questions are about the domain of the address, and about a server that was found to belong to it.
Nothing that is found is ever connected to from here.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.SRV import SRV

from latchkey.infra.ip_addresses import is_public
from latchkey.infra.store import Store
from latchkey.providers.look_ups import LookUps

FOUND_SECONDS = 60 * 60
NOT_FOUND_SECONDS = 10 * 60
# A domain whose name servers are dead delays no other sign-in, and may soon be well again.
SILENT_SECONDS = 60
# dnspython pauses between two tries and counts no pause, so that all is over within a second.
_SECONDS = 0.8
_TRY_SECONDS = 0.4
# What silence about IPv4 leaves of the time for IPv6.
_IPV6_SECONDS = 0.3
# A resolver that is well has this answer in its cache.
_PROBE_SECONDS = 0.2

MAIL_SERVICES = ("_imaps._tcp", "_imap._tcp", "_submissions._tcp", "_submission._tcp")
EXCHANGE_SERVICES = ("_autodiscover._tcp",)

_WELL_KNOWN = "gmail.com"
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN, dns.resolver.NoAnswer)

_Query = Callable[[float], Iterable[str]]


class DomainRecords(Protocol):
    """What the rules about servers ask of DNS."""

    def exchanges(self, domain: str) -> tuple[str, ...] | None:
        """Return the MX hosts of the best preference, None when DNS could not tell."""

    def services(self, domain: str, names: Iterable[str]) -> tuple[str, ...] | None:
        """Return the hosts of the SRV records ``names``, None when DNS could not tell."""

    def leads_inward(self, host: str) -> bool:
        """Tell whether ``host`` has an address that means something only inside one network."""


class MailRecords:
    """Looks names up and keeps the answers, in this process alone.

    The cache is its own, so thousands of typed domains push out only each other's answers. Each
    method takes at most a second, and no time while DNS is silent or many look-ups are under way.

    :param nameserver: address and port of the DNS server, instead of the system's.
    :param notify, client: as in ``LookUps``.
    """

    def __init__(
        self,
        *,
        nameserver: tuple[str, int] | None = None,
        notify: Callable[[bool], None] = lambda shut: None,
        client: Callable[[], str] = lambda: "",
    ) -> None:
        self._resolver = _resolver(nameserver)
        self._memory = Store()
        self._look_ups = LookUps(client=client, answers=self._resolver_answers, notify=notify)

    def exchanges(self, domain: str) -> tuple[str, ...] | None:
        """Return the MX hosts of the best preference, None when DNS could not tell.

        The others are only substitutes: mailboxes need not be there.
        """
        return self._cached(f"mx {domain}", lambda deadline: self._best_exchanges(domain, deadline))

    def remembered_exchanges(self, domain: str) -> tuple[str, ...]:
        """Return what ``exchanges`` found last, without asking."""
        return tuple(self._memory.get(f"mx {domain}") or ())

    def services(self, domain: str, names: Iterable[str]) -> tuple[str, ...] | None:
        """Return the hosts of the SRV records ``names``, None when DNS could not tell."""
        owners = [f"{name}.{domain}" for name in names]
        return self._cached(
            f"srv {owners[0]}", lambda deadline: self._service_hosts(owners, deadline)
        )

    def leads_inward(self, host: str) -> bool:
        """Tell whether ``host`` has an address that means something only inside one network."""
        found = self._cached(f"ip {host}", lambda deadline: self._addresses(host, deadline))
        return not all(map(is_public, found or ()))

    def answers(self) -> bool:
        """Tell whether DNS answers about a domain whose records everyone can see."""
        return (
            self._look_up(
                f"mx {_WELL_KNOWN}", lambda deadline: self._best_exchanges(_WELL_KNOWN, deadline)
            )
            is True
        )

    def _cached(self, key: str, query: _Query) -> tuple[str, ...] | None:
        def unless_found_meanwhile() -> bool | None:
            return None if self._memory.get(key) is not None else self._look_up(key, query)

        if self._memory.get(key) is None:
            self._look_ups.run(unless_found_meanwhile)
        found = self._memory.get(key)
        return tuple(found) if isinstance(found, list) else None

    def _resolver_answers(self) -> bool:
        """Tell whether the DNS server answers about a well-known domain, whatever it says."""
        try:
            self._ask(_WELL_KNOWN, "MX", time.monotonic() + _PROBE_SECONDS)
        except dns.exception.DNSException as error:
            return not isinstance(error, dns.resolver.LifetimeTimeout)
        return True

    def _look_up(self, key: str, query: _Query) -> bool | None:
        """Tell whether DNS answered; None when it could not be asked."""
        try:
            found = list(query(time.monotonic() + _SECONDS))
        except dns.resolver.LifetimeTimeout:
            # Not a list: nothing is known.
            self._memory.put(key, "", seconds=SILENT_SECONDS)
            return False
        except (dns.exception.DNSException, OSError):
            return None
        self._memory.put(key, found, seconds=FOUND_SECONDS if found else NOT_FOUND_SECONDS)
        return True

    def _best_exchanges(self, domain: str, deadline: float) -> Iterator[str]:
        records = [record for record in self._ask(domain, "MX", deadline) if isinstance(record, MX)]
        best = min((record.preference for record in records), default=0)
        for record in records:
            if record.preference == best:
                yield _text(record.exchange)

    def _service_hosts(self, owners: Iterable[str], deadline: float) -> Iterator[str]:
        for owner in owners:
            try:
                records = self._ask(owner, "SRV", deadline)
                yield from (_text(record.target) for record in records if isinstance(record, SRV))
            except dns.resolver.NoNameservers:
                # Some servers fail at types they do not know: the domain then has no such record.
                continue

    def _addresses(self, host: str, deadline: float) -> list[str]:
        """The addresses; one that leads inward counts, whatever is not told of the other type."""
        found: list[str] = []
        failed: list[Exception] = []
        for kind, until in (("A", deadline - _IPV6_SECONDS), ("AAAA", deadline)):
            try:
                found += [record.to_text() for record in self._ask(host, kind, until)]
            except (dns.exception.DNSException, OSError) as error:
                failed.append(error)
        if failed and all(map(is_public, found)):
            raise max(failed, key=lambda error: isinstance(error, dns.resolver.LifetimeTimeout))
        return found

    def _ask(self, name: str, kind: str, deadline: float) -> Iterable[Any]:
        seconds = max(deadline - time.monotonic(), 0.01)
        try:
            return self._resolver.resolve(
                dns.name.from_text(name), kind, lifetime=seconds, search=False
            )
        except _NOTHING:
            return ()


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _resolver(nameserver: tuple[str, int] | None) -> dns.resolver.Resolver:
    try:
        resolver = dns.resolver.Resolver(configure=nameserver is None)
    except dns.resolver.NoResolverConfiguration:
        # Every look-up will say that there is no server to ask.
        resolver = dns.resolver.Resolver(configure=False)
    if nameserver:
        address, resolver.port = nameserver
        resolver.nameservers = [address]
    resolver.timeout = _TRY_SECONDS
    return resolver

"""Whose mail servers a domain's MX records name (RFC 5321, 5.1): a guess while Nylas is not asked.

DNS answers about names only, and only about the domain of the address: nothing that is found there
is looked up or connected to in turn.
"""

import dns.exception
import dns.name
import dns.resolver
from dns.rdtypes.ANY.MX import MX

from latchkey.infra.circuit_breaker import CircuitBreaker
from latchkey.infra.store import Store
from latchkey.providers.detection.metrics import MX_CIRCUIT
from latchkey.providers.mailhosts import MailHost, MailHosts

FOUND_SECONDS = 60 * 60
NOT_FOUND_SECONDS = 10 * 60
# A domain whose name servers are dead costs nobody else a second, and may soon be well again.
SILENT_SECONDS = 60
# dnspython pauses between two tries and counts no pause, so that all is over within a second.
_SECONDS = 0.8
_TRY_SECONDS = 0.4
_AT_ONCE = 6
_SILENCES = 3
_REST_SECONDS = 30

_WELL_KNOWN = "gmail.com"
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN, dns.resolver.NoAnswer)


class MxRecords:
    """Looks MX records up and remembers what came of it, in this process alone.

    The memory is its own: whoever types thousands of domains pushes out nothing but each other's.

    :param nameserver: address and port of the DNS server, instead of the system's.
    """

    def __init__(self, hosts: MailHosts, *, nameserver: tuple[str, int] | None = None) -> None:
        self._hosts = hosts
        self._resolver = _resolver(nameserver)
        self._memory = Store()
        self._breaker = CircuitBreaker(
            at_once=_AT_ONCE, troubles=_SILENCES, seconds=_REST_SECONDS, notify=MX_CIRCUIT
        )

    def remembered(self, domain: str) -> MailHost | None:
        """Return the provider that was found last, without asking."""
        return self._hosts.by_mx(self._memory.get(domain) or "")

    def find(self, domain: str) -> MailHost | None:
        """Return the provider that takes in the mail of ``domain``, None for all others.

        Takes at most a second, and no time when many look up or DNS is silent.
        """
        if self._memory.get(domain) is None and self._breaker.enter():
            answered: bool | None = False
            try:
                answered = self._look_up(domain)
            finally:
                self._breaker.leave(good=answered)
        return self.remembered(domain)

    def answers(self) -> bool:
        """Tell whether DNS answers about a domain whose records everyone can see."""
        return self._look_up(_WELL_KNOWN) is True

    def _look_up(self, domain: str) -> bool | None:
        """Tell whether DNS answered; None when it could not even be asked."""
        try:
            found = self._known_exchange(domain)
            life = FOUND_SECONDS if found else NOT_FOUND_SECONDS
        except dns.resolver.LifetimeTimeout:
            self._memory.put(domain, "", seconds=SILENT_SECONDS)
            return False
        except (dns.exception.DNSException, OSError):
            return None
        self._memory.put(domain, found, seconds=life)
        return True

    def _known_exchange(self, domain: str) -> str:
        """The best exchange if it is a known provider's; the others only stand in for it."""
        try:
            answer = self._resolver.resolve(
                dns.name.from_text(domain), "MX", lifetime=_SECONDS, search=False
            )
        except _NOTHING:
            return ""
        records = [record for record in answer if isinstance(record, MX)]
        best = min((record.preference for record in records), default=0)
        names = [str(record.exchange) for record in records if record.preference == best]
        return next((name for name in names if self._hosts.by_mx(name)), "")


def _resolver(nameserver: tuple[str, int] | None) -> dns.resolver.Resolver:
    try:
        resolver = dns.resolver.Resolver(configure=nameserver is None)
    except dns.resolver.NoResolverConfiguration:
        # Every look-up will say that there is nobody to ask.
        resolver = dns.resolver.Resolver(configure=False)
    if nameserver:
        address, resolver.port = nameserver
        resolver.nameservers = [address]
    resolver.timeout = _TRY_SECONDS
    return resolver

"""Mail services that no app can sign in to: without IMAP, pure forwarding, or closed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from latchkey.providers.mailhosts.endings import by_ending, dotted
from latchkey.providers.mailhosts.names import ascii_name
from latchkey.providers.mailhosts.rows import Row


class Reason(StrEnum):
    """Why no mailbox can be connected there, with a password or otherwise."""

    NO_IMAP = "no-imap"
    """Other apps cannot sign in at all."""
    FORWARD_ONLY = "forward-only"
    """Its addresses lead to other mailboxes; there is none behind them."""
    ENDED = "ended"
    """The service was closed, and its mailboxes with it."""


@dataclass(frozen=True, kw_only=True)
class UnsupportedService:
    """One of them; ``ended``: the service was closed."""

    name: str
    forwards_only: bool
    ended: bool = False


class UnsupportedServices:
    """All that are known (``data/unsupported.csv``).

    :param supported: domains that another table has servers for, which wins.
    """

    def __init__(self, rows: Iterable[Row], *, supported: Collection[str]) -> None:
        self._by_domain: dict[str, UnsupportedService] = {}
        self._by_mx_suffix: dict[str, UnsupportedService] = {}
        for row in rows:
            reason = Reason(row["reason"])
            service = UnsupportedService(
                name=row["name"],
                forwards_only=reason is Reason.FORWARD_ONLY,
                ended=reason is Reason.ENDED,
            )
            keys = (*row["domains"].split(), *dotted(row["suffixes"]))
            own = (key for key in keys if key not in supported)
            self._by_domain |= dict.fromkeys(own, service)
            self._by_mx_suffix |= dict.fromkeys(row["mx_suffixes"].split(), service)

    def find(self, domain: str) -> UnsupportedService | None:
        """Give the service of this mail domain, in Unicode or punycode."""
        name = ascii_name(domain) or ""
        return self._by_domain.get(name) or by_ending(self._by_domain, name)

    def by_mx(self, exchange: str) -> UnsupportedService | None:
        """Give the service that takes in mail at this host."""
        name = exchange.lower().rstrip(".")
        return self._by_mx_suffix.get(name) or by_ending(self._by_mx_suffix, name, dot="")

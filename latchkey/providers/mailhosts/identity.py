"""One identity: which names may be sent to Nylas for the address of a sign-in.

Nylas names an IMAP grant after its login name, and finds servers by login names (Nylas API, POST
/v3/connect/custom). So a login name that says something else than the address is judged first:

========================  =====================================================================
the address               always, in any spelling of the same mailbox
without an ``@``          only at a server that belongs to the address
an account elsewhere      only of the provider that the address's domain names by MX, and only
                          at its own servers
a domain login, Exchange  only at a server that belongs to the address: any name with a private
                          domain, and the same name with a domain of the same owner
========================  =====================================================================
"""

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from latchkey.providers.email_address import ascii_address
from latchkey.providers.mailhosts.names import ascii_name, has_invisible, is_private_name
from latchkey.providers.mailhosts.ownership import ServerKind
from latchkey.providers.mailhosts.policy import MailServers
from latchkey.providers.mailhosts.public_suffixes import registrable_domain
from latchkey.providers.pasted_address import clean_address
from latchkey.providers.same_mailbox import same_mailbox

# Domino knows people by full names, "Ann M. Smith"; beside "\\" it would be another spelling.
_BLANK_IN_NAME = re.compile(r"(?<=[\w.])\x20(?=\w)")


class LoginReason(Enum):
    """Why a login name is refused."""

    ODD_CHARACTER = "odd character"
    """A blank but in full names, a control character, one that cannot be seen, a look-alike."""
    OTHER_MAILBOX = "other mailbox"
    """It names a mailbox that is not that of the address."""
    SETTLED = "settled"
    """A signed link settled the mailbox, and the name differs from its address."""
    SERVER_MISSING = "server missing"
    """It says nothing about its server, and none was given."""
    SERVER_FOREIGN = "server foreign"
    """It would go to a server that does not belong to the address, or to the account."""


class LoginRefused(Exception):
    """A login name is not accepted.

    :ivar reason: why.
    :ivar domain: whose server it may go to, "" for those of the address.
    """

    def __init__(self, reason: LoginReason, domain: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.domain = domain


@dataclass(frozen=True, kw_only=True)
class MailboxIdentity:
    """The judged names of one mailbox, as Nylas gets them.

    :ivar address: the address of the sign-in.
    :ivar login: login name for reading.
    :ivar smtp_login: login name for sending, None when it has none of its own.
    :ivar kind: what the server is asked for.
    """

    address: str
    login: str
    smtp_login: str | None = None
    kind: ServerKind = ServerKind.MAIL

    @property
    def login_is_short(self) -> bool:
        """Whether the login name is no address: at other servers, others may have the same."""
        return "@" not in self.login

    @property
    def needs_grant_lookup(self) -> bool:
        """Whether a grant of this name may be another person's, so that Nylas is asked first.

        Such a name was not proven: it is short, or an Exchange server of one domain vouches for a
        name of another. An account of a mail provider is proven by the provider's own server, as it
        is sent to no other.
        """
        vouched = self.kind is ServerKind.EXCHANGE and not same_mailbox(self.login, self.address)
        return self.login_is_short or vouched


def judge_login(
    typed: str,
    *,
    address: str,
    host: str,
    kind: ServerKind,
    servers: MailServers,
    sending_host: str = "",
    host_needed: bool = True,
    settled: bool = False,
) -> str:
    """Return the login name to send for what was typed beside an address.

    :param host: the checked server, "" when Nylas is to find it; ``sending_host``: another one.
    :param host_needed: Nylas finds the server by this name, which a short one does not tell.
    :param settled: a signed link settled the address.
    :raises LoginRefused: it may not be sent for this address.
    """
    login = _read_name(typed, address) or address
    account = ascii_address(login)
    # Some servers tell capital letters apart: what the user typed last is what is tried.
    if account.lower() == address.lower() or (not settled and same_mailbox(login, address)):
        return account
    if settled:
        raise LoginRefused(LoginReason.SETTLED)
    if "@" in login and kind is ServerKind.MAIL:
        return _judge_account(login, address, (host, sending_host), servers)
    name = _judge_domain_login(login, address) if "@" in login else login
    _require_own_server(host, address, kind, servers, needed=host_needed)
    return name


def _judge_account(login: str, address: str, hosts: Iterable[str], servers: MailServers) -> str:
    account = ascii_address(login)
    provider_domain = _domain_of(account)
    if not account or not servers.runs_mail_of(provider_domain, _domain_of(address)):
        raise LoginRefused(LoginReason.OTHER_MAILBOX)
    # The owner of the address's domain chooses its MX, and could have any account of the provider
    # signed in at a server of his own.
    for host in filter(None, hosts):
        if not servers.belongs(host, provider_domain, ServerKind.MAIL):
            raise LoginRefused(LoginReason.SERVER_FOREIGN, provider_domain)
    return account


def _judge_domain_login(login: str, address: str) -> str:
    name, _, domain = login.rpartition("@")
    own_name, _, own_domain = address.rpartition("@")
    other = ascii_name(domain) or ""
    # A private domain says as little as CORP\name does: which mailbox it is, that server knows.
    is_short = name and "@" not in name and is_private_name(other)
    if not is_short and (name.lower() != own_name.lower() or not _is_related(other, own_domain)):
        raise LoginRefused(LoginReason.OTHER_MAILBOX)
    return f"{name}@{other}"


def _is_related(domain: str, own_domain: str) -> bool:
    """Tell whether a domain of logins has the owner of the mail domain."""
    owner = registrable_domain(domain)
    return owner != "" and owner == registrable_domain(own_domain)


def _require_own_server(
    host: str, address: str, kind: ServerKind, servers: MailServers, *, needed: bool
) -> None:
    if not host and needed:
        raise LoginRefused(LoginReason.SERVER_MISSING)
    if host and not servers.belongs(host, _domain_of(address), kind):
        raise LoginRefused(LoginReason.SERVER_FOREIGN)


def _domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _read_name(typed: str, address: str) -> str:
    pasted = ascii_address(clean_address(typed))
    if pasted.lower() == address.lower():
        return pasted
    login = typed.strip(string.whitespace)
    if _is_odd(login if "@" in login else _BLANK_IN_NAME.sub("", login)):
        raise LoginRefused(LoginReason.ODD_CHARACTER)
    return login


def _is_odd(login: str) -> bool:
    """Tell whether a login name has characters that programs may read in two ways."""
    if has_invisible(login) or unicodedata.normalize("NFKC", login) != login:
        return True
    return any(unicodedata.category(char)[0] in "CZM" for char in login)

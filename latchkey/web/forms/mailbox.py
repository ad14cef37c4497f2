"""The mailbox that a form asks the credentials of."""

from dataclasses import dataclass

from latchkey.providers.mailhosts import (
    MailHost,
    MailHosts,
    MailServers,
    UnsupportedService,
    Username,
)


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Whose credentials a form asks for, and what is allowed for them.

    :ivar servers: the rule for servers, and with it for login names.
    :ivar company: name of the company whose page this is.
    :ivar display_address: as it was typed; ``email`` and ``domain`` are in punycode.
    :ivar host: its mail provider, by the table or, for an own domain, by MX.
    :ivar passwordless: the provider that takes in mail for an own domain, if it takes no
        passwords; there may be a server behind it that does.
    :ivar closed: the service closed to apps that takes in mail for an own domain.
    :ivar settled: a signed link settled the address, so no other login name is asked for.
    :ivar must_send: the app wants a mailbox that can send, so a server for it has to be named.
    """

    email: str
    display_address: str
    domain: str
    host: MailHost | None
    hosts: MailHosts
    servers: MailServers
    company: str
    closed: UnsupportedService | None = None
    passwordless: MailHost | None = None
    settled: bool = False
    must_send: bool = False

    @property
    def shown_domain(self) -> str:
        """The domain as it was typed."""
        return self.display_address.rpartition("@")[2]

    @property
    def is_own_domain(self) -> bool:
        """Whether its domain is not one of a mail provider's."""
        return self.hosts.find(self.domain) is None

    @property
    def login_hint(self) -> str:
        """Which login name the provider wants for an own domain, "" when it takes the address."""
        help_ = self.host.help if self.host else None
        return help_.login_hint if help_ and self.is_own_domain else ""

    @property
    def usual_login(self) -> str:
        """The login name at a provider that takes only the part before the @, else ""."""
        short = self.host is not None and self.host.username is Username.LOCAL_PART
        return self.email.rpartition("@")[0] if short else ""

    @property
    def password_name(self) -> str:
        """What the provider wants in place of the account's password, "" when it takes that."""
        return self.host.help.password_name if self.host and self.host.help else ""

    @property
    def name(self) -> str:
        """What people call it: its provider if that is known, else its domain."""
        return self.host.short_name if self.host else self.shown_domain

    def passwordless_at(self, server: str) -> MailHost | None:
        """Return the provider of a typed server if it takes no passwords, and may be this one's.

        An address of another known provider has nothing to do there.
        """
        host = self.hosts.by_imap_host(server)
        elsewhere = self.host or self.hosts.find(self.domain)
        if host is None or host.password_login or (elsewhere and elsewhere.password_login):
            return None
        return host

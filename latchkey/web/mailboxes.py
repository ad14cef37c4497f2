"""The mailbox of a sign-in: what is known of it before its credentials are asked for."""

from latchkey.providers import Provider
from latchkey.providers.mailhosts import MailHost, MailServers
from latchkey.web.brand_in_force import current_brand
from latchkey.web.flow import SignIn
from latchkey.web.forms import Mailbox
from latchkey.web.services import get_services


def mailbox_of(provider: Provider, sign_in: SignIn) -> Mailbox:
    """Return the mailbox that ``provider`` is to sign in to.

    For an own domain, DNS is asked which mail provider takes in its mail: a second at most.
    """
    services = get_services()
    hosts, servers = services.hosts, services.mail_servers
    host = _host(servers, sign_in.domain) if provider.uses_mail_servers else None
    if provider.imap_host:
        host = hosts.by_imap_host(provider.imap_host)
    closed = servers.unsupported(sign_in.domain) if provider.uses_mail_servers else None
    app = sign_in.app
    return Mailbox(
        email=sign_in.email,
        display_address=sign_in.display_address,
        domain=sign_in.domain,
        host=host,
        hosts=hosts,
        servers=servers,
        closed=closed,
        company=current_brand().name,
        settled=sign_in.link_claims is not None,
        must_send=app is not None and app.smtp_required,
    )


def _host(servers: MailServers, domain: str) -> MailHost | None:
    known = get_services().hosts.find(domain)
    host = known or servers.provider_of(domain)
    # Mail for a domain may pass through Microsoft on its way to servers that take passwords.
    return host if known or host is None or host.password_login else None

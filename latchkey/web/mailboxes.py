"""The mailbox of a sign-in: what is known of it before its credentials are asked for."""

from latchkey.providers import Provider
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
    found = servers.provider_of(sign_in.domain) if provider.server_field else None
    is_known = hosts.find(sign_in.domain) is not None
    # Mail for an own domain may pass through Microsoft on its way to servers that take passwords.
    passes_through = found is not None and not found.password_login and not is_known
    host = found if provider.uses_mail_servers and not passes_through else None
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
        passwordless=found if passes_through else None,
        company=current_brand().name,
        settled=sign_in.link_claims is not None,
        must_send=app is not None and app.smtp_required,
    )

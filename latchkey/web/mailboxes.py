"""The mailbox of a sign-in: what is known of it before its credentials are asked for."""

from latchkey.providers import Provider
from latchkey.web.brand_in_force import current_brand
from latchkey.web.flow import SignIn
from latchkey.web.forms import Mailbox
from latchkey.web.services import get_services


def mailbox_of(provider: Provider, sign_in: SignIn) -> Mailbox:
    """Return the mailbox that ``provider`` is to sign in to."""
    services = get_services()
    hosts = services.hosts
    host = hosts.find(sign_in.domain) if provider.uses_mail_servers else None
    if provider.imap_host:
        host = hosts.by_imap_host(provider.imap_host)
    app = sign_in.app
    return Mailbox(
        email=sign_in.email,
        domain=sign_in.domain,
        host=host,
        hosts=hosts,
        servers=services.mail_servers,
        company=current_brand().name,
        settled=sign_in.link_claims is not None,
        must_send=app is not None and app.smtp_required,
    )

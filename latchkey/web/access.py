"""What an app can do with a mailbox, by what the form and the app's request say."""

from latchkey.providers.capabilities import capabilities_of
from latchkey.web.flow import SignIn
from latchkey.web.forms import CredentialsForm
from latchkey.web.start import scope_for

_SERVERS = ("imap_host", "smtp_host")


def access_by(form: CredentialsForm, sign_in: SignIn) -> tuple[str, ...]:
    """Return the capabilities of the mailbox once it is connected as the form stands now."""
    provider = form.provider
    servers = {
        name: form[name].data
        for name in _SERVERS
        if name in form and (form[name].data or "").strip()
    }
    return capabilities_of(
        provider, asked=scope_for(sign_in, provider) if provider.scope else (), settings=servers
    )

"""The end of a sign-in with a password: what works follows from what was typed and asked."""

from latchkey.connect import Outcome
from latchkey.providers.capabilities import capabilities_of
from latchkey.web import trouble
from latchkey.web.completion import end
from latchkey.web.flow import SignIn
from latchkey.web.forms import CredentialsForm
from latchkey.web.start import scope_for


def end_password(sign_in: SignIn, outcome: Outcome, form: CredentialsForm) -> None:
    """Log and tell how it ended; with an account, keep what its page shows."""
    trouble.note_password(form, outcome)
    provider = form.provider
    able = capabilities_of(
        provider,
        asked=scope_for(sign_in, provider) if provider.scope else (),
        settings=form.values(),
    )
    mailbox = form.mailbox
    end(sign_in, provider, outcome, mailbox=mailbox.name, capabilities=able, host=mailbox.host)

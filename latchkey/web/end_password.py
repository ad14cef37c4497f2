"""The end of a sign-in with a password: what works follows from what was typed and asked."""

from latchkey.connect import Connected, Outcome
from latchkey.nylas import Grant
from latchkey.providers.same_mailbox import same_mailbox
from latchkey.web import limits, trouble
from latchkey.web.access import access_by
from latchkey.web.completion import end
from latchkey.web.flow import SignIn
from latchkey.web.forms import CredentialsForm


def end_password(sign_in: SignIn, outcome: Outcome, form: CredentialsForm) -> None:
    """Log and tell how it ended; with an account, keep what its page shows.

    The browser keeps which mailbox it connected where that is proven, else that it connected one.
    """
    trouble.note_password(form, outcome)
    mailbox = form.mailbox
    able = access_by(form, sign_in)
    end(sign_in, form.provider, outcome, mailbox=mailbox.name, capabilities=able, host=mailbox.host)
    if isinstance(outcome, Connected):
        if _is_of_address(outcome.grant, sign_in, form):
            limits.remember(sign_in.email)
        else:
            limits.remember_browser()


def _is_of_address(grant: Grant, sign_in: SignIn, form: CredentialsForm) -> bool:
    """Whether the address itself was signed in to, at a server of its own.

    People may sign in to their own mailbox with another person's address beside it.
    """
    email, provider = sign_in.email, form.provider
    if not same_mailbox(form.identity.login, email):
        return False
    if grant.email and not same_mailbox(grant.email, email):
        return False
    host = form.cleaned.get(provider.server_field)
    servers = form.mailbox.servers
    return not host or servers.belongs(host, sign_in.domain, provider.server_kind)

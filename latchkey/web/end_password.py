"""The end of a sign-in with a password: what works follows from what was typed and asked."""

from latchkey.connect import Outcome
from latchkey.web import trouble
from latchkey.web.access import access_by
from latchkey.web.completion import end
from latchkey.web.flow import SignIn
from latchkey.web.forms import CredentialsForm


def end_password(sign_in: SignIn, outcome: Outcome, form: CredentialsForm) -> None:
    """Log and tell how it ended; with an account, keep what its page shows."""
    trouble.note_password(form, outcome)
    mailbox = form.mailbox
    able = access_by(form, sign_in)
    end(sign_in, form.provider, outcome, mailbox=mailbox.name, capabilities=able, host=mailbox.host)

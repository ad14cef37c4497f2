"""The two forms: the e-mail address, and the credentials that a provider's fields ask for.

forms/
├── email        one field, and how an address has to be written
├── mailbox      whose credentials are asked for, and what is allowed for them
├── checks       checks for each kind of field
└── credentials  a form for each provider
"""

from latchkey.web.forms.checks import MAX_LOGIN, MAX_PASSWORD
from latchkey.web.forms.credentials import CredentialsForm, credentials_form
from latchkey.web.forms.email import EmailForm
from latchkey.web.forms.mailbox import Mailbox

__all__ = [
    "MAX_LOGIN",
    "MAX_PASSWORD",
    "CredentialsForm",
    "EmailForm",
    "Mailbox",
    "credentials_form",
]

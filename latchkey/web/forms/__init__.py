"""The two forms: the e-mail address, and the credentials that a provider's fields ask for.

forms/
├── email        one field, and how an address has to be written
└── credentials  a form for each provider, with checks for each kind of field
"""

from latchkey.web.forms.credentials import (
    MAX_LOGIN,
    MAX_PASSWORD,
    CredentialsForm,
    Mailbox,
    credentials_form,
)
from latchkey.web.forms.email import EmailForm

__all__ = [
    "MAX_LOGIN",
    "MAX_PASSWORD",
    "CredentialsForm",
    "EmailForm",
    "Mailbox",
    "credentials_form",
]

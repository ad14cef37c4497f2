"""The two forms: the e-mail address, and the credentials that a provider's fields ask for.

forms/
├── email        one field, and how an address has to be written
└── credentials  a form for each provider, with checks for each kind of field
"""

from signin.forms.credentials import (
    MAX_LOGIN,
    MAX_PASSWORD,
    CredentialsForm,
    Mailbox,
    credentials_form,
)
from signin.forms.email import MAX_EMAIL, EmailForm, ascii_address, check_email

__all__ = [
    "MAX_EMAIL",
    "MAX_LOGIN",
    "MAX_PASSWORD",
    "CredentialsForm",
    "EmailForm",
    "Mailbox",
    "ascii_address",
    "check_email",
    "credentials_form",
]

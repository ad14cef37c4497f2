"""The forms: the e-mail address, and the credentials that a provider's fields ask for.

forms/
├── page_form      the base class of all
├── email          one field, and how an address has to be written
├── mailbox        whose credentials are asked for, and what is allowed for them
├── checks         checks of passwords and login names
├── server_checks  checks of servers and ports
├── inputs         the input of one field
├── known_values   what it is filled in with
├── credentials    a form for each provider
├── alternatives, alternative_changes  other ways to try after a refusal
└── sandbox_code   what lets a phone into the sandbox
"""

from latchkey.web.forms.alternatives import alternatives, ask_again, corrections, take_alternative
from latchkey.web.forms.checks import MAX_LOGIN, MAX_PASSWORD
from latchkey.web.forms.credentials import CredentialsForm, credentials_form
from latchkey.web.forms.email import EmailForm
from latchkey.web.forms.mailbox import Mailbox
from latchkey.web.forms.sandbox_code import SandboxCodeForm

__all__ = [
    "MAX_LOGIN",
    "MAX_PASSWORD",
    "CredentialsForm",
    "EmailForm",
    "Mailbox",
    "SandboxCodeForm",
    "alternatives",
    "ask_again",
    "corrections",
    "credentials_form",
    "take_alternative",
]

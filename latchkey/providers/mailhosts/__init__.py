"""Whose mailbox and whose server: what may be sent to Nylas for an address.

mailhosts/
├── names            one spelling for every host name and mail domain
├── public_suffixes  which names have one owner
├── customer_space   names of customers' machines
├── table            which servers, login name and help belong to a mail domain
├── unsupported      services that no app can sign in to
├── endings          look-up by the ending of a name
├── rows             its rows, with those of the operator over them
├── help             what people must know of a provider
├── ownership        which servers belong to the domain of an address
├── pasted           host and port in what is pasted
├── policy           which typed hosts and ports are accepted
├── identity         which login names are accepted
└── passwords        app passwords: how they are pasted, and what is none
"""

from latchkey.providers.mailhosts.help import Ends, Help, HelpKind, HelpNote
from latchkey.providers.mailhosts.identity import (
    LoginReason,
    LoginRefused,
    MailboxIdentity,
    judge_login,
)
from latchkey.providers.mailhosts.names import is_private_name
from latchkey.providers.mailhosts.ownership import ServerKind
from latchkey.providers.mailhosts.passwords import (
    clean_app_password,
    is_blank,
    is_no_app_password,
)
from latchkey.providers.mailhosts.pasted import read_port, read_server
from latchkey.providers.mailhosts.policy import (
    HostReason,
    HostRefused,
    MailServers,
    PortRefused,
)
from latchkey.providers.mailhosts.public_suffixes import registrable_domain
from latchkey.providers.mailhosts.rows import ProvidersFileError
from latchkey.providers.mailhosts.table import MailHost, MailHosts, Server, Username
from latchkey.providers.mailhosts.unsupported import UnsupportedService

__all__ = [
    "Ends",
    "Help",
    "HelpKind",
    "HelpNote",
    "HostReason",
    "HostRefused",
    "LoginReason",
    "LoginRefused",
    "MailHost",
    "MailHosts",
    "MailServers",
    "MailboxIdentity",
    "PortRefused",
    "ProvidersFileError",
    "Server",
    "ServerKind",
    "UnsupportedService",
    "Username",
    "clean_app_password",
    "is_blank",
    "is_no_app_password",
    "is_private_name",
    "judge_login",
    "read_port",
    "read_server",
    "registrable_domain",
]

"""Mail servers, because whoever chooses the server of an address gets hold of its grant.

mailhosts/
├── names      one spelling for every host name and mail domain
├── table      which servers, login name and help belong to a mail domain
├── rows       its rows, with those of the operator over them
├── help       what people must know of a provider
├── policy     which typed hosts and ports are accepted
└── passwords  app passwords as providers show them
"""

from latchkey.providers.mailhosts.help import Ends, Help, HelpKind, HelpNote
from latchkey.providers.mailhosts.passwords import clean_app_password
from latchkey.providers.mailhosts.policy import (
    HostReason,
    HostRefused,
    PortRefused,
    check_host,
    check_port,
)
from latchkey.providers.mailhosts.rows import ProvidersFileError
from latchkey.providers.mailhosts.table import MailHost, MailHosts, Server, Username

__all__ = [
    "Ends",
    "Help",
    "HelpKind",
    "HelpNote",
    "HostReason",
    "HostRefused",
    "MailHost",
    "MailHosts",
    "PortRefused",
    "ProvidersFileError",
    "Server",
    "Username",
    "check_host",
    "check_port",
    "clean_app_password",
]

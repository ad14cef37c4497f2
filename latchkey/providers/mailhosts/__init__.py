"""Mail servers, because whoever chooses the server of an address gets hold of its grant.

mailhosts/
├── names      one spelling for every host name and mail domain
├── table      which servers, login name and help belong to a mail domain
├── policy     which typed hosts and ports are accepted
└── passwords  app passwords as providers show them
"""

from latchkey.providers.mailhosts.passwords import clean_app_password
from latchkey.providers.mailhosts.policy import (
    HostReason,
    HostRefused,
    PortRefused,
    check_host,
    check_port,
)
from latchkey.providers.mailhosts.table import Help, HelpKind, MailHost, MailHosts, Server, Username

__all__ = [
    "Help",
    "HelpKind",
    "HostReason",
    "HostRefused",
    "MailHost",
    "MailHosts",
    "PortRefused",
    "Server",
    "Username",
    "check_host",
    "check_port",
    "clean_app_password",
]

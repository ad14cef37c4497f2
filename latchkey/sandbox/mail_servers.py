"""What mail servers say themselves when they refuse: name of the outcome, what it shows, text."""

from typing import Literal

Until = Literal["", "short login", "mail server", "port 143", "no sending"]
"""The change of login or servers with which an account is connected after all."""

MAIL_SERVERS = (
    (
        "app-password",
        "The provider wants an app password.",
        "[ALERT] Application-specific password required (Failure)",
    ),
    (
        "imap-off",
        "IMAP is switched off at the provider.",
        "[ALERT] Your account is not enabled for IMAP use. (Failure)",
    ),
    (
        "web-login",
        "The provider wants a sign-in in the browser first.",
        "[ALERT] Please log in via your web browser (Failure)",
    ),
    (
        "account-locked",
        "The provider has locked the account.",
        "[AUTHENTICATIONFAILED] Account locked",
    ),
    (
        "too-many-tries",
        "The provider sees too many tries or connections.",
        "[UNAVAILABLE] Maximum number of connections from user+IP exceeded",
    ),
    (
        "mailbox-disabled",
        "The mailbox is switched off or has no licence.",
        "[CONTACTADMIN] Login disabled for this user",
    ),
    (
        "mailbox-full",
        "The mailbox is full, so nobody is let in.",
        "[OVERQUOTA] Mailbox is full",
    ),
    (
        "unknown-user",
        "The mail server does not know the login name.",
        "NO User unknown",
    ),
    (
        "unsafe",
        "The certificate of the mail server is not valid.",
        "x509: certificate signed by unknown authority",
    ),
    (
        "sending-refused",
        "The server for sending refuses the sign-in.",
        "SMTP authentication failed: 535 5.7.8",
    ),
    (
        "no-access",
        "The account may not open the mailbox.",
        "[AUTHORIZATIONFAILED] Authorization failed",
    ),
    (
        "oauth-only",
        "The provider takes no passwords from apps.",
        "AuthFailed:LogonDenied-BasicAuthBlocked",
    ),
)

UNTIL_CHANGED: tuple[tuple[str, str, str, Until], ...] = (
    (
        "short-login",
        "The password is refused until the login name has no domain.",
        "[AUTHENTICATIONFAILED] Authentication failed.",
        "short login",
    ),
    (
        "other-server",
        "The mail server cannot be reached until another one is named, `mail.…`.",
        "dial tcp: lookup: no such host",
        "mail server",
    ),
    (
        "other-port",
        "The mail server cannot be reached until port 143 is used.",
        "connect: connection refused",
        "port 143",
    ),
    (
        "reading-only",
        "The server for sending refuses the sign-in until none is given.",
        "SMTP authentication failed: 535 5.7.8",
        "no sending",
    ),
)

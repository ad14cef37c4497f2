"""What mail servers say themselves when they refuse: name of the outcome, what it shows, text."""

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

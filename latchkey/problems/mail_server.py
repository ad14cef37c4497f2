"""What a mail server refuses, in words for the person who signs in."""

from latchkey.infra.i18n import N_
from latchkey.problems.model import Problem

WRONG_PASSWORD = Problem(
    kind="wrong_password",
    title=N_("That sign-in didn’t work"),
    text=N_("%(mailbox)s didn’t accept this address and password. Please type the password again."),
    place="password",
    status=422,
    fault="person",
)
APP_PASSWORD_NEEDED = Problem(
    kind="app_password_needed",
    title=N_("An app password is needed here"),
    text=N_(
        "%(mailbox)s doesn’t take your usual password from other apps. Please make an app password "
        "(sometimes called an authorisation code) in the security settings of your account, then "
        "paste it here."
    ),
    place="password",
    status=422,
    fault="person",
)
IMAP_OFF = Problem(
    kind="imap_off",
    title=N_("Access for other apps is switched off"),
    text=N_(
        "Your password may be right, but this mailbox doesn’t let other apps in. Please switch on "
        "“IMAP” in the mail settings at %(mailbox)s, or ask your administrator to, then try again."
    ),
    place="form",
    status=422,
    fault="person",
)
WEB_LOGIN_NEEDED = Problem(
    kind="web_login_needed",
    title=N_("%(mailbox)s wants to check with you first"),
    text=N_(
        "Please sign in at %(mailbox)s in your browser and do what it asks there: confirm that "
        "it’s you, accept its terms or set a new password. Then come back and try again."
    ),
    place="form",
    status=422,
    fault="person",
)
ACCOUNT_LOCKED = Problem(
    kind="account_locked",
    title=N_("This account is locked"),
    text=N_(
        "%(mailbox)s has locked it for now, and more tries won’t help. Please unlock it at "
        "%(mailbox)s, or ask its support or your administrator, and come back then."
    ),
    place="form",
    status=422,
    fault="person",
)
TOO_MANY_TRIES = Problem(
    kind="too_many_tries",
    title=N_("%(mailbox)s needs a short break"),
    text=N_(
        "There were too many tries or connections in a short time. Please wait 15 minutes before "
        "you try again: each further try can make the wait longer."
    ),
    place="form",
    status=422,
    fault="provider",
)
MAILBOX_DISABLED = Problem(
    kind="mailbox_disabled",
    title=N_("This mailbox isn’t active"),
    text=N_(
        "%(mailbox)s says that it was switched off, has ended, or has no licence for mail. Please "
        "ask your administrator or the support of %(mailbox)s."
    ),
    place="form",
    status=422,
    fault="administrator",
)
MAILBOX_FULL = Problem(
    kind="mailbox_full",
    title=N_("This mailbox is full"),
    text=N_(
        "%(mailbox)s doesn’t let other apps in until there is room again. Your password may be "
        "right. Please delete some mail there, then try again."
    ),
    place="form",
    status=422,
    fault="person",
)
UNKNOWN_USER = Problem(
    kind="unknown_user",
    title=N_("%(mailbox)s doesn’t know this login name"),
    text=N_("Please check the address for typing slips."),
    hint=N_("At some companies the login name differs from the address: then fill it in below."),
    hint_field="username",
    place="form",
    status=422,
    fault="person",
    settings=True,
)
SERVER_UNREACHABLE = Problem(
    kind="server_unreachable",
    title=N_("The mail server didn’t answer"),
    text=N_(
        "We couldn’t reach the mail server, or it has a problem of its own. Please try again in a "
        "few minutes."
    ),
    hint=N_("If you typed the server’s name yourself, check it first."),
    hint_field="server",
    place="server",
    status=422,
    fault="provider",
)
UNSAFE_CONNECTION = Problem(
    kind="unsafe_connection",
    title=N_("No safe connection to the mail server"),
    text=N_(
        "The server’s encryption or its certificate doesn’t work. Please try again later, or tell "
        "the people who run the mail server."
    ),
    hint=N_("If you typed the server’s name or port yourself, check them first."),
    hint_field="server",
    place="server",
    status=422,
    fault="provider",
)
SENDING_REFUSED = Problem(
    kind="sending_refused",
    title=N_("Sending mail didn’t work"),
    text=N_(
        "The outgoing server (SMTP) turned this sign-in down. Some providers have to switch "
        "sending on for other apps first."
    ),
    hint=N_("Please check its name, its port and the login for sending under “Server settings”."),
    hint_field="smtp_host",
    place="form",
    status=422,
    fault="person",
    settings=True,
)
NO_ACCESS = Problem(
    kind="no_access",
    title=N_("You may not open this mailbox from here"),
    text=N_(
        "%(mailbox)s knows you, but its rules or your rights there don’t allow this access. "
        "Please ask your administrator, or the support of %(mailbox)s."
    ),
    place="form",
    status=422,
    fault="administrator",
)

ALL = (
    WRONG_PASSWORD, APP_PASSWORD_NEEDED, IMAP_OFF, WEB_LOGIN_NEEDED, ACCOUNT_LOCKED,
    TOO_MANY_TRIES, MAILBOX_DISABLED, MAILBOX_FULL, UNKNOWN_USER, SERVER_UNREACHABLE,
    UNSAFE_CONNECTION, SENDING_REFUSED, NO_ACCESS,
)  # fmt: skip

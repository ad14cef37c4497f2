"""Checks of passwords and login names: what is sent to Nylas is what was judged here."""

from typing import Any, Protocol

from wtforms import Field as Input
from wtforms import ValidationError

from latchkey.infra.i18n import N_, translate
from latchkey.providers import Provider
from latchkey.providers.mailhosts import (
    LoginReason,
    LoginRefused,
    MailHost,
    clean_app_password,
    is_blank,
    judge_login,
    read_server,
)
from latchkey.web.forms.mailbox import Mailbox

MAX_LOGIN = 254  # it is kept in a cookie, which has no room for much more
MAX_PASSWORD = 1024


class JudgedForm(Protocol):
    """What a check needs of the form.

    :ivar cleaned: values that were found to be good, by name.
    """

    provider: Provider
    mailbox: Mailbox
    cleaned: dict[str, Any]

    def __getitem__(self, name: str) -> Input:
        """Return a field."""

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a field."""


_LOGIN_REFUSED = {
    LoginReason.ODD_CHARACTER: N_(
        "This login name has a character that can’t be used here. Please type it by hand."
    ),
    LoginReason.OTHER_MAILBOX: N_(
        "This is not the mailbox %(email)s. If you want to connect another one, go back and type "
        "its address."
    ),
    LoginReason.SETTLED: N_("Your link is for %(email)s. Please sign in with this address."),
    LoginReason.SERVER_MISSING: N_(
        "Please fill in the mail server, too: this login name doesn’t tell us where it belongs."
    ),
    LoginReason.SERVER_FOREIGN: N_(
        "This login name can only be used at a mail server of %(domain)s. Please type your whole "
        "e-mail address."
    ),
}


def mail_host(form: JudgedForm) -> MailHost | None:
    """Return the provider that the password goes to: that of a typed server, or of the mailbox."""
    typed = (form["imap_host"].data or "").strip() if "imap_host" in form else ""
    host, server = form.mailbox.host, read_server(typed).host.lower()
    if not server or (host and server in host.hosts):
        return host
    return form.mailbox.hosts.by_imap_host(server)


def check_password(form: JudgedForm, box: Input) -> None:
    """Take a password as it was typed, without the blanks of an app password."""
    text = box.data
    if len(text) > MAX_PASSWORD:
        raise ValidationError(
            translate("This password is too long: more than 1,024 characters can’t be used.")
        )
    password = clean_app_password(text, mail_host(form))
    if form.provider.ascii_password and any(
        is_blank(char) and not char.isascii() for char in password
    ):
        raise ValidationError(
            translate(
                "This password has a special space in it, which often comes along when text is "
                "copied. Please type the password by hand."
            )
        )
    if form.provider.ascii_password and not password.isascii():
        raise ValidationError(
            translate(
                "This password has a letter or sign, like ä or €, that can’t be used for this "
                "kind of mailbox. Please change it at your mail provider, or use an app "
                "password."
            )
        )
    form.cleaned[box.name] = password


def check_login(form: JudgedForm, box: Input) -> None:
    """Take a login name; ``judge_name`` says more once the servers are known."""
    login = box.data.strip()
    if len(login) > MAX_LOGIN:
        raise ValidationError(translate("This is too long for a login name."))


def judge_name(
    form: JudgedForm, box: Input, *, host: str, sending_host: str, host_needed: bool
) -> str:
    """Return the login name to send for what was typed into ``box``.

    :param host: the checked server it goes to, "" for the one that Nylas finds.
    :param sending_host: another one that it goes to, too.
    :param host_needed: Nylas finds the server by this name.
    :raises ValidationError: it may not be sent for the mailbox of the form.
    """
    mailbox = form.mailbox
    try:
        return judge_login(
            box.data or "",
            address=mailbox.email,
            host=host,
            sending_host=sending_host,
            host_needed=host_needed,
            kind=form.provider.server_kind,
            servers=mailbox.servers,
            settled=mailbox.settled and _is_another(form, box),
        )
    except LoginRefused as refused:
        raise ValidationError(
            translate(
                _why(form, box, refused.reason),
                domain=refused.domain or mailbox.shown_domain,
                email=mailbox.display_address,
            )
        ) from None


def _why(form: JudgedForm, box: Input, reason: LoginReason) -> str:
    """The text of a refusal; without a field for the server, which name is wanted instead."""
    if reason is LoginReason.SERVER_MISSING and not form.provider.server_field:
        return next(spec.hint for spec in form.provider.fields if spec.name == box.name)
    return _LOGIN_REFUSED[reason]


def _is_another(form: JudgedForm, box: Input) -> bool:
    """Tell whether a login name is not the usual one where a provider has one for the mailbox."""
    usual = (box.data or "").strip() == form.mailbox.usual_login
    return not form.provider.asks_own_domain and not usual

"""Checks of servers and their ports, with what people paste taken apart."""

from wtforms import Field as Input
from wtforms import ValidationError

from latchkey.infra.i18n import N_, translate
from latchkey.providers.mailhosts import (
    HostReason,
    HostRefused,
    MailHost,
    PortRefused,
    ServerKind,
    read_port,
    read_server,
)
from latchkey.providers.password_entries import USUAL_PORTS
from latchkey.web.forms.checks import JudgedForm

_HOST_REFUSED = {
    HostReason.NOT_A_HOSTNAME: N_("Please type a server name like mail.example.com."),
    HostReason.IP_ADDRESS: N_("Please type the server’s name instead of its number."),
    HostReason.PRIVATE_NAME: N_(
        "This server is only known inside your network. Please type its public name."
    ),
    HostReason.FOREIGN: N_(
        "This server doesn’t belong to %(domain)s, so your password isn’t sent there. "
        "If it is the right one, ask %(company)s to allow it."
    ),
    HostReason.UNCHECKED: N_(
        "We can’t check right now whether this server belongs to %(domain)s. Please try again in "
        "a minute."
    ),
}
_PASSWORDLESS = N_("This is a server of %(name)s, which takes no passwords from apps.")
_NO_PORT = N_("This port can’t be used here. It is usually %(port)s.")
_POP = N_(
    "This port can’t be used here. It is for POP3, another way to fetch mail. For IMAP it is "
    "usually %(port)s."
)
_SENDING = N_(
    "This port can’t be used here. It is for outgoing mail. For incoming mail it is usually "
    "%(port)s."
)
_FETCHING = N_(
    "This port can’t be used here. It is for incoming mail. For outgoing mail it is usually "
    "%(port)s."
)
_RELAY = N_(
    "This port can’t be used here. It is for mail between servers. For sending it is usually "
    "%(port)s."
)
# Registered ports of mail (IANA service names): POP3 110 and 995, SMTP 25, submission 465 and 587.
_OTHER_PORTS = {
    "imap_port": dict.fromkeys(("110", "995"), _POP)
    | dict.fromkeys(("25", "465", "587"), _SENDING),
    "smtp_port": dict.fromkeys(("110", "143", "993", "995"), _FETCHING) | {"25": _RELAY},
}


def check_host(form: JudgedForm, box: Input) -> None:
    """Take a server that belongs to the address, and the port that was pasted with it."""
    mailbox = form.mailbox
    _take_apart(form, box)
    if closed := passwordless_at(form, box):
        raise ValidationError(translate(_PASSWORDLESS, name=closed.short_name))
    try:
        form.cleaned[box.name] = mailbox.servers.check_host(
            box.data, domain=mailbox.domain, kind=form.provider.server_kind
        )
    except HostRefused as refused:
        raise ValidationError(
            translate(
                _HOST_REFUSED[refused.reason],
                domain=mailbox.shown_domain,
                company=mailbox.company,
            )
        ) from None


def passwordless_at(form: JudgedForm, box: Input) -> MailHost | None:
    """Return the provider of the server in ``box`` if mailboxes cannot be read there by password.

    A server that is only for sending, beside one for reading, is not asked about.
    """
    reading = form.provider.server_field
    beside = box.name != reading and (form[reading].data or "").strip()
    return None if beside else form.mailbox.passwordless_at(box.data or "")


def _take_apart(form: JudgedForm, box: Input) -> None:
    """Put the host and port of a pasted server into their fields."""
    pasted = read_server(box.data)
    box.data = pasted.host
    if pasted.port and (form.provider.server_kind is ServerKind.EXCHANGE or not pasted.of_web):
        form[box.name.replace("host", "port")].data = pasted.port


def check_port(form: JudgedForm, box: Input) -> None:
    """Take a port of mail."""
    box.data = read_port(box.data)
    host = form.cleaned.get(box.name.replace("port", "host"), "")
    usual = USUAL_PORTS[box.name]
    try:
        form.cleaned[box.name] = form.mailbox.servers.check_port(
            box.data, field=box.name, host=host
        )
    except PortRefused as refused:
        text = N_("Please type a port number from 1 to 65535, for example %(port)s.")
        if refused.is_number:
            text = _OTHER_PORTS.get(box.name, {}).get(box.data.strip(), _NO_PORT)
        raise ValidationError(translate(text, port=usual)) from None

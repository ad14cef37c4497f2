"""The credentials that a provider's fields ask for."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field as Input
from wtforms import HiddenField, PasswordField, StringField, ValidationError
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional, StopValidation

from config import Settings
from latchkey.infra.i18n import N_, translate
from latchkey.providers import PROVIDERS, Field, Provider
from latchkey.providers.mailhosts import (
    HostReason,
    HostRefused,
    MailHost,
    MailHosts,
    PortRefused,
    check_host,
    check_port,
    clean_app_password,
)  # fmt: skip
from latchkey.providers.password_entries import USUAL_PORTS

MAX_LOGIN = 254  # it is kept in a cookie, which has no room for much more
MAX_PASSWORD = 1024

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
}


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Whose credentials a form asks for, and what is allowed for them.

    :ivar must_send: the app wants a mailbox that can send, so a server for it has to be named.
    """

    email: str
    domain: str
    host: MailHost | None
    hosts: MailHosts
    settings: Settings
    must_send: bool = False

    @property
    def name(self) -> str:
        """What people call it: its provider if that is known, else its domain."""
        # Some names of the table tell twins apart: "GMX Freemail (gmx.net)".
        return self.host.name.partition(" (")[0] if self.host else self.domain


class CredentialsForm(FlaskForm):  # type: ignore[misc]
    """Base of the forms that ``credentials_form`` makes.

    ``email`` is there for password managers, and to start anew when the sign-in is over; whose
    mailbox it is, is never read from it. ``attempt`` makes every form that is shown a new one.

    :ivar cleaned: values that were found to be good, by name.
    """

    email = HiddenField()
    attempt = HiddenField()

    provider: Provider

    def __init__(self, mailbox: Mailbox, typed: dict[str, str]) -> None:
        self.mailbox = mailbox
        self.cleaned: dict[str, Any] = {}
        super().__init__(data=_known(self.provider, mailbox) | typed)

    def values(self) -> dict[str, Any]:
        """What was typed, cleaned; fields that were left empty are missing."""
        ports = {
            name: int(port)
            for name, port in USUAL_PORTS.items()
            if name not in self.cleaned and name.replace("port", "host") in self.cleaned
        }
        return self.cleaned | ports

    def typed(self) -> dict[str, str]:
        """What to show again: the text of every field, passwords excepted."""
        return {
            spec.name: (self[spec.name].data or "").strip()
            for spec in self.provider.fields
            if spec.kind != "password"
        }

    def wrong(self) -> list[Input]:
        """The inputs that have an error, in the order of the page."""
        return [self[spec.name] for spec in self.provider.fields if self[spec.name].errors]

    def advanced_errors(self) -> bool:
        """Tell whether something is wrong in the folded part, which must then be open."""
        return any(self[spec.name].errors for spec in self.provider.fields if spec.advanced)


def _check_password(form: CredentialsForm, box: Input) -> None:
    text = box.data
    if len(text) > MAX_PASSWORD:
        raise ValidationError(
            translate("This password is too long: more than 1,024 characters can’t be used.")
        )
    typed_host = form["imap_host"].data if "imap_host" in form else None
    host = form.mailbox.hosts.by_imap_host(typed_host or "") or form.mailbox.host
    password = clean_app_password(text, host)
    if form.provider.ascii_password and not password.isascii():
        raise ValidationError(
            translate(
                "This password has a letter or sign, like ä or €, that can’t be used for this "
                "kind of mailbox. Please change it at your mail provider, or use an app "
                "password."
            )
        )
    form.cleaned[box.name] = password


def _check_login(form: CredentialsForm, box: Input) -> None:
    login = box.data.strip()
    if len(login) > MAX_LOGIN:
        raise ValidationError(translate("This is too long for a login name."))
    form.cleaned[box.name] = login


def _check_host(form: CredentialsForm, box: Input) -> None:
    mailbox = form.mailbox
    try:
        form.cleaned[box.name] = check_host(
            box.data,
            domain=mailbox.domain,
            hosts=mailbox.hosts,
            allow_any=mailbox.settings.allow_any_mail_host,
            allow_loopback=mailbox.settings.sandbox,
        )
    except HostRefused as refused:
        raise ValidationError(
            translate(
                _HOST_REFUSED[refused.reason],
                domain=mailbox.domain,
                company=mailbox.settings.brand_name,
            )
        ) from None


def _check_port(form: CredentialsForm, box: Input) -> None:
    try:
        form.cleaned[box.name] = check_port(box.data)
    except PortRefused:
        raise ValidationError(
            translate(
                "Please type a port number from 1 to 65535, for example %(port)s.",
                port=USUAL_PORTS[box.name],
            )
        ) from None


_CHECKS = {
    "password": _check_password,
    "login": _check_login,
    "host": _check_host,
    "port": _check_port,
}


def credentials_form(
    provider: Provider, mailbox: Mailbox, *, typed: dict[str, str] | None = None
) -> CredentialsForm:
    """Build the form of ``provider``, filled with what was typed before or is known of the host."""
    return _form_class(provider.key, must_send=mailbox.must_send)(mailbox, typed or {})


@cache
def _form_class(key: str, *, must_send: bool) -> type[CredentialsForm]:
    provider = PROVIDERS[key]
    members: dict[str, Any] = {"provider": provider}
    for spec in provider.fields:
        members[spec.name] = _input(spec, needed=must_send and spec.name == "smtp_host")
    return type("ProviderForm", (CredentialsForm,), members)


class _Required(InputRequired):
    """Not "DataRequired": a password may consist of spaces."""

    def __call__(self, form: BaseForm, box: Input) -> None:
        try:
            super().__call__(form, box)
        except StopValidation as missing:
            # Only now, as the form's class is the same for people of every language.
            raise StopValidation(translate(str(missing))) from None


def _input(spec: Field, *, needed: bool) -> Input:
    kind = PasswordField if spec.kind == "password" else StringField
    first: InputRequired | Optional
    if spec.required:
        first = _Required(N_("Please type your password."))
    elif needed:
        first = _Required(N_("Please type the server for sending. It is needed here."))
    else:
        first = Optional(strip_whitespace=spec.kind != "password")
    return kind(spec.label, validators=[first, _CHECKS[spec.kind]])


def _known(provider: Provider, mailbox: Mailbox) -> dict[str, str]:
    """What can be filled in before anybody typed."""
    names = {spec.name for spec in provider.fields}
    known = {name: port for name, port in USUAL_PORTS.items() if name in names}
    if "imap_host" in names and (host := mailbox.host):
        known |= {
            "imap_host": host.imap.host,
            "imap_port": str(host.imap.port),
            "smtp_host": host.smtp.host,
            "smtp_port": str(host.smtp.port),
        }
        if host.username == "local part":
            known["username"] = mailbox.email.rpartition("@")[0]
    if "ews_host" in names:
        known["username"] = mailbox.email
    return known

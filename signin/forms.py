"""The two forms: the e-mail address, and the credentials that a provider's fields ask for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from flask_wtf import FlaskForm
from wtforms import Field as Input
from wtforms import HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired, Optional

from config import Settings
from signin.i18n import N_, translate
from signin.mailhosts import (
    HostReason,
    HostRefused,
    MailHost,
    MailHosts,
    PortRefused,
    check_host,
    check_port,
    clean_app_password,
)  # fmt: skip
from signin.providers import Field, Provider
from signin.providers.credentials import USUAL_PORTS

MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
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


def check_email(text: str) -> ValidatedEmail:
    """Return the parts of an address; no mail server is asked whether it exists.

    :raises EmailNotValidError: it is not written like one.
    """
    # "test_environment" only lets the reserved top-level domain .test pass (RFC 6761).
    return validate_email(text, check_deliverability=False, test_environment=True)


class EmailForm(FlaskForm):  # type: ignore[misc]
    """One field. ``address`` holds the parts of the address once it was found to be good."""

    email = StringField(N_("E-mail address"), filters=[lambda text: (text or "").strip()])

    address: ValidatedEmail

    def validate_email(self, email: Input) -> None:
        """Check the writing only: no mail server is asked whether the address exists."""
        text = email.data
        if not text:
            raise ValidationError(translate("Please type your e-mail address."))
        if len(text) > MAX_EMAIL:
            raise ValidationError(translate("This is too long for an e-mail address."))
        try:
            self.address = check_email(text)
        except EmailNotValidError:
            raise ValidationError(
                translate("Please check this address. It should look like name@example.com.")
            ) from None
        if self.address.ascii_email is None:
            raise ValidationError(
                translate(
                    "This address has letters before the @ that mail services can’t use here."
                )
            )


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


@dataclass
class _Checks:
    """Validators of one form; each puts the cleaned value into ``values``."""

    mailbox: Mailbox
    provider: Provider
    values: dict[str, Any] = field(default_factory=dict)

    def password(self, form: FlaskForm, box: Input) -> None:
        text = box.data
        if len(text) > MAX_PASSWORD:
            raise ValidationError(
                translate("This password is too long: more than 1,024 characters can’t be used.")
            )
        typed_host = form["imap_host"].data if "imap_host" in form else None
        host = self.mailbox.hosts.by_imap_host(typed_host or "") or self.mailbox.host
        password = clean_app_password(text, host)
        if self.provider.ascii_password and not password.isascii():
            raise ValidationError(
                translate(
                    "This password has a letter or sign, like ä or €, that can’t be used for this "
                    "kind of mailbox. Please change it at your mail provider, or use an app "
                    "password."
                )
            )
        self.values[box.name] = password

    def login(self, _: FlaskForm, box: Input) -> None:
        login = box.data.strip()
        if len(login) > MAX_LOGIN:
            raise ValidationError(translate("This is too long for a login name."))
        self.values[box.name] = login

    def host(self, _: FlaskForm, box: Input) -> None:
        try:
            self.values[box.name] = check_host(
                box.data,
                domain=self.mailbox.domain,
                hosts=self.mailbox.hosts,
                allow_any=self.mailbox.settings.allow_any_mail_host,
                allow_loopback=self.mailbox.settings.sandbox,
            )
        except HostRefused as refused:
            raise ValidationError(
                translate(
                    _HOST_REFUSED[refused.reason],
                    domain=self.mailbox.domain,
                    company=self.mailbox.settings.brand_name,
                )
            ) from None

    def port(self, _: FlaskForm, box: Input) -> None:
        try:
            self.values[box.name] = check_port(box.data)
        except PortRefused:
            raise ValidationError(
                translate(
                    "Please type a port number from 1 to 65535, for example %(port)s.",
                    port=USUAL_PORTS[box.name],
                )
            ) from None


class CredentialsForm(FlaskForm):  # type: ignore[misc]
    """Base of the forms that ``credentials_form`` makes.

    ``email`` is there for password managers, and to start anew when the sign-in is over; whose
    mailbox it is, is never read from it. ``attempt`` makes every form that is shown a new one.
    """

    email = HiddenField()
    attempt = HiddenField()

    provider: Provider
    checks: _Checks

    def values(self) -> dict[str, Any]:
        """What was typed, cleaned; fields that were left empty are missing."""
        found = self.checks.values
        ports = {
            name: int(port)
            for name, port in USUAL_PORTS.items()
            if name not in found and name.replace("port", "host") in found
        }
        return found | ports

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

    def folded_errors(self) -> bool:
        """Tell whether something is wrong in the folded part, which must then be open."""
        return any(self[spec.name].errors for spec in self.provider.fields if spec.folded)


def credentials_form(
    provider: Provider, mailbox: Mailbox, *, typed: dict[str, str] | None = None
) -> CredentialsForm:
    """Build the form of ``provider``, filled with what was typed before or is known of the host."""
    checks = _Checks(mailbox, provider)
    members: dict[str, Any] = {"provider": provider, "checks": checks}
    for spec in provider.fields:
        needed = mailbox.must_send and spec.name == "smtp_host"
        members[spec.name] = _input(spec, getattr(checks, spec.kind), needed=needed)
    made = type("ProviderForm", (CredentialsForm,), members)
    form: CredentialsForm = made(data=_known(provider, mailbox) | (typed or {}))
    return form


def _input(spec: Field, check: Callable[[FlaskForm, Input], None], *, needed: bool) -> Input:
    kind = PasswordField if spec.kind == "password" else StringField
    # Not "DataRequired": a password may consist of spaces.
    first: InputRequired | Optional
    if spec.required:
        first = InputRequired(translate("Please type your password."))
    elif needed:
        first = InputRequired(translate("Please type the server for sending. It is needed here."))
    else:
        first = Optional(strip_whitespace=spec.kind != "password")
    return kind(spec.label, validators=[first, check])


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

"""The credentials that a provider's fields ask for."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from flask import Response, after_this_request
from werkzeug.datastructures import MultiDict
from wtforms import Field as Input
from wtforms import HiddenField, ValidationError

from latchkey.providers import PROVIDERS, Field, Provider
from latchkey.providers.mailhosts import MailboxIdentity, is_no_app_password
from latchkey.providers.password_entries import USUAL_PORTS
from latchkey.web.forms.checks import judge_name, mail_host
from latchkey.web.forms.inputs import input_for
from latchkey.web.forms.known_values import known_servers, known_values
from latchkey.web.forms.mailbox import Mailbox
from latchkey.web.forms.page_form import PageForm


class CredentialsForm(PageForm):
    """Base of the forms that ``credentials_form`` makes.

    ``email`` is there for password managers, and to start again when the sign-in is over; whose
    mailbox it is, is never read from it. ``attempt`` makes every form that is shown a new one.
    ``instead`` is the way that the user chose after a refusal, ``tried`` those of before
    (``alternatives``).
    ``anyway`` is the answer to the question about a password that is no app password.

    :ivar cleaned: values that were found to be good, by name.
    :ivar identity: the names that may be sent for the mailbox; those of the address until others
        were judged.
    """

    email = HiddenField()
    attempt = HiddenField()
    instead = HiddenField()
    tried = HiddenField()
    anyway = HiddenField()

    provider: Provider

    def __init__(self, mailbox: Mailbox, typed: dict[str, str]) -> None:
        self.mailbox = mailbox
        self.cleaned: dict[str, Any] = {}
        self.identity = MailboxIdentity(address=mailbox.email, login=mailbox.email)
        super().__init__(data=known_values(self.provider, mailbox) | typed)
        if mailbox.password_name:
            self["password"].label.text = mailbox.password_name
        after_this_request(self._forget)

    def _forget(self, response: Response) -> Response:
        """Let go of the inputs once the page is made.

        Form and inputs hold on to each other, so the password would stay until the next run of the
        garbage collector.
        """
        self.__dict__.clear()
        return response

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and then the login names, which depend on the servers."""
        self._fill_in_servers()
        valid = super().validate(extra_validators)
        self.identity = self._judge_names()
        self._drop_unprintable()
        return valid and not self.wrong()

    def _fill_in_servers(self) -> None:
        """Send the known servers along with a login name that tells Nylas none."""
        login, server = self.typed().get("username", ""), self.provider.server_field
        if server and login and "@" not in login and not self[server].data:
            for name, value in known_servers(self.mailbox).items():
                self[name].process(MultiDict({name: value}))

    def shown(self) -> tuple[Field, ...]:
        """The fields to ask for: no login name where it is settled."""
        fields: Iterable[Field] = self.provider.fields
        if self.mailbox.login_hint:
            fields = sorted(fields, key=lambda spec: spec.name != "username")
        return tuple(
            self._placed(spec) for spec in fields if self._asks(spec) or self[spec.name].errors
        )

    def _placed(self, spec: Field) -> Field:
        """Bring the login name to the front where it is certainly not the address."""
        if spec.name == "username" and (hint := self.mailbox.login_hint):
            return replace(spec, advanced=False, hint=hint)
        return spec

    def _asks(self, spec: Field) -> bool:
        if spec.own_domain:
            return self.mailbox.is_own_domain
        return spec.kind != "login" or not self.mailbox.settled or bool(self.mailbox.usual_login)

    def _drop_unprintable(self) -> None:
        """Show again only what can be seen; what was judged stays as it was typed."""
        for spec in self.provider.fields:
            if spec.kind != "password":
                text = self[spec.name].data or ""
                self[spec.name].data = "".join(filter(str.isprintable, text))

    def _judge_names(self) -> MailboxIdentity:
        login = self._judged("username", self.provider.server_field, host_needed=True)
        # Without a server of its own, sending goes where the mailbox is.
        sending = self._judged("smtp_username", "smtp_host", host_needed=False)
        address = self.mailbox.email
        return MailboxIdentity(
            address=address,
            login=login or address,
            smtp_login=sending,
            kind=self.provider.server_kind,
        )

    def _judged(self, name: str, host_field: str, *, host_needed: bool) -> str | None:
        """The name to send, which is then the only one that the settings are built from."""
        if name not in self or not (self[name].data or "").strip() or self[name].errors:
            return None
        try:
            judged = judge_name(
                self,
                self[name],
                host=self.cleaned.get(host_field, ""),
                sending_host=self.cleaned.get("smtp_host", ""),
                host_needed=host_needed,
            )
        except ValidationError as error:
            self[name].errors = [str(error)]
            return None
        self.cleaned[name] = judged
        return judged

    def values(self) -> dict[str, Any]:
        """What was typed, cleaned; fields that were left empty are missing."""
        ports = {
            name: int(port)
            for name, port in USUAL_PORTS.items()
            if name not in self.cleaned and name.replace("port", "host") in self.cleaned
        }
        return self.cleaned | ports

    def fields_sent(self) -> dict[str, str]:
        """Every known field as it came, passwords included: what makes two forms the same one."""
        names = ("attempt", *(spec.name for spec in self.provider.fields))
        return {name: self[name].data or "" for name in names}

    def typed(self) -> dict[str, str]:
        """What to show again: the text of every field, passwords excepted."""
        return {
            spec.name: (self[spec.name].data or "").strip()
            for spec in self.provider.fields
            if spec.kind != "password"
        }

    def names_server(self) -> bool:
        """Tell whether a server was typed, and not only filled in or left to Nylas."""
        name = self.provider.server_field
        typed = (self[name].data or "").strip() if name else ""
        return typed not in ("", known_values(self.provider, self.mailbox).get(name, ""))

    def asks_about_password(self) -> bool:
        """Tell whether to ask, before a try is spent on a password that cannot be right."""
        unanswered = not self.anyway.data
        return unanswered and is_no_app_password(self["password"].data or "", mail_host(self))

    def has_usual_servers(self) -> bool:
        """Tell whether servers and ports are those that are known, or left to Nylas."""
        known = known_values(self.provider, self.mailbox)
        return all(
            (self[spec.name].data or "").strip() in ("", known.get(spec.name, ""))
            for spec in self.provider.fields
            if spec.kind in ("host", "port")
        )

    def wrong(self) -> list[Input]:
        """The inputs that have an error, in the order of the page."""
        return [self[spec.name] for spec in self.provider.fields if self[spec.name].errors]

    def advanced_errors(self) -> bool:
        """Tell whether something is wrong in the folded part, which must then be open."""
        return any(self[spec.name].errors for spec in self.provider.fields if spec.advanced)


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
        members[spec.name] = input_for(spec, needed=must_send and spec.name == "smtp_host")
    return type("ProviderForm", (CredentialsForm,), members)

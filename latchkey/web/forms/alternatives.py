"""Alternatives: other ways to sign in after a refusal, one click each.

Each changes what was typed, never whose mailbox it is: the changed form is checked as if the
user had typed it. The password is not among what the page knows, so it comes along once more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from latchkey.infra.i18n import N_, translate
from latchkey.problems import Problem
from latchkey.problems.mail_server import (
    SENDING_REFUSED,
    SERVER_UNREACHABLE,
    UNKNOWN_USER,
    UNSAFE_CONNECTION,
    WRONG_PASSWORD,
)
from latchkey.problems.nylas import REJECTED
from latchkey.web.forms.alternative_changes import (
    Change,
    other_port,
    own_exchange,
    same_login_for_sending,
    servers_named,
    short_login_for_sending,
    usual_port,
    usual_servers,
    whole_address,
    without_domain,
    without_sending,
)
from latchkey.web.forms.credentials import CredentialsForm

_MOST_OFFERED = 3


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A way to try after a refusal.

    :ivar key: its name in the form.
    :ivar text: of its button; ``%(to)s`` is the new value.
    :ivar names: the fields whose new value the text names; the mail provider without one.
    :ivar changes: what it changes in a form.
    """

    key: str
    text: str
    changes: Change
    names: tuple[str, ...] = ()


def alternatives(form: CredentialsForm, problem: Problem) -> list[tuple[str, str]]:
    """Return key and text of the ways that make sense after ``problem``, the likeliest first."""
    untried = [way for way in _AFTER.get(problem.kind, ()) if way.key not in _tried(form)]
    return _offered(form, untried)


def _offered(form: CredentialsForm, ways: Iterable[Alternative]) -> list[tuple[str, str]]:
    offered: dict[str, str] = {}
    for way in ways:
        if changes := way.changes(form):
            to = next((changes[name] for name in way.names if name in changes), form.mailbox.name)
            text = translate(way.text, to=to, company=form.mailbox.company)
            offered.setdefault(text, way.key)
    return [(key, text) for text, key in offered.items()][:_MOST_OFFERED]


def corrections(form: CredentialsForm) -> list[tuple[str, str]]:
    """Return key and text of the ways that put right what the form refuses."""
    ports = [way for name, way in _PORTS.items() if name in form and form[name].errors]
    return _offered(form, ports or _missing_servers(form))


def _missing_servers(form: CredentialsForm) -> tuple[Alternative, ...]:
    """The servers to try where a login name that tells none came without one."""
    login, server = form.typed().get("username", ""), form.provider.server_field
    if not server or form[server].data or not login or "@" in login:
        return ()
    return _NAMED if form["username"].errors else ()


def take_alternative(form: CredentialsForm) -> None:
    """Change the form, as it was sent, by the way that was chosen; it is checked afterwards."""
    way = _BY_KEY.get(form.instead.data or "")
    if way is None:
        return
    # What was sent before without servers of its own went to the usual ones.
    went = () if form.names_server() else (_USUAL.key,)
    form.tried.data = " ".join(dict.fromkeys((*_tried(form), *went, way.key)))
    for name, value in way.changes(form).items():
        form[name].process(MultiDict({name: value}))


def ask_again(form: CredentialsForm) -> None:
    """Say why the password is asked for once more after a button was used without a script."""
    if (form.instead.data or form.anyway.data) and not form["password"].data:
        form["password"].errors = [
            translate("Please type the password once more: this page didn’t keep it.")
        ]


def _tried(form: CredentialsForm) -> list[str]:
    return [key for key in (form.tried.data or "").split() if key in _BY_KEY]


_LOGINS = (
    Alternative(
        key="whole-address",
        text=N_("Sign in as %(to)s"),
        names=("username",),
        changes=whole_address,
    ),
    Alternative(
        key="without-domain",
        text=N_("Sign in as “%(to)s”, without the part after the @"),
        names=("username",),
        changes=without_domain,
    ),
)
_USUAL = Alternative(
    key="usual-servers", text=N_("Use the usual mail servers of %(to)s"), changes=usual_servers
)
_NAMED = tuple(
    Alternative(
        key=key,
        text=N_("Try the mail server %(to)s"),
        names=("imap_host", "ews_host"),
        changes=changes,
    )
    for key, changes in (
        ("mx-server", own_exchange),
        ("mail-server", servers_named("mail", "mail")),
        ("imap-server", servers_named("imap", "smtp")),
    )
)
_SERVERS = (
    _USUAL,
    *_NAMED[1:],
    Alternative(
        key="other-port", text=N_("Try port %(to)s for incoming mail"), names=("imap_port",),
        changes=other_port("imap_port"),
    ),
)  # fmt: skip
_SENDING = (
    Alternative(
        key="same-login-for-sending",
        text=N_("Use the same login name and password for sending"),
        changes=same_login_for_sending,
    ),
    Alternative(
        key="without-sending",
        text=N_("Connect without sending: %(company)s can then only read mail"),
        changes=without_sending,
    ),
    Alternative(
        key="other-sending-port", text=N_("Try port %(to)s for sending"), names=("smtp_port",),
        changes=other_port("smtp_port"),
    ),
    Alternative(
        key="short-login-for-sending",
        text=N_("Sign in as “%(to)s” for sending"),
        names=("smtp_username",),
        changes=short_login_for_sending,
    ),
)  # fmt: skip
_PORTS = {
    "imap_port": Alternative(
        key="usual-port", text=N_("Use port %(to)s for incoming mail"), names=("imap_port",),
        changes=usual_port("imap_port"),
    ),
    "smtp_port": Alternative(
        key="usual-sending-port", text=N_("Use port %(to)s for sending"), names=("smtp_port",),
        changes=usual_port("smtp_port"),
    ),
}  # fmt: skip
_AFTER = {
    WRONG_PASSWORD.kind: _LOGINS,
    UNKNOWN_USER.kind: _LOGINS,
    REJECTED.kind: (*_LOGINS, _USUAL),
    SERVER_UNREACHABLE.kind: _SERVERS,
    UNSAFE_CONNECTION.kind: _SERVERS,
    SENDING_REFUSED.kind: _SENDING,
}
_BY_KEY = {way.key: way for ways in (*_AFTER.values(), _PORTS.values(), _NAMED) for way in ways}

"""What an alternative changes in a form as it was sent; {} where it makes no sense."""

from collections.abc import Callable

from latchkey.providers.mailhosts import Username
from latchkey.providers.password_entries import USUAL_PORTS
from latchkey.web.forms.credentials import CredentialsForm

# New values by field.
Changes = dict[str, str]
Change = Callable[[CredentialsForm], Changes]

_OTHER_PORT = {"993": "143", "143": "993", "465": "587", "587": "465"}
_SERVER_FIELDS = ("imap_host", "imap_port", "smtp_host", "smtp_port")
_SENDING_FIELDS = ("smtp_host", "smtp_port", "smtp_username", "smtp_password")


def _text(form: CredentialsForm, name: str) -> str:
    return (form[name].data or "").strip() if name in form else ""


def _own_domain(form: CredentialsForm) -> str:
    """The domain of the address if its servers may have any name below it, else ""."""
    mailbox = form.mailbox
    known = mailbox.host or mailbox.hosts.owner(mailbox.domain)
    return "" if known or mailbox.hosts.unsupported(mailbox.domain) else mailbox.shown_domain


def _is_known_port(form: CredentialsForm, name: str) -> bool:
    host = form.mailbox.host
    if host is None:
        return False
    server = host.imap if name == "imap_port" else host.smtp
    return _text(form, name) == str(server.port)


def _short_login(form: CredentialsForm) -> str:
    """The login name without the domain; "" where the provider is known to want the address."""
    host = form.mailbox.host
    sure = host is not None and host.username is Username.ADDRESS
    return "" if sure or form.mailbox.settled else form.mailbox.email.rpartition("@")[0]


def usual_port(name: str) -> Change:
    """The usual port in place of one that cannot be used."""

    def changes(form: CredentialsForm) -> Changes:
        return {name: USUAL_PORTS[name]} if name in form else {}

    return changes


def whole_address(form: CredentialsForm) -> Changes:
    """The address as login name, after a name without a domain; {} where it is another one."""
    typed = _text(form, "username")
    wanted = typed and "@" not in typed and not form.mailbox.login_hint
    return {"username": form.mailbox.email} if wanted else {}


def without_domain(form: CredentialsForm) -> Changes:
    """The part before the @ as login name, with a server, which Nylas cannot find by it."""
    name, field = _short_login(form), form.provider.server_field
    typed = _text(form, "username")
    if not name or not field or (typed and "@" not in typed):
        return {}
    if _text(form, field):
        return {"username": name}
    servers = servers_named("mail", "mail")(form)
    return {**servers, "username": name} if servers else {}


def servers_named(incoming: str, outgoing: str) -> Change:
    """Servers of such names below the own domain."""

    def changes(form: CredentialsForm) -> Changes:
        domain, field = _own_domain(form), form.provider.server_field
        host = f"{incoming}.{domain}"
        if not domain or not field or _text(form, field) == host:
            return {}
        if "smtp_host" not in form:
            return {field: host}
        # Without a server for sending, Nylas would connect the mailbox for reading alone.
        return {field: host, "smtp_host": f"{outgoing}.{domain}"}

    return changes


def own_exchange(form: CredentialsForm) -> Changes:
    """The server below the own domain that takes in its mail, for reading and sending."""
    field, mailbox = form.provider.server_field, form.mailbox
    host = mailbox.servers.own_exchange(mailbox.domain)
    if not host or not field:
        return {}
    return {field: host, "smtp_host": host} if "smtp_host" in form else {field: host}


def usual_servers(form: CredentialsForm) -> Changes:
    """The servers that are known of the provider, or those that Nylas finds by the address."""
    if "imap_host" not in form or not form.names_server():
        return {}
    host = form.mailbox.host
    known = (
        (host.imap.host, str(host.imap.port), host.smtp.host, str(host.smtp.port))
        if host
        else ("", "", "", "")
    )
    changes = dict(zip(_SERVER_FIELDS, known, strict=True))
    return changes if host else {**changes, **whole_address(form)}


def other_port(name: str) -> Change:
    """The other port of ``name``: TLS from the first byte, or STARTTLS."""

    def changes(form: CredentialsForm) -> Changes:
        if not _text(form, name.replace("port", "host")) or _is_known_port(form, name):
            return {}
        usual = "993" if name == "imap_port" else "465"
        return {name: _OTHER_PORT.get(_text(form, name) or usual, usual)}

    return changes


def without_sending(form: CredentialsForm) -> Changes:
    """Incoming mail alone."""
    given = _text(form, "imap_host") and _text(form, "smtp_host")
    return dict.fromkeys(_SENDING_FIELDS, "") if given and not form.mailbox.must_send else {}


def same_login_for_sending(form: CredentialsForm) -> Changes:
    """No login of its own for sending."""
    typed = _text(form, "smtp_username") or _text(form, "smtp_password")
    return {"smtp_username": "", "smtp_password": ""} if typed else {}


def short_login_for_sending(form: CredentialsForm) -> Changes:
    """The part before the @ as login name for sending."""
    name = _short_login(form)
    wanted = name and _text(form, "smtp_host") and not _text(form, "smtp_username")
    return {"smtp_username": name} if wanted else {}

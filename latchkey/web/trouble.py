"""Trouble at a provider: counted by how sign-ins end, and told before anyone types."""

from flask import request

from latchkey.connect import Outcome
from latchkey.providers import Provider
from latchkey.web.forms import CredentialsForm, Mailbox
from latchkey.web.limits.client import network
from latchkey.web.services import get_services


def note_password(form: CredentialsForm, outcome: Outcome) -> None:
    """Count how a sign-in with a password ended, unless servers or ports were typed by hand."""
    if form.has_usual_servers():
        _note(_place(form.provider, form.mailbox), outcome)


def note_oauth(provider: Provider, outcome: Outcome) -> None:
    """Count how a sign-in at the provider's own page ended."""
    _note(provider.key, outcome)


def is_trouble_known(provider: Provider, mailbox: Mailbox | None = None) -> bool:
    """Tell whether the page of this provider, or of this mailbox, warns of trouble there."""
    place = _place(provider, mailbox) if mailbox else provider.key
    return get_services().trouble.is_known(place)


def _note(place: str, outcome: Outcome) -> None:
    get_services().trouble.note(place, network(request.remote_addr), outcome)


def _place(provider: Provider, mailbox: Mailbox) -> str:
    """One name for all mailboxes that are signed in to at the same servers."""
    return f"{provider.key} {mailbox.host.imap.host if mailbox.host else mailbox.domain}"

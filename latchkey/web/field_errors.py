"""What is said about a problem of a form: beside the field that it is about, or above the form."""

from latchkey.infra.i18n import translate
from latchkey.problems import Problem
from latchkey.problems.mail_server import WRONG_PASSWORD
from latchkey.web import limits
from latchkey.web.forms import CredentialsForm


def say_at_field(problem: Problem, form: CredentialsForm) -> None:
    """Put the problem beside the field it is about, if the form has that field."""
    name = form.provider.server_field if problem.place == "server" else problem.place
    if name not in form or (problem.place == "server" and not form.names_server()):
        return
    mailbox = form.mailbox
    text = explain(problem, form)
    if problem is WRONG_PASSWORD and mailbox.host and mailbox.host.help:
        text += " " + translate("The note on this page may help.")
    typed = form["password"].data or ""
    if problem is WRONG_PASSWORD and typed != typed.strip():
        text += " " + translate(
            "What you typed began or ended with a space. If it came along when you copied the "
            "password, leave it out."
        )
    if problem.place == "password" and limits.is_pause_near(mailbox.email):
        text += " " + translate(
            "After a few more wrong passwords this page pauses for some minutes, so that "
            "%(mailbox)s doesn’t lock your mailbox.",
            mailbox=mailbox.name,
        )
    form[name].errors = [text]
    if problem is WRONG_PASSWORD and mailbox.login_hint and not _names_account(form):
        form["username"].errors = [translate(mailbox.login_hint)]


def _names_account(form: CredentialsForm) -> bool:
    """Tell whether the login name that was sent is an address at a mail provider."""
    domain = form.identity.login.rpartition("@")[2]
    return form.mailbox.hosts.find(domain) is not None


def explain(problem: Problem, form: CredentialsForm) -> str:
    """Return the problem's text, with its hint if the form has the field that it speaks of."""
    mailbox = form.mailbox
    field = form.provider.server_field if problem.hint_field == "server" else problem.hint_field
    has_field = field in (spec.name for spec in form.shown())
    words = {"mailbox": mailbox.name, "company": mailbox.company, "typed": mailbox.display_address}
    return " ".join(
        translate(text, **words)
        for text in (problem.text, problem.hint if has_field else "")
        if text
    )

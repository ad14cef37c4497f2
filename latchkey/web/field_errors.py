"""Field errors: what is said beside the field that a problem is about."""

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
    text = translate(problem.text, mailbox=mailbox.name, company=mailbox.company)
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

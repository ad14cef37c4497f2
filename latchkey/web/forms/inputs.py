"""The input of one field of a provider's entry: what it asks for, and how it is checked."""

from wtforms import Field as Input
from wtforms import PasswordField, StringField
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional, StopValidation

from latchkey.infra.i18n import N_, translate
from latchkey.providers import Field
from latchkey.web.forms.checks import check_login, check_password
from latchkey.web.forms.server_checks import check_host, check_port

# More than the longest server or login name.
_MOST_SHOWN = 300

_CHECKS = {
    "password": check_password,
    "login": check_login,
    "host": check_host,
    "port": check_port,
}


def input_for(spec: Field, *, needed: bool) -> Input:
    """Return the input of a field.

    :param needed: it must be filled in here, although the provider's entry leaves that open.
    """
    kind = PasswordField if spec.kind == "password" else StringField
    first: InputRequired | Optional
    if spec.required:
        first = _Required(N_("Please type your password."))
    elif needed:
        first = _Required(N_("Please type the server for sending. It is needed here."))
    else:
        first = Optional(strip_whitespace=spec.kind != "password")
    filters = [] if spec.kind == "password" else [_cut]
    return kind(spec.label, validators=[first, _CHECKS[spec.kind]], filters=filters)


class _Required(InputRequired):
    """Not "DataRequired": a password may consist of spaces."""

    def __call__(self, form: BaseForm, box: Input) -> None:
        try:
            super().__call__(form, box)
        except StopValidation as missing:
            # Only now, as the form's class is the same for people of every language.
            raise StopValidation(translate(str(missing))) from None


def _cut(text: str | None) -> str | None:
    """Cut what is too long for any field, so that no page repeats a form of 60 kB."""
    return text[:_MOST_SHOWN] if text else text

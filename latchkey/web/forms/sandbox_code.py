"""The code that lets a device into a sandbox in the local network."""

from flask_wtf import FlaskForm
from wtforms import StringField

from latchkey.infra.i18n import N_


class SandboxCodeForm(FlaskForm):  # type: ignore[misc]
    """One field: the code that the terminal shows."""

    code = StringField(N_("Code"))

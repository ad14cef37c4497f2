"""The code that lets a device into a sandbox in the local network."""

from wtforms import StringField

from latchkey.infra.i18n import N_
from latchkey.web.forms.page_form import PageForm


class SandboxCodeForm(PageForm):
    """One field: the code that the terminal shows."""

    code = StringField(N_("Code"))

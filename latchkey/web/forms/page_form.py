"""Base class of the forms."""

from typing import ClassVar

from flask_wtf import FlaskForm


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form without a CSRF token of its own.

    The token of every POST is checked before its view (``latchkey/web/security``). Flask-WTF would
    sign another for each form, also where the answer is a redirect.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings of WTForms."""

        csrf: ClassVar[bool] = False

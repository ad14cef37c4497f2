"""The e-mail address: what everybody types first."""

from email_validator import EmailNotValidError, ValidatedEmail
from flask_wtf import FlaskForm
from wtforms import Field as Input
from wtforms import StringField, ValidationError

from latchkey.infra.i18n import N_, translate
from latchkey.providers.email_address import MAX_EMAIL, check_email


class EmailForm(FlaskForm):  # type: ignore[misc]
    """One field. ``address`` holds the parts of the address once it was found to be good."""

    email = StringField(N_("E-mail address"), filters=[lambda text: (text or "").strip()])

    address: ValidatedEmail

    def validate_email(self, email: Input) -> None:
        """Check the writing only: no mail server is asked whether the address exists."""
        text = email.data
        if not text:
            raise ValidationError(translate("Please type your e-mail address."))
        if len(text) > MAX_EMAIL:
            raise ValidationError(translate("This is too long for an e-mail address."))
        try:
            self.address = check_email(text)
        except EmailNotValidError:
            raise ValidationError(
                translate("Please check this address. It should look like name@example.com.")
            ) from None
        if self.address.ascii_email is None:
            raise ValidationError(
                translate(
                    "This address has letters before the @ that mail services can’t use here."
                )
            )

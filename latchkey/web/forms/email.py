"""The e-mail address: the first field that every person fills in."""

from collections.abc import Callable

from email_validator import ValidatedEmail
from wtforms import Field as Input
from wtforms import HiddenField, StringField, ValidationError

from latchkey.infra.i18n import N_, translate
from latchkey.providers.email_address import (
    AddressFault,
    AddressRefused,
    read_address,
)
from latchkey.providers.pasted_address import clean_address
from latchkey.providers.typing_slips import likely_domain
from latchkey.web.forms.page_form import PageForm

_SENTENCES = {
    AddressFault.EMPTY: N_("Please type your e-mail address."),
    AddressFault.TOO_LONG: N_("This is too long for an e-mail address."),
    AddressFault.SEVERAL: N_("Please type one address at a time."),
    AddressFault.NO_AT: N_(
        "The @ and the part after it are missing. An address looks like name@example.com."
    ),
    AddressFault.TWO_ATS: N_("There is more than one @ in this address. Please check it."),
    AddressFault.NO_NAME: N_("The part before the @ is missing, as in name@example.com."),
    AddressFault.NO_DOMAIN: N_("The part after the @ is missing, as in name@example.com."),
    AddressFault.BLANK: N_("There is a space inside this address. Please take it out."),
    AddressFault.DOTS: N_("There is a dot too many in this address. Please check it."),
    AddressFault.NO_ENDING: N_(
        "The part after the @ isn’t complete: it needs an ending such as .com, as in "
        "name@example.com."
    ),
    AddressFault.LETTERS: N_(
        "This address has letters before the @ that mail services can’t use here."
    ),
    AddressFault.OTHER: N_("Please check this address. It should look like name@example.com."),
}


class EmailForm(PageForm):
    """One field, and the answer to "Did you mean …?".

    :ivar email: the address as it was typed; ``address`` holds its parts once it is accepted.
    :ivar corrected: the suggested address, when the person accepted it.
    :ivar kept: the address that the person was asked about and confirmed.
    """

    email = StringField(N_("E-mail address"), filters=[lambda text: (text or "").strip()])
    corrected = HiddenField()
    kept = HiddenField()

    address: ValidatedEmail

    def likely_address(self, exists: Callable[[str], bool]) -> str:
        """Return the address that was probably meant, "" unless its domain is a typing slip.

        :param exists: tells whether a domain has mailboxes; such a domain is no slip.
        """
        typed = clean_address(self.email.data or "")
        name, _, domain = typed.rpartition("@")
        likely = likely_domain(domain.lower()) if name else ""
        asked_before = self.corrected.data or self.kept.data == self.email.data
        return "" if not likely or asked_before or exists(domain) else f"{name}@{likely}"

    def validate_email(self, email: Input) -> None:
        """Check how the address is written."""
        try:
            self.address = read_address(self.corrected.data or email.data)
        except AddressRefused as refused:
            raise ValidationError(translate(_SENTENCES[refused.fault])) from None

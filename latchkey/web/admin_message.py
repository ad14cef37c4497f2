"""The message to an administrator who has to approve the app at the provider."""

from latchkey.infra.i18n import translate
from latchkey.web.brand_in_force import current_brand
from latchkey.web.flow import SignIn
from latchkey.web.support import mailto


def admin_message(
    sign_in: SignIn, *, provider: str, client_id: str, admin_url: str, back_url: str
) -> str:
    """Return the text, for the person to copy or send.

    :param provider: as people know it.
    :param admin_url: the provider's page for approving the app, "" where there is none.
    :param back_url: where the person signs in afterwards.
    """
    company = current_brand().name
    parts = [
        translate("Hello,"),
        _wish(sign_in, company),
        *_approval(company, provider=provider, client_id=client_id, admin_url=admin_url),
        translate("Afterwards I can connect my mailbox here:"),
        back_url,
    ]
    return "\n\n".join(parts)


def admin_mail(message: str) -> str:
    """Return a ``mailto:`` address with the message in it; the person fills in the receiver."""
    subject = translate("Please approve %(company)s", company=current_brand().name)
    return mailto("", subject, message)


def _wish(sign_in: SignIn, company: str) -> str:
    if sign_in.display_address:
        return translate(
            "I would like to use %(company)s with my mailbox %(address)s. Our organisation asks "
            "for an administrator’s approval first.",
            company=company,
            address=sign_in.display_address,
        )
    return translate(
        "I would like to use %(company)s with my mailbox. Our organisation asks for an "
        "administrator’s approval first.",
        company=company,
    )


def _approval(company: str, *, provider: str, client_id: str, admin_url: str) -> tuple[str, str]:
    if admin_url:
        return translate("You can approve %(company)s for everybody here:", company=company), (
            admin_url
        )
    text = translate(
        "Please trust this app in the %(provider)s admin console. Its client ID is:",
        provider=provider,
    )
    return text, client_id

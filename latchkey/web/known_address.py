"""The address that a sign-in begins with: that of a signed link, or what an app's hint says."""

from latchkey.apps import AppRequest, LinkClaims
from latchkey.providers.email_address import AddressRefused, ascii_address, clean_hint, read_address


def known_address(app: AppRequest | None, link_claims: LinkClaims | None) -> tuple[str, str]:
    """Return the address for Nylas and for display.

    Only the latter when Nylas could not use it, or when it is yet ``is_to_confirm``: a hint is not
    signed, and a domain that is not ASCII may look like another.
    """
    hint = link_claims.email if link_claims else clean_hint(app.login_hint) if app else ""
    try:
        address = read_address(hint)
    except AddressRefused:
        return "", hint
    if not link_claims and not address.domain.isascii():
        return "", address.normalized
    return address.ascii_email or "", address.normalized


def is_to_confirm(email: str, display_address: str) -> bool:
    """Tell whether the user has to see a good address in the e-mail step before it counts."""
    return not email and bool(ascii_address(display_address))

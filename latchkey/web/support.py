"""The support slip: what support needs to find a sign-in in the logs, and nothing personal."""

from datetime import UTC, datetime
from urllib.parse import quote

from latchkey.infra import logs
from latchkey.infra.i18n import language, translate
from latchkey.web import flow
from latchkey.web.brand_in_force import current_brand

_MAILTO_LENGTH = 1900  # what mail programs and browsers take of an address


def support_slip(code: str) -> str:
    """Return the lines for support: code, request id, time, provider, server, language.

    :param code: the support code that the page shows, a request id of Nylas or of this page.
    """
    sign_in = flow.current()
    typed = sign_in.typed if sign_in else {}
    server = typed.get("imap_host") or typed.get("ews_host") or ""
    lines = {
        translate("Code"): code,
        translate("Request"): logs.request_id(),
        translate("Time"): datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        translate("Provider"): sign_in.provider if sign_in else "",
        translate("Server"): server,
        translate("Language"): language(),
    }
    return "\n".join(f"{name}: {value}" for name, value in lines.items() if value)


def support_mail(code: str) -> str:
    """Return a ``mailto:`` address with the slip in it, "" without a support address."""
    brand = current_brand()
    if not brand.support_email:
        return ""
    subject = translate("Connecting my mailbox to %(company)s", company=brand.name)
    return mailto(brand.support_email, subject, support_slip(code))


def mailto(address: str, subject: str, body: str) -> str:
    """Return a ``mailto:`` address (RFC 6068), cut to what programs take.

    :param address: "" leaves the receiver to the person.
    """
    start = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body="
    text = body.replace("\n", "\r\n")
    while len(start + quote(text)) > _MAILTO_LENGTH and text:
        text = text[: len(text) * 9 // 10]
    return start + quote(text)

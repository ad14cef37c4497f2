"""Same mailbox: whether two e-mail addresses are spellings of one mailbox.

Upper and lower case and the two spellings of an international domain (RFC 5891) never matter. What
else a provider ignores is known of Gmail alone: dots, what follows a plus sign, and the domain
googlemail.com (Google, "Dots don't matter in Gmail addresses", "Create task-specific addresses").
Own domains at Google are not meant: there, dots tell accounts apart.
"""

import unicodedata

from latchkey.providers.email_address import ascii_address

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_YANDEX = "yandex.ru"
_YANDEX_ENDINGS = (
    "az", "by", "co.il", "com", "com.am", "com.ge", "com.tr", "ee", "fr", "kg", "kz", "lt", "lv",
    "md", "net", "pl", "tj", "tm", "ua", "uz",
)  # fmt: skip
# Domains under which one name is one mailbox: Apple, "About your @icloud.com, @me.com and @mac.com
# email addresses" (support.apple.com/118230); Yandex ID, "Alternate email addresses": "addresses
# using your username on all Yandex domains".
_MAIN_DOMAIN = {
    **dict.fromkeys(("me.com", "mac.com"), "icloud.com"),
    **dict.fromkeys(("ya.ru", "narod.ru"), _YANDEX),
    **dict.fromkeys((f"yandex.{ending}" for ending in _YANDEX_ENDINGS), _YANDEX),
}


def same_mailbox(one: str, other: str) -> bool:
    """Tell whether both are addresses, and of the same mailbox."""
    canonical = canonical_mailbox(one)
    return bool(canonical) and (one == other or canonical == canonical_mailbox(other))


def same_account(one: str, other: str) -> bool:
    """Tell whether both are addresses of one account as far as its owner would say so.

    What follows a plus sign is ignored at every domain, as Gmail, Google Workspace, Outlook.com,
    Exchange Online, iCloud and Fastmail do (providers' pages on plus addressing). Some other server
    may tell such mailboxes apart, so nothing is proven by it.
    """
    return same_mailbox(_without_tag(one), _without_tag(other))


def _without_tag(address: str) -> str:
    local, _, domain = address.rpartition("@")
    name = local.partition("+")[0]
    return f"{name}@{domain}" if name else address


def canonical_mailbox(address: str) -> str:
    """Return the one spelling of a mailbox that all its others have in common, "" for no address.

    For comparisons only: mail may be refused under it.
    """
    local, _, domain = ascii_address(address).lower().rpartition("@")
    if domain in _GMAIL:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{local}@{domain}" if local else ""


def counted_mailbox(address: str) -> str:
    """Return one spelling for all that may lead to the same mailbox.

    Wider than ``canonical_mailbox``: what follows a plus sign is left out for every provider, and a
    provider's domains that share their names count as one. At Yandex, a dot and a hyphen are the
    same. If that puts two mailboxes together, they merely share a counter.
    """
    folded = unicodedata.normalize("NFKC", address).strip().casefold().rstrip(".")
    local, _, domain = (canonical_mailbox(folded) or folded).rpartition("@")
    name, domain = local.partition("+")[0] or local, _MAIN_DOMAIN.get(domain, domain)
    return f"{name.replace('.', '-') if domain == _YANDEX else name}@{domain}"

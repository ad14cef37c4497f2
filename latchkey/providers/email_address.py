"""The rule for e-mail addresses: how one is written, and how Nylas gets it."""

import re
from enum import Enum

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)

from latchkey.providers.pasted_address import clean_address, parts_with_at

MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets

_LIKE_AN_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")
# Alive at these Japanese providers, although RFC 5321 allows no such dots (PHPMailer issue 418).
_ODD_DOTS = frozenset(["docomo.ne.jp", "ezweb.ne.jp"])
_ODD_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Addresses that the library gives back as they are.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HOST_LABEL = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_AS_IS = re.compile(
    rf"(?=.{{3,{MAX_EMAIL}}}$)(?=[^@]{{1,64}}@)"
    rf"{_ATOM}(?:\.{_ATOM})*@(?:{_HOST_LABEL}\.)+([a-z]{{2,63}})"
)
_SPECIAL_TOPS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


class AddressFault(Enum):
    """What is wrong with an address, as precisely as it can be said."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    SEVERAL = "several addresses"
    NO_AT = "no @"
    TWO_ATS = "more than one @"
    NO_NAME = "nothing before the @"
    NO_DOMAIN = "nothing after the @"
    BLANK = "a blank inside"
    DOTS = "dots in a wrong place"
    NO_ENDING = "a domain without an ending"
    LETTERS = "letters before the @ that mail services cannot use"
    OTHER = "not written like an address"


class AddressRefused(Exception):
    """The text is no address that Nylas could use; ``fault`` says why."""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def read_address(text: str) -> ValidatedEmail:
    """Return the address in what was typed or pasted; no mail server is asked for it.

    :raises AddressRefused: there is none that Nylas could use.
    """
    cleaned = clean_address(text)
    if fault := _visible_fault(cleaned):
        raise AddressRefused(fault)
    try:
        address = check_email(cleaned)
    except EmailNotValidError:
        raise AddressRefused(_hidden_fault(cleaned)) from None
    if address.ascii_email is None:
        raise AddressRefused(AddressFault.LETTERS)
    return address


def clean_hint(text: str) -> str:
    """Return the address of a ``login_hint``, "" for any other text: it is not ours to show.

    A blank before its ``@`` was a plus that an app did not encode.
    """
    if not text:
        return ""
    name, at, domain = text.strip().rpartition("@")
    cleaned = clean_address(f"{name.replace(' ', '+')}{at}{domain}")
    return cleaned if _LIKE_AN_ADDRESS.fullmatch(cleaned) else ""


def check_email(text: str) -> ValidatedEmail:
    """Return the parts of an address; no mail server is asked whether it exists.

    :raises EmailNotValidError: it is not written like one.
    """
    name, _, domain = text.rpartition("@")
    if domain.lower() in _ODD_DOTS and _ODD_LOCAL.fullmatch(name):
        return _with_odd_dots(name, domain.lower())
    # "test_environment" only lets the reserved top-level domain .test pass (RFC 6761).
    return validate_email(text, check_deliverability=False, test_environment=True)


def ascii_address(text: str) -> str:
    """Return an address as Nylas gets it, "" when Nylas could not use it."""
    # Most addresses are plain, and a sign-in asks seven times: the library takes 50 times as long.
    if (plain := _AS_IS.fullmatch(text)) and plain[1] not in _SPECIAL_TOPS:
        return text
    try:
        return check_email(text).ascii_email or ""
    except EmailNotValidError:
        return ""


def exact_address(text: str) -> str:
    """Return an address as Nylas gets it, "" also when ``read_address`` would read another one.

    A name may begin with an apostrophe (RFC 5322, 3.2.3), which is taken off what was pasted.
    """
    address = ascii_address(text)
    return address if clean_address(address) == address else ""


def _with_odd_dots(name: str, domain: str) -> ValidatedEmail:
    address = validate_email(f"a@{domain}", check_deliverability=False)
    address.local_part = address.ascii_local_part = name
    address.normalized = address.ascii_email = f"{name}@{domain}"
    return address


def _visible_fault(text: str) -> AddressFault | None:
    name, at, domain = text.rpartition("@")
    faults = {
        AddressFault.EMPTY: not text,
        AddressFault.SEVERAL: len(parts_with_at(text)) > 1,
        AddressFault.NO_AT: not at,
        AddressFault.TWO_ATS: "@" in name,
        AddressFault.NO_NAME: not name.strip(),
        AddressFault.NO_DOMAIN: not domain.strip(),
        AddressFault.TOO_LONG: len(text) > MAX_EMAIL,
        AddressFault.BLANK: any(char.isspace() for char in text),
    }
    return next((fault for fault, found in faults.items() if found), None)


def _hidden_fault(text: str) -> AddressFault:
    name, _, domain = text.rpartition("@")
    if ".." in text or name.startswith(".") or name.endswith(".") or domain.startswith("."):
        return AddressFault.DOTS
    if "." not in domain and domain.isprintable():
        return AddressFault.NO_ENDING
    return AddressFault.OTHER

"""The rule for e-mail addresses: what people paste, how it is written, how Nylas gets it."""

import re
import unicodedata
from enum import Enum
from urllib.parse import unquote

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)

MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets

# Typed by a Japanese or Chinese keyboard: full-width forms and the dots of UTS #46.
_USUAL: dict[str, str | int | None] = {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)
}
_USUAL |= dict.fromkeys("\u3002\uff0e\uff61", ".")
# Blanks, quotation marks of all languages, brackets and punctuation around a pasted address.
_BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_AROUND = _BLANKS + ".,;:<>()[]\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
_IN_BRACKETS = re.compile(r"[<(]\s*([^<>()\s]+@[^<>()\s]+)\s*[>)]\s*[,;.]?\s*$")
# "E-Mail: ann@…" and "“Ann” ann@…": a word before the blank alone may be part of the address.
_LABEL = re.compile(
    r"^(?:(?!mailto:)[^@:\s]{1,20}:\s*(?!//)|[\"\u201c\u201e][^@\"\u201c\u201d]*[\"\u201c\u201d]\s+)+(?=\w[^\s:@\"]*@\w)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s+\([^()@]*\)$")
_LIKE_AN_ADDRESS = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")
_BLANK_AT_THE_AT = re.compile(r"[ \t]*@[ \t]*")
_BETWEEN = re.compile(r"[\s,;<>]+")
_MOST_READ = 1000  # longer texts hold no single address, and would take long to take apart
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


def clean_address(text: str) -> str:
    """Return ``text`` without what comes along when an address is pasted.

    Invisible characters (category Cf, among them direction marks, zero-width blanks, soft hyphens
    and the byte order mark), full-width letters, ``mailto:``, a name before angle brackets,
    quotation marks and punctuation at the ends.
    """
    if len(text) > _MOST_READ:
        return text
    visible = "".join(
        " " if unicodedata.category(char) == "Zs" else char
        for char in text
        if unicodedata.category(char) != "Cf"
    )
    plain = visible.translate(str.maketrans(_USUAL)).strip()
    if not _has_several(plain) and (found := _IN_BRACKETS.search(plain)):
        plain = found[1]
    plain = _BLANK_AT_THE_AT.sub("@", plain).lstrip(_BLANKS + ",;:")
    plain = _trim(_REMARK.sub("", _LABEL.sub("", plain)))
    if plain.lower().startswith("mailto:"):
        plain = unquote(plain[len("mailto:") :].partition("?")[0])
    return _BLANK_AT_THE_AT.sub("@", _trim(plain))


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


def _has_several(text: str) -> bool:
    # By hand: a pattern for two of them takes minutes for 4,000 times "a@".
    return sum("@" in part[1:-1] for part in _BETWEEN.split(text)) > 1


def _trim(text: str) -> str:
    # A dot before the name is a fault of the address, not a mark around it.
    return text.lstrip(_AROUND.replace(".", "")).rstrip(_AROUND + "/")


def _with_odd_dots(name: str, domain: str) -> ValidatedEmail:
    address = validate_email(f"a@{domain}", check_deliverability=False)
    address.local_part = address.ascii_local_part = name
    address.normalized = address.ascii_email = f"{name}@{domain}"
    return address


def _visible_fault(text: str) -> AddressFault | None:
    name, at, domain = text.rpartition("@")
    faults = {
        AddressFault.EMPTY: not text,
        AddressFault.SEVERAL: _has_several(text),
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

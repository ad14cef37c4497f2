"""One spelling for every host name, so that names can be compared at all."""

import re
import unicodedata

import idna

# Names that mean something else in every network: RFC 6761 and the IANA special-use registry (arpa,
# localhost, invalid), RFC 6762 with its appendix G, RFC 7686 (onion), RFC 9476 (alt), ICANN's
# reservation of internal, and what routers hand out (localdomain). `example` and `test` are
# left out: nothing answers there, and people try the page with them.
_PRIVATE_TOPS = frozenset(
    [
        "alt",
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
    ]
)
# A name that ends like this is read as an IPv4 address, in whatever notation
# (https://url.spec.whatwg.org/#ends-in-a-number-checker).
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# A name that UTS #46 and IDNA leave as it is: labels of letters, digits and hyphens (RFC 5890), but
# none with hyphens third and fourth, which punycode and what may come after it begin with.
_PLAIN = re.compile(r"(?=.{1,253}$)(?:(?!..--|-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!$)|$))+", re.DOTALL)


def ascii_name(text: str) -> str | None:
    """Give a host name or mail domain as lower-case ASCII without its final dot, or None.

    Unicode becomes punycode by UTS #46, which also folds full-width letters and the dots of other
    scripts (https://www.unicode.org/reports/tr46/). None means text that is no name by IDNA
    2008 (RFC 5891) and the letter-digit-hyphen rule (RFC 5890): at most 253 characters, 63 a label.
    """
    # Nearly every name is plain, and a sign-in asks for twenty: the library takes 40 times as long.
    if _PLAIN.fullmatch(text):
        return text
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        return None
    return name.removesuffix(".")


def is_private_name(host: str) -> bool:
    """Tell whether a name, in ASCII, means something only inside one network."""
    return host.rpartition(".")[2] in _PRIVATE_TOPS


def ends_in_number(host: str) -> bool:
    """Tell whether a name, in ASCII, is read as an IPv4 address."""
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def has_invisible(text: str) -> bool:
    """Tell whether text has characters that cannot be seen: joiners, direction marks, fillers.

    UTS #46 drops soft hyphens, zero-width spaces and the like without a word, and keeps joiners.
    What cannot be seen was not meant to be typed.
    """
    return any(unicodedata.category(char) == "Cf" or _vanishes(char) for char in text)


def _vanishes(char: str) -> bool:
    try:
        return idna.uts46_remap(char, std3_rules=False) == ""
    except idna.IDNAError:
        return False

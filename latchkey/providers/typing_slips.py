"""Typing slips: which of the most used mail domains a domain was probably meant to be.

Only a question is made of it ("Did you mean gmail.com?"): a look-alike may be a domain of its own.
"""

import re
from collections.abc import Iterator

from latchkey.providers.mailhosts.public_suffixes import is_ending

# The most used domains of mailboxes, from the consumer providers' own domains in hosts.csv.
_COMMON = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.es",
    "yahoo.it", "yahoo.co.in", "yahoo.com.br", "ymail.com", "hotmail.com", "hotmail.co.uk",
    "hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es", "outlook.com", "outlook.de",
    "outlook.fr", "live.com", "live.co.uk", "live.fr", "live.nl", "msn.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de",
    "t-online.de", "freenet.de", "orange.fr", "wanadoo.fr", "laposte.net", "free.fr", "sfr.fr",
    "libero.it", "virgilio.it", "tiscali.it", "comcast.net", "verizon.net", "att.net",
    "sbcglobal.net", "bellsouth.net", "btinternet.com", "mail.ru", "yandex.ru", "qq.com",
    "163.com", "126.com", "naver.com", "uol.com.br", "bol.com.br", "wp.pl", "o2.pl",
    "onet.pl", "seznam.cz", "ziggo.nl", "kpnmail.nl", "bluewin.ch",
    "fastmail.com", "zoho.com", "mail.com", "protonmail.com", "proton.me",
)  # fmt: skip
# With fewer letters, almost any short domain would be a slip of another.
_SHORTEST_NAME = 4
_SHORTEST_REPLACED = 5
# Typed in place of "com" for a name that has no such domain of its own.
_MARKS = re.compile(r"[.,;\s]+")
_LABEL = re.compile(r"[\w-]+")
_OTHER_ENDINGS = frozenset(["net", "org", "info", "biz", "edu"])


def likely_domain(domain: str) -> str:
    """Return the domain that ``domain`` is a likely slip of, "" when there is none.

    It is a common one, or the typed one with a dot for a comma, its neighbour on keyboards.

    :param domain: in small letters, with or without an ending (``gmail`` was cut off).
    """
    if domain in _COMMON:
        return ""
    if (dotted := _MARKS.sub(".", domain)) in _COMMON:
        return dotted
    slip = next((common for common in _COMMON if _is_slip(domain, common)), "")
    return slip or _with_dot(domain)


def _with_dot(domain: str) -> str:
    name, comma, ending = domain.partition(",")
    return f"{name}.{ending}" if comma and _LABEL.fullmatch(name) and is_ending(ending) else ""


def _is_slip(typed: str, common: str) -> bool:
    name, _, ending = common.partition(".")
    typed_name, dot, typed_ending = typed.partition(".")
    if dot and typed_name == name and not is_ending(typed_ending):
        return typed_ending in _slips(ending)
    if len(name) < _SHORTEST_NAME:
        return False
    if not dot:
        return typed in (name, common.replace(".", ""))
    if typed_name == name:
        long = ending == "com" and len(name) >= _SHORTEST_REPLACED
        return typed_ending in _slips(ending) or (long and typed_ending in _OTHER_ENDINGS)
    return typed_ending == ending and typed_name in _slips(name)


def _slips(word: str) -> Iterator[str]:
    """What comes of ``word`` with one letter dropped, doubled, replaced, or two swapped."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
    for place in range(len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield before + after
        yield before + letter * 2 + after
        yield before + after[:1] + letter + after[1:]
        if len(word) >= _SHORTEST_REPLACED or word in ("com", "net"):
            yield from (before + other + after for other in letters)
        yield from (before + other + letter + after for other in letters)
    yield from (word + other for other in letters)

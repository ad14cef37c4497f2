"""Addresses as people paste them: with a name, a label, brackets or invisible characters."""

import re
import unicodedata
from urllib.parse import unquote

# Typed by a Japanese or Chinese keyboard: full-width forms, brackets, the dots of UTS #46; and
# hyphens of word processors.
_USUAL: dict[str, str | int | None] = {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)
}
_USUAL |= dict.fromkeys("\u3002\uff0e\uff61", ".") | dict.fromkeys("\u2010\u2011", "-")
_USUAL |= dict.fromkeys("「『【《〈｢", "<") | dict.fromkeys("」』】》〉｣", ">") | {"、": ","}
_INNER_APOSTROPHE = re.compile(r"(?<=[^\W\d_])\u2019(?=[^\W\d_])")
# Blanks, quotation marks of all languages, brackets and punctuation around a pasted address.
_BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_AROUND = _BLANKS + ".,;:<>()[]\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
_IN_BRACKETS = re.compile(r"[<(]\s*([^<>()\s]+@[^<>()\s]+)\s*[>)]\s*[,;.]?\s*$")
# "Adresse e-mail : ann@…", "EMAIL;TYPE=WORK,INTERNET:ann@…" of a contact, and "“Ann” ann@…": a word
# before the blank alone may be part of the address.
_LABEL = re.compile(
    r"^(?:(?!mailto:)[^@:\s]{1,60}(?:\x20[^@:\s]{1,20}){0,4}\x20?:\s*(?!//)"
    r"|[\"\u201c\u201e][^@\"\u201c\u201d]*[\"\u201c\u201d]\s+)+(?=[\"'\u201c\u201e\u00ab]?\w[^\s:@\"]*@\w)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\([^()@]*\)$")
# The cells of a table, and the parts of a signature in one line.
_CELLS = re.compile("\t|(?<=[ ])[|\u2022\u00b7\u2013\u2014-](?=[ ])")
_BULLET = re.compile(r"^(?:[-*+]|[0-9]{1,2}[.)])\s+(?=\S+@)")
_BLANK_AT_THE_AT = re.compile(r"[ \t]*@[ \t]*")
_BETWEEN = re.compile(r"[\s,;<>]+")
_MOST_READ = 1000  # longer texts hold no single address, and would take long to take apart


def clean_address(text: str) -> str:
    """Return ``text`` without what comes along when an address is pasted.

    Invisible characters (category Cf, among them direction marks, zero-width blanks, soft hyphens
    and the byte order mark), full-width letters, ``mailto:``, a name before angle brackets, other
    cells of a table, quotation marks, punctuation, bullets and pictures at the ends.
    """
    if len(text) > _MOST_READ:
        return text
    visible = "".join(
        " " if unicodedata.category(char) == "Zs" else char for char in without_invisible(text)
    )
    plain = _only_cell(visible.translate(str.maketrans(_USUAL)).strip())
    parts = [_without_link(_trim(part)) for part in parts_with_at(plain)]
    if len(parts) > 1 and len({part.casefold() for part in parts}) == 1:
        plain = parts[0]  # Outlook copies "ann@example.com <ann@example.com>"
    elif len(parts) < 2 and (found := _IN_BRACKETS.search(plain)):
        plain = found[1]
    plain = _BLANK_AT_THE_AT.sub("@", plain).lstrip(_BLANKS + ",;:")
    plain = _without_link(_trim(_REMARK.sub("", _LABEL.sub("", _BULLET.sub("", plain)))))
    return _INNER_APOSTROPHE.sub("'", _BLANK_AT_THE_AT.sub("@", _trim(plain)))


def without_invisible(text: str) -> str:
    """Return ``text`` without what cannot be seen and comes along when it is copied (Cf)."""
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def parts_with_at(text: str) -> list[str]:
    """Return the parts between blanks, commas and angle brackets that may be an address each."""
    # By hand: a pattern for two of them takes minutes for 4,000 times "a@".
    return [part for part in _BETWEEN.split(text) if "@" in part[1:-1]]


def _only_cell(text: str) -> str:
    cells = [cell for cell in _CELLS.split(text) if "@" in cell]
    return cells[0].strip() if len(cells) == 1 else text


def _is_mark(char: str) -> bool:
    """Tell whether a character is a picture, a bullet or punctuation of another script.

    Hindi keyboards end a sentence with a danda. An ellipsis means that the address is cut off, a
    replacement character that something else was there.
    """
    picture = unicodedata.category(char) in ("So", "Sk", "Sm", "Co", "Po", "Pd")
    return (
        not char.isascii()
        and char not in "\u2026\ufffd"
        and (picture or "\ufe00" <= char <= "\ufe0f")
    )


def _trim(text: str) -> str:
    around = _AROUND + "".join(filter(_is_mark, text))
    # A dot before the name is a fault of the address, not a mark around it.
    trimmed = text.lstrip(around.replace(".", "")).rstrip(around + "/!?")
    # On one side alone, a star may belong to a name (RFC 5322, 3.2.3).
    if len(trimmed) > 2 and trimmed[0] == trimmed[-1] == "*":
        return _trim(trimmed.strip("*"))
    return trimmed


def _without_link(text: str) -> str:
    is_link = text.lower().startswith("mailto:")
    return unquote(text[len("mailto:") :].partition("?")[0]) if is_link else text

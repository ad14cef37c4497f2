"""What the text of a refusal says went wrong, since types and statuses alone say too little.

Servers word the same refusal in hundreds of ways, so classes are distinguished by word stems and
response codes. What says more comes first: "authentication failed, too many attempts" is about
attempts. A wrong password is the last reading, for it sends people to type again what was right.
"""

import re
import unicodedata
from importlib.resources import files

from latchkey.problems import mail_server
from latchkey.problems.mail_server import (
    NO_ACCESS,
    SENDING_REFUSED,
    SERVER_UNREACHABLE,
    UNKNOWN_USER,
    UNSAFE_CONNECTION,
    WRONG_PASSWORD,
)
from latchkey.problems.model import Problem, operator_problem
from latchkey.problems.pages import OAUTH_ONLY

MISCONFIGURED = operator_problem("misconfigured")

# Addresses and links hold words that the server did not mean. What Google and QQ mark in a link is
# a code: QQ writes GBK, so its link may be all that is left of a text in UTF-8.
_ADDRESS = re.compile(r"[^\s<>\"(]{1,254}@[^\s<>\")]{1,254}")
_LINK = re.compile(r"\bhttps?://[^\s\])>]*?(?:(?:\?p|&no)=(\w+)[^\s\])>]*)?(?=[\s\])>]|$)")
_ABOUT_SMTP = re.compile(
    r"\bsmtps?(?![a-z_\d])(?! address)|:(?:25|465|587)\b|\b(?:outgoing|submission)\b"
)
_ABOUT_IMAP = re.compile(r"\bimap|\bincoming\b|:(?:143|993)\b")
_LONGEST = 4000  # characters that are read; one may become eighteen when they are folded (U+FDFA)
_NO_ACCENT = str.maketrans("łøđı", "lodi")  # Unicode has no parts for these
_PASSWORD = "about a password"
_NO_PASSWORD = "not about a password"
_NOT_NOW = "not now"
# Problems that a server for sending can have without the one for reading having it, too.
_OF_EITHER_SERVER = (WRONG_PASSWORD, SERVER_UNREACHABLE, UNSAFE_CONNECTION, NO_ACCESS)


def _sections(text: str) -> list[tuple[str, str]]:
    """Every section of the phrases: its name, and its lines as one pattern."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    sections: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("[") and line.endswith("]") and "\\" not in line:
            sections.append((line[1:-1], []))
        else:
            sections[-1][1].append(line)
    (_, definitions), *rest = sections
    words = dict(line.split(" = ", 1) for line in definitions)
    fill = re.compile("{(" + "|".join(words) + ")}")
    return [(name, fill.sub(lambda m: words[m[1]], "|".join(body))) for name, body in rest]


def _without_accents(text: str) -> str:
    """Return letters as servers write them that send only ASCII ("Haslo", "autenticacion")."""
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in parts if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_NO_ACCENT)


_PHRASES = _sections(
    _without_accents(
        (files("latchkey.problems") / "data" / "phrases.txt").read_text(encoding="utf-8")
    )
)
_BY_KIND = {problem.kind: problem for problem in (*mail_server.ALL, OAUTH_ONLY, MISCONFIGURED)}
_CLASSES = [(_BY_KIND[kind], re.compile(says)) for kind, says in _PHRASES if kind in _BY_KIND]
_ABOUT_PASSWORD = re.compile(dict(_PHRASES)[_PASSWORD])
_NOT_ABOUT_PASSWORD = re.compile(dict(_PHRASES)[_NO_PASSWORD])
# A server that answers so is the right one: its name and port need no check.
_SAYS_NOT_NOW = re.compile(dict(_PHRASES)[_NOT_NOW])


def problem_in(text: str) -> Problem | None:
    """Return the problem that a text of a mail server speaks of, None when it says nothing known.

    :param text: what the server or Nylas wrote, echoes of the request included; it is only read
        here, never shown.
    """
    plain = _plain(text)
    found = next((problem for problem, says in _CLASSES if _applies(problem, says, plain)), None)
    if found is SERVER_UNREACHABLE and _SAYS_NOT_NOW.search(plain):
        return found
    sending = _ABOUT_SMTP.search(plain) and not _ABOUT_IMAP.search(plain)
    return SENDING_REFUSED if sending and found in (None, *_OF_EITHER_SERVER) else found


def _applies(problem: Problem, says: re.Pattern[str], plain: str) -> bool:
    if not says.search(plain):
        return False
    if problem is SENDING_REFUSED:
        # "IMAP/SMTP is off" is about both.
        return not _ABOUT_IMAP.search(plain)
    if problem is UNKNOWN_USER:
        # "Unknown user or bad password" keeps open which of them.
        return not _ABOUT_PASSWORD.search(plain)
    return problem is not WRONG_PASSWORD or not _NOT_ABOUT_PASSWORD.search(plain)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST].lower()
    without = _ADDRESS.sub(" ", _LINK.sub(r" \1 ", folded))
    return " ".join(_without_accents(without).replace("’", "'").split())

"""Texts of the pages that a brand says in its own words, by language and English sentence."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from config import ROOT
from latchkey.web.branding.values import Check

_TEMPLATE = ROOT / "locales" / "latchkey.pot"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_MOST = 2000
# Names for what is changed most: the heading of the first page, and the line below it.
SHORT: Mapping[str, tuple[str, ...]] = {
    "title": ("Connect your mailbox",),
    "subtitle": (
        "Type the e-mail address you want to use with %(company)s. We’ll show you the right way "
        "to sign in.",
        "%(company)s asks you to connect this mailbox. We’ll show you the right way to sign in.",
    ),
}


@cache
def sentences() -> tuple[str, ...]:
    """Return every English sentence of the pages: the ``msgid`` entries of the gettext template."""
    text = _TEMPLATE.read_text(encoding="utf-8")
    entries = re.findall(r'^msgid(?:_plural)? ((?:".*"\n)+)', text, re.M)
    found = ("".join(map(ast.literal_eval, entry.splitlines())) for entry in entries)
    return tuple(filter(None, found))


@cache
def text_checks() -> Mapping[str, Check]:
    """Return the check of each text that a brand may change, by its key in the file."""
    short = {name: _replacing(texts[0]) for name, texts in SHORT.items()}
    return short | {sentence: _replacing(sentence) for sentence in sentences()}


def by_sentence(own: Mapping[str, str]) -> dict[str, str]:
    """Return a brand's texts of one language by English sentence; a sentence wins over a name."""
    short = {sentence: own[name] for name in SHORT if name in own for sentence in SHORT[name]}
    return short | {key: text for key, text in own.items() if key not in SHORT}


def _replacing(sentence: str) -> Check:
    """Make a check of what is said instead of ``sentence``."""
    known = dict.fromkeys(_PLACEHOLDER.findall(sentence), "")

    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > _MOST:
            raise ValueError(f"must be a text of {_MOST} characters at most")
        rest = _PLACEHOLDER.sub("", value).replace("%%", "")
        if "%" in rest or not known.keys() >= set(_PLACEHOLDER.findall(value)):
            allowed = ", ".join(f"%({name})s" for name in known) or "none"
            raise ValueError(
                f"has placeholders that are not known (a percent sign is %%); allowed: {allowed}"
            )
        return value.strip()

    return check

"""Every sentence that people read goes through gettext; English is the source.

``locales/<language>/LC_MESSAGES/latchkey.po`` holds the translations, beside it the compiled
file that is read here, when the first page needs it.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import cast

from flask import Flask, current_app, has_request_context
from markupsafe import Markup, escape

from latchkey.infra.isolation import isolated, isolated_in_page, without_tags
from latchkey.infra.languages import BY_TAG, SOURCE

DOMAIN = "latchkey"
FOLDER = Path(__file__).parents[2] / "locales"
# Who has read a catalogue, as its header X-Reviewed-By says. none: translated, and not read
# since; reader: read once more, each sentence translated back and compared with the English one;
# native: read by a person who grew up with the language.
STATES = ("none", "reader", "native")

Texts = Mapping[str, str]


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark ``message`` for translators where it is declared; it is translated where it is shown."""
    return message


def language() -> str:
    """Return the language of the page that is being made, as in BCP 47."""
    if not has_request_context():
        return SOURCE
    return cast(str, current_app.extensions["page_language"]())


def translate(message: str, **values: object) -> str:
    """Return ``message`` in the reader's language with ``%(name)s`` filled in."""
    return (_own(message) or _text(message)) % isolated(values, rtl=_is_rtl())


def translate_plural(singular: str, plural: str, number: int) -> str:
    """Return the form of the message that ``number`` needs, with ``%(number)s`` filled in."""
    own = _own(singular if number == 1 else plural)
    text = own or _catalogue().ngettext(singular, plural, number)
    return text % {"number": number}


def span_of_time(seconds: int) -> str:
    """Return ``seconds`` in words, rounded up to what people count in."""
    if seconds > 90 * 60:
        hours = math.ceil(seconds / 3600)
        return translate_plural("%(number)s hour", "%(number)s hours", hours)
    if seconds > 90:
        minutes = math.ceil(seconds / 60)
        return translate_plural("%(number)s minute", "%(number)s minutes", minutes)
    return translate_plural("%(number)s second", "%(number)s seconds", seconds)


def init_i18n(
    app: Flask,
    page_language: Callable[[], str] = lambda: SOURCE,
    own_texts: Callable[[], Texts] = dict,
) -> None:
    """Give templates ``_`` and ``{% trans %}``; what they fill in is still escaped.

    :param page_language: the language of this request's page, one of ``languages.ALL``.
    :param own_texts: what this request says instead of the usual texts, by English sentence.
    """
    app.extensions["page_language"] = page_language
    app.extensions["own_texts"] = own_texts
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # {% trans %} gives its values to these functions, which isolate them.
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)
    app.jinja_env.globals.update(
        language=language, direction=_direction, ltr=_ltr, span_of_time=span_of_time
    )
    app.jinja_env.filters["without_tags"] = without_tags


def catalogue_path(tag: str) -> Path:
    """Return where the translations of a language are: the source, which the compiled is beside."""
    return FOLDER / tag.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def state_of(tag: str) -> str:
    """Return who has read the catalogue of a language: one of ``STATES``."""
    found = re.search(r'^"X-Reviewed-By: (\w+)', catalogue_path(tag).read_text("utf-8"), re.M)
    return found[1] if found else STATES[0]


@cache
def read_catalogue(tag: str) -> NullTranslations:
    """Return the texts of a language, one of ``languages.ALL``.

    :raises OSError: there is no compiled catalogue.
    """
    if tag == SOURCE:
        return NullTranslations()
    with catalogue_path(tag).with_suffix(".mo").open("rb") as file:
        return GNUTranslations(file)


def _catalogue() -> NullTranslations:
    return read_catalogue(language())


def _text(message: str) -> str:
    # gettext keeps the header of the catalogue under the empty text.
    return _catalogue().gettext(message) if message else ""


def _is_rtl() -> bool:
    return BY_TAG[language()].rtl


def _direction() -> str:
    return BY_TAG[language()].direction


def _ltr() -> Markup:
    """What an element needs that holds an address, a server, a password or a code."""
    return Markup(' dir="ltr"') if _is_rtl() else Markup()


def _own(message: str) -> str:
    """What the operator wants to be said instead of ``message``, "" when nothing."""
    if not has_request_context():
        return ""
    return str(current_app.extensions["own_texts"]().get(message, ""))


def _gettext(message: str, **values: object) -> Markup:
    """What templates write: markup of ours, in which values are escaped and isolated."""
    own = _own(message)
    text = _markup(own, message) if own else Markup(_text(message))  # noqa: S704 (of a catalogue)
    return text % isolated_in_page(values, rtl=_is_rtl())


def _ngettext(singular: str, plural: str, number: int, **values: object) -> Markup:
    message = singular if number == 1 else plural
    own = _own(message)
    translated = "" if own else _catalogue().ngettext(singular, plural, number)
    text = _markup(own, message) if own else Markup(translated)  # noqa: S704 (of a catalogue)
    return text % isolated_in_page(values, rtl=_is_rtl())


def _markup(own: str, message: str) -> Markup:
    """Of an operator's text, only the tags that ``message`` has, too, are markup."""
    text = str(escape(own))
    for tag in ("<strong>", "</strong>"):
        if tag in message:
            text = text.replace(str(escape(tag)), tag)
    return Markup(text)  # noqa: S704 (escaped above)

"""Every sentence that people read goes through gettext; English is the source."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from gettext import NullTranslations
from typing import cast

from flask import Flask, current_app, has_request_context
from markupsafe import Markup, escape

from latchkey.infra.catalogues import read_catalogue
from latchkey.infra.isolation import isolated, isolated_in_page, without_tags
from latchkey.infra.languages import BY_TAG, SOURCE, Language
from latchkey.infra.unproxied import unproxied

Texts = Mapping[str, str]


@dataclass(frozen=True)
class PageTexts:
    """What a page says, in one language.

    :ivar own: what the operator wants to be said instead, by English sentence.
    """

    language: Language
    catalogue: NullTranslations
    own: Texts = field(default_factory=dict)

    def text(self, message: str) -> str:
        """Return the translation of a message."""
        # gettext keeps the header of the catalogue under the empty text.
        return self.own.get(message) or (self.catalogue.gettext(message) if message else "")

    def plural(self, singular: str, plural: str, number: int) -> str:
        """Return the form of a message that ``number`` needs."""
        own = self.own.get(singular if number == 1 else plural)
        return own or self.catalogue.ngettext(singular, plural, number)


_ENGLISH = PageTexts(BY_TAG[SOURCE], read_catalogue(SOURCE))


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark ``message`` for translators where it is declared; it is translated where it is shown."""
    return message


def language() -> str:
    """Return the language of the page that is being made, as in BCP 47."""
    return _page_texts().language.tag


def translate(message: str, **values: object) -> str:
    """Return ``message`` in the reader's language with ``%(name)s`` filled in."""
    texts = _page_texts()
    return texts.text(message) % isolated(values, rtl=texts.language.rtl)


def translate_plural(singular: str, plural: str, number: int) -> str:
    """Return the form of the message that ``number`` needs, with ``%(number)s`` filled in."""
    return _page_texts().plural(singular, plural, number) % {"number": number}


def span_of_time(seconds: int) -> str:
    """Return ``seconds`` in words, rounded up to what people count in."""
    if seconds > 90 * 60:
        hours = math.ceil(seconds / 3600)
        return translate_plural("%(number)s hour", "%(number)s hours", hours)
    if seconds > 90:
        minutes = math.ceil(seconds / 60)
        return translate_plural("%(number)s minute", "%(number)s minutes", minutes)
    return translate_plural("%(number)s second", "%(number)s seconds", seconds)


def init_i18n(app: Flask, page_texts: Callable[[], PageTexts] = lambda: _ENGLISH) -> None:
    """Give templates ``_`` and ``{% trans %}``; what they fill in is still escaped.

    :param page_texts: the texts of this request's page.
    """
    app.extensions["page_texts"] = page_texts
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # {% trans %} gives its values to these functions, which isolate them.
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    functions = _Functions(page_texts)
    app.jinja_env.globals.update(
        _=functions.gettext,
        gettext=functions.gettext,
        ngettext=functions.ngettext,
        ltr=functions.ltr,
        page_texts=page_texts,
        span_of_time=span_of_time,
    )
    app.jinja_env.filters["without_tags"] = without_tags


class _Functions:
    """What templates call; a page does so a hundred times, so nothing is looked up twice."""

    def __init__(self, page_texts: Callable[[], PageTexts]) -> None:
        self._page_texts = page_texts

    def gettext(self, message: str, **values: object) -> Markup:
        """Return markup of ours, in which values are escaped and isolated."""
        texts = self._page_texts()
        return _filled(texts, texts.text(message), message, values)

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> Markup:
        """Return the form that ``number`` needs, as ``gettext`` does."""
        texts = self._page_texts()
        message = singular if number == 1 else plural
        return _filled(texts, texts.plural(singular, plural, number), message, values)

    def ltr(self) -> Markup:
        """Return what an element needs that holds an address, a server, a password or a code."""
        return Markup(' dir="ltr"') if self._page_texts().language.rtl else Markup()


def _page_texts() -> PageTexts:
    if not has_request_context():
        return _ENGLISH
    return cast(PageTexts, unproxied(current_app).extensions["page_texts"]())


def _filled(texts: PageTexts, text: str, message: str, values: Mapping[str, object]) -> Markup:
    trusted = message not in texts.own
    if not values:
        return _unfilled(text, message, trusted)
    return _markup(text, message, trusted) % isolated_in_page(values, rtl=texts.language.rtl)


# Most sentences have no values, and are the same in every page of their language.
@lru_cache(maxsize=4096)
def _unfilled(text: str, message: str, trusted: bool) -> Markup:
    return _markup(text, message, trusted) % {}


def _markup(text: str, message: str, trusted: bool) -> Markup:
    """Of an operator's text, only the tags that ``message`` has, too, are markup."""
    if trusted:
        return Markup(text)  # noqa: S704 (of a catalogue)
    text = str(escape(text))
    for tag in ("<strong>", "</strong>"):
        if tag in message:
            text = text.replace(str(escape(tag)), tag)
    return Markup(text)  # noqa: S704 (escaped above)

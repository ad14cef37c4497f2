"""Every sentence that people read goes through gettext; English is the source."""

import math
from collections.abc import Callable, Mapping
from gettext import NullTranslations

from flask import Flask, current_app, has_request_context
from markupsafe import escape

LANGUAGE = "en"
# The languages that there are texts in.
LANGUAGES = (LANGUAGE,)

Texts = Mapping[str, str]

_translations = NullTranslations()


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark ``message`` for translators where it is declared; it is translated where it is shown."""
    return message


def language() -> str:
    """Return the language of the page that is being made, as in BCP 47."""
    return LANGUAGE


def translate(message: str, **values: object) -> str:
    """Return ``message`` in the reader's language with ``%(name)s`` filled in."""
    return (_own(message) or _translations.gettext(message)) % values


def span_of_time(seconds: int) -> str:
    """Return ``seconds`` in words, rounded up to what people count in."""
    for unit, text in (
        (60 * 60, N_("%(number)s hours")),
        (60, N_("%(number)s minutes")),
    ):
        # From two on, so that no language needs a singular.
        if seconds > 2 * unit - unit // 2:
            return translate(text, number=math.ceil(seconds / unit))
    return translate(N_("%(number)s seconds"), number=max(2, seconds))


def _own(message: str) -> str:
    """What the operator wants to be said instead of ``message``, "" when nothing."""
    if not has_request_context():
        return ""
    return str(current_app.extensions["own_texts"]().get(message, ""))


def _gettext(message: str) -> str:
    own = _own(message)
    return _markup(own, message) if own else _translations.gettext(message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    message = singular if number == 1 else plural
    own = _own(message)
    return _markup(own, message) if own else _translations.ngettext(singular, plural, number)


def _markup(own: str, message: str) -> str:
    """Templates take what gettext returns for markup: of an own text, only what ``message`` has."""
    text = str(escape(own))
    for tag in ("<strong>", "</strong>"):
        if tag in message:
            text = text.replace(str(escape(tag)), tag)
    return text


def init_i18n(app: Flask, own_texts: Callable[[], Texts] = dict) -> None:
    """Give templates ``_`` and ``{% trans %}``; what they fill in is still escaped.

    :param own_texts: what this request says instead of the usual texts, by English sentence.
    """
    app.extensions["own_texts"] = own_texts
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _gettext, _ngettext, newstyle=True
    )
    app.jinja_env.globals["language"] = LANGUAGE

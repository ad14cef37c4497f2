"""Which language a page is in, and the list of languages that every page offers.

What the app asks for (``ui_locales`` of OpenID Connect, or ``locale``; a signed link's claim) and
what the reader picked from the list come by the same parameter and are kept in one cookie: the
latest counts. Else it is the first language of the browser that there is, else the brand's.
"""

from functools import cache

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup

from latchkey.infra.catalogues import read_catalogue
from latchkey.infra.i18n import PageTexts, init_i18n, language
from latchkey.infra.languages import ALL, BY_TAG, best_language
from latchkey.web.brand_in_force import current_brand
from latchkey.web.services import get_services

REMEMBERED_SECONDS = 365 * 24 * 60 * 60
PARAMETERS = ("ui_locales", "locale")
# What the same page needs once more. A provider's answer with a code counts once, and what an app
# asks for is not repeated in a page that refuses it.
_KEPT = frozenset({"s", "again", "login_hint", "link", "admin_consent", "state", "error"})


def init_language(app: Flask) -> None:
    """Give templates the texts of the page's language, and the list of languages."""
    init_i18n(app, page_texts)
    app.after_request(_set_headers)
    app.jinja_env.globals.update(language_options=language_options, language_fields=language_fields)


def page_language() -> str:
    """Return the language of this request's page."""
    if "language" not in g:
        asked = best_language(_asked(), _offered())
        if asked:
            keep_language(asked)
        else:
            g.language = best_language([_kept(), *_accepted()], _offered()) or _usual()
    return str(g.language)


def page_texts() -> PageTexts:
    """Return what this request's page says."""
    texts: PageTexts | None = g.get("page_texts")
    if texts is None:
        tag = page_language()
        own = current_brand().texts.get(tag, {})
        texts = g.page_texts = PageTexts(BY_TAG[tag], read_catalogue(tag), own)
    return texts


def keep_language(asked: str) -> None:
    """Show this page, and those that follow in this browser, in the language that is asked for.

    :param asked: tags in the order of preference, divided by blanks, as in ``ui_locales``.
    """
    if found := best_language(asked.split(), _offered()):
        g.language = g.kept_language = found
        g.pop("page_texts", None)


def language_options() -> Markup:
    """Return the choices of the list of languages, "" when there is only one."""
    offered = _offered()
    return Markup(_options(offered, language())) if len(offered) > 1 else Markup()  # noqa: S704


def language_fields() -> dict[str, str]:
    """Return what the list sends along, so that the same page is shown again."""
    if "code" in request.args:
        return {}
    return {name: value for name, value in request.args.items() if name in _KEPT}


@cache
def _options(offered: tuple[str, ...], current: str) -> str:
    """Without the marks that HTML can do without: they are in every page."""
    return "".join(
        f"<option value={one.tag} lang={one.tag}{' selected' if one.tag == current else ''}>"
        f"{one.name}"
        for one in ALL
        if one.tag in offered
    )


def _asked() -> list[str]:
    return [tag for name in PARAMETERS for tag in request.args.get(name, "").split()]


def _accepted() -> list[str]:
    return [tag for tag, quality in request.accept_languages if quality > 0]


def _usual() -> str:
    wanted = current_brand().language
    return best_language([wanted], _offered()) or get_services().settings.default_language


def _offered() -> tuple[str, ...]:
    return get_services().settings.languages


def _kept() -> str:
    return request.cookies.get(_cookie_name(), "")


def _set_headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = page_language()
    if kept := g.get("kept_language"):
        interface = current_app.session_interface
        response.set_cookie(
            _cookie_name(),
            kept,
            max_age=REMEMBERED_SECONDS,
            path=interface.get_cookie_path(current_app),
            secure=interface.get_cookie_secure(current_app),
            httponly=True,
            samesite=interface.get_cookie_samesite(current_app),
            partitioned=interface.get_cookie_partitioned(current_app),
        )
    return response


def _cookie_name() -> str:
    # Eight letters after the name would be the id of a sign-in.
    return f"{current_app.session_interface.get_cookie_name(current_app)}-lang"

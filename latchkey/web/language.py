"""Which language a page is in, and the list of languages that every page offers.

What the app asks for (``ui_locales`` of OpenID Connect, or ``locale``; a signed link's claim) and
what the reader picked from the list come by the same parameter and are kept in one cookie: the
latest counts. Else it is the first language of the browser that there is, else the brand's.
"""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, request

from config import Settings
from latchkey.infra.catalogues import read_catalogue
from latchkey.infra.i18n import PageTexts, init_i18n
from latchkey.infra.languages import ALL, BY_TAG, Language, best_language
from latchkey.infra.unproxied import unproxied
from latchkey.web.brand_in_force import current_brand
from latchkey.web.own_cookie import cookie_name, set_own_cookie
from latchkey.web.services import get_services

REMEMBERED_SECONDS = 365 * 24 * 60 * 60
# Eight letters would be the id of a sign-in (latchkey/web/flow/cookies.py).
_SUFFIX = "lang"
PARAMETERS = ("ui_locales", "locale")
# A path of ours, and never the address of another host.
_PATH = re.compile(r"/(?![/\\])[!-~]{0,200}")
# What the same page needs once more. A provider's answer with a code counts once, and what an app
# asks for is not repeated in a page that refuses it.
_KEPT = frozenset({"s", "again", "login_hint", "link", "admin_consent", "state", "error"})


def init_language(app: Flask) -> None:
    """Give templates the texts of the page's language, and the list of languages."""
    init_i18n(app, page_texts)
    app.after_request(_set_headers)
    app.jinja_env.globals["languages_page"] = languages_page


def page_language() -> str:
    """Return the language of this request's page."""
    of_request = unproxied(g)
    if "language" not in of_request:
        asked = best_language(_asked(), offered())
        if asked:
            keep_language(asked)
        else:
            of_request.language = best_language([_kept(), *_accepted()], offered()) or _usual()
    return str(of_request.language)


def page_texts() -> PageTexts:
    """Return what this request's page says."""
    of_request = unproxied(g)
    texts: PageTexts | None = of_request.get("page_texts")
    if texts is None:
        tag = page_language()
        own = current_brand().texts.get(tag, {})
        texts = of_request.page_texts = PageTexts(BY_TAG[tag], read_catalogue(tag), own)
    return texts


def texts_beside(settings: Settings) -> PageTexts:
    """Return the texts for a page beside the app, such as the sandbox's, which has no brand."""
    kept = [tag for name, tag in request.cookies.items() if name.endswith(f"-{_SUFFIX}")]
    found = best_language([*kept, *_accepted()], settings.languages)
    tag = found or settings.default_language
    return PageTexts(BY_TAG[tag], read_catalogue(tag))


def keep_language(asked: str) -> None:
    """Show this page, and those that follow in this browser, in the language that is asked for.

    :param asked: tags in the order of preference, divided by blanks, as in ``ui_locales``.
    """
    if found := best_language(asked.split(), offered()):
        g.language = g.kept_language = found
        g.pop("page_texts", None)


def languages_page(kept: Collection[str] = _KEPT) -> str:
    """Return the address of the list of languages, which leads back; "" when there is only one.

    :param kept: the arguments of this request that the same page needs once more.
    """
    if len(offered()) < 2:
        return ""
    asked = unproxied(request)
    page = f"{asked.script_root}/languages"
    if "code" in asked.args:
        return page
    return f"{page}?{urlencode({'to': asked.path, **_arguments(kept)}, safe='/')}"


def language_links() -> list[tuple[Language, str]]:
    """Return each language with the address that shows the page before in it."""
    path = request.args.get("to", "/")
    if not _PATH.fullmatch(path):
        path = "/"
    kept, base, tags = _arguments(_KEPT), request.script_root + path, offered()
    return [
        (one, f"{base}?{urlencode(kept | {PARAMETERS[0]: one.tag})}")
        for one in ALL
        if one.tag in tags
    ]


def offered() -> tuple[str, ...]:
    """Return the tags of the languages that the operator offers."""
    return get_services().settings.languages


def _arguments(kept: Collection[str]) -> dict[str, Any]:
    # The sign-in knows better which address it is for than a hint that came later.
    asked = unproxied(request).args
    names = {*kept} - {"login_hint"} if "s" in asked else kept
    return {name: value for name, value in asked.items() if name in names}


def _asked() -> list[str]:
    arguments = unproxied(request).args
    given = (arguments[name] for name in PARAMETERS if name in arguments)
    return [tag for tags in given for tag in tags.split()]


def _accepted() -> list[str]:
    return [tag for tag, quality in unproxied(request).accept_languages if quality > 0]


def _usual() -> str:
    wanted = current_brand().language
    return best_language([wanted], offered()) or get_services().settings.default_language


def _kept() -> str:
    return unproxied(request).cookies.get(cookie_name(_SUFFIX), "")


def _set_headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = page_language()
    elif response.location and _asked():
        # A redirect says nothing, but keeps the language that it is asked for.
        page_language()
    if kept := unproxied(g).get("kept_language"):
        set_own_cookie(response, _SUFFIX, kept, max_age=REMEMBERED_SECONDS)
    return response

"""Languages that the pages can be read in, and which of them fits a reader (RFC 4647, lookup)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Language:
    """A language with a catalogue in ``locales/``.

    :ivar tag: as in BCP 47; the folder of its catalogue has ``_`` instead of ``-``.
    :ivar name: what it calls itself (CLDR).
    :ivar rtl: it is written from right to left.
    """

    tag: str
    name: str
    rtl: bool = False


SOURCE = "en"
# In the order of their names, as the list on the pages has them.
ALL = (
    Language("id", "Bahasa Indonesia"),
    Language("da", "Dansk"),
    Language("de", "Deutsch"),
    Language("et", "Eesti"),
    Language("en", "English"),
    Language("es", "Español"),
    Language("es-419", "Español (Latinoamérica)"),
    Language("fr", "Français"),
    Language("hr", "Hrvatski"),
    Language("it", "Italiano"),
    Language("lv", "Latviešu"),
    Language("lt", "Lietuvių"),
    Language("hu", "Magyar"),
    Language("nl", "Nederlands"),
    Language("nb", "Norsk bokmål"),
    Language("pl", "Polski"),
    Language("pt-BR", "Português (Brasil)"),
    Language("pt-PT", "Português (Portugal)"),
    Language("ro", "Română"),
    Language("sk", "Slovenčina"),
    Language("sl", "Slovenščina"),
    Language("fi", "Suomi"),
    Language("sv", "Svenska"),
    Language("vi", "Tiếng Việt"),
    Language("tr", "Türkçe"),
    Language("cs", "Čeština"),
    Language("el", "Ελληνικά"),
    Language("bg", "Български"),
    Language("ru", "Русский"),
    Language("uk", "Українська"),
    Language("he", "עברית", rtl=True),
    Language("ar", "العربية", rtl=True),
    Language("fa", "فارسی", rtl=True),
    Language("hi", "हिन्दी"),
    Language("th", "ไทย"),
    Language("zh-Hans", "简体中文"),
    Language("zh-Hant", "繁體中文"),
    Language("ja", "日本語"),
    Language("ko", "한국어"),
)
BY_TAG = {language.tag: language for language in ALL}

# Fallbacks in small letters, the best first: other names of a language, the script
# that a region writes (CLDR likely subtags), the parent that is not its prefix (CLDR parent
# locales), and the near relative that is better than a foreign language.
_AS_IN_LATIN_AMERICA = "ar bo br bz cl co cr cu do ec gt hn jp mx ni pa pe pr py sv us uy ve"
_AS_IN_PORTUGAL = "ao ch cv fr gq gw lu mo mz st tl"
_FALLBACKS: dict[str, tuple[str, ...]] = {
    "no": ("nb",),
    "nn": ("nb",),
    "iw": ("he",),
    "in": ("id",),
    "mo": ("ro",),
    "cmn": ("zh-hans",),
    "yue": ("zh-hant",),
    "zh": ("zh-hans",),
    "zh-tw": ("zh-hant",),
    "zh-hk": ("zh-hant",),
    "zh-mo": ("zh-hant",),
    "pt": ("pt-br", "pt-pt"),
    "pt-pt": ("pt-br",),
    "es": ("es-419",),
    "es-419": ("es",),
    **{f"es-{region}": ("es-419", "es") for region in _AS_IN_LATIN_AMERICA.split()},
    **{f"pt-{region}": ("pt-pt", "pt-br") for region in _AS_IN_PORTUGAL.split()},
}
# These have no shorter fallback: readers of one Chinese script are not given the other (CLDR).
_WHOLE = frozenset({"zh-hant", "zh-tw", "zh-hk", "zh-mo"})
# Longer than any tag that means something (RFC 5646, 4.4.1).
_LONGEST = 35


def best_language(asked: Iterable[str], offered: Iterable[str]) -> str:
    """Return the first tag of ``asked`` that there is a language for, "" when there is none.

    :param asked: language ranges in the reader's order, such as ``zh-TW`` or ``de_AT``.
    :param offered: tags of ``ALL``.
    """
    known = _by_small_letters(tuple(offered))
    for wanted in asked:
        for candidate in _candidates(wanted[:_LONGEST].replace("_", "-").lower()):
            if candidate in known:
                return known[candidate]
    return ""


@cache
def _by_small_letters(tags: tuple[str, ...]) -> dict[str, str]:
    return {tag.lower(): tag for tag in tags}


def _candidates(wanted: str) -> Iterable[str]:
    """The range itself, its fallbacks, then the same for each shorter form of it."""
    parts = wanted.split("-")
    while parts:
        tag = "-".join(parts)
        yield tag
        yield from _FALLBACKS.get(tag, ())
        if tag in _WHOLE:
            return
        parts.pop()
        # A single letter begins an extension, which goes with it (RFC 4647, 3.4).
        if parts and len(parts[-1]) == 1:
            parts.pop()

import pytest
from babel import Locale
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from config import ROOT
from latchkey.infra.languages import ALL, BY_TAG, best_language

ODD_TAGS = ["", "-", "--", "x-", "de-x", "i-klingon", "*", "de-*-DE", "zh-", "_", "a" * 9000, "\0"]


@pytest.mark.parametrize(
    ("asked", "best"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("DE-at-1996", "de"),
        ("no", "nb"),
        ("nb-NO", "nb"),
        ("nn-NO", "nb"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-Hans-TW", "zh-Hans"),
        ("yue-HK", "zh-Hant"),
        ("cmn", "zh-Hans"),
        ("pt", "pt-BR"),
        ("pt-BR", "pt-BR"),
        ("pt-PT", "pt-PT"),
        ("pt-AO", "pt-PT"),
        ("es", "es"),
        ("es-ES", "es"),
        ("es-MX", "es-419"),
        ("es-US", "es-419"),
        ("es-419", "es-419"),
        ("es-GQ", "es"),
        ("iw", "he"),
        ("iw-IL", "he"),
        ("in", "id"),
        ("in-ID", "id"),
        ("mo", "ro"),
        ("en-GB", "en"),
        ("ar-EG-u-nu-latn", "ar"),
        ("de-x-formal", "de"),
        ("xx", ""),
        ("", ""),
        ("*", ""),
        ("-", ""),
        ("d" * 9000, ""),
        ("dee", ""),
        ("i-klingon", ""),
    ],
)
def test_a_reader_gets_the_nearest_language(asked: str, best: str) -> None:
    assert best_language([asked], BY_TAG) == best


def test_the_order_is_the_readers() -> None:
    assert best_language(["xx", "ar-EG", "de"], BY_TAG) == "ar"


@pytest.mark.parametrize(
    ("asked", "offered", "best"),
    [
        ("pt-PT", ("en", "pt-BR"), "pt-BR"),
        ("pt-BR", ("en", "pt-PT"), "pt-PT"),
        ("pt", ("en", "pt-PT"), "pt-PT"),
        ("es-MX", ("en", "es"), "es"),
        ("es-ES", ("en", "es-419"), "es-419"),
        ("zh-TW", ("en", "zh-Hans"), ""),
        ("de", ("en",), ""),
    ],
)
def test_a_near_relative_is_better_than_a_foreign_language(
    asked: str, offered: tuple[str, ...], best: str
) -> None:
    assert best_language([asked], offered) == best


def test_there_is_a_catalogue_for_each_language() -> None:
    folders = {path.parts[-3].replace("_", "-") for path in ROOT.glob("locales/*/*/latchkey.mo")}
    assert folders | {"en"} == set(BY_TAG)


def test_each_language_names_itself_as_it_is_named_in_cldr() -> None:
    # As people there write it; CLDR has “Indonesia”, which is the country, and “中文 (简体)”.
    named = {"id": "Bahasa Indonesia", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}
    for language in ALL:
        locale = Locale.parse(language.tag, sep="-")
        name = str(locale.get_display_name())
        assert language.name == named.get(language.tag, name[:1].upper() + name[1:])
        assert language.rtl == (locale.text_direction == "rtl")
    assert len(BY_TAG) == len(ALL)


def test_the_regions_of_a_parent_are_those_of_cldr() -> None:
    parents = get_global("parent_exceptions")
    regional = {child: parent for child, parent in parents.items() if len(child) == 5}
    for child, parent in regional.items():
        if parent in ("es_419", "pt_PT"):
            best = best_language([child], BY_TAG)
            assert best == parent.replace("_", "-"), child


def test_the_scripts_of_chinese_are_those_of_cldr() -> None:
    likely = get_global("likely_subtags")
    for tag in ("zh", "zh_TW", "zh_HK", "zh_MO", "yue", "cmn"):
        script = likely.get(tag, "zh_Hans_CN").split("_")[1]
        assert best_language([tag], BY_TAG) == f"zh-{script}", tag


@given(asked=st.lists(st.text(max_size=60) | st.sampled_from(ODD_TAGS), max_size=5))
def test_whatever_is_asked_for_is_answered_by_a_language_or_by_none(asked: list[str]) -> None:
    assert best_language(asked, BY_TAG) in {"", *BY_TAG}

"""The translations, as a careful reader would check them."""

import io
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from latchkey.infra.catalogues import FOLDER, STATES, catalogue_path, read_catalogue, state_of
from latchkey.infra.languages import ALL, SOURCE
from locales.merge import compiled, merged

TAGS = sorted(language.tag for language in ALL if language.tag != SOURCE)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+>")
LETTER = r"[^\W\d_]"

# What is the same word in English; each entry is still needed, which is tested, too.
SAME: dict[str, set[str]] = {
    "bg": {"Grant ID:"},
    "cs": {"Server"},
    "da": {"Server"},
    "de": {"Meetings", "Server"},
    "es": {"Error:"},
    "es-419": {"Error:"},
    "et": {"Server"},
    "fr": {"Contacts"},
    "id": {"Server"},
    "it": {"Account", "Password", "Privacy", "Provider", "Server"},
    "ko": {"Grant ID:"},
    "lt": {"Grant ID:"},
    "lv": {"Grant ID:"},
    "nb": {"Server"},
    "nl": {"Account", "Privacy", "Provider", "Server"},
    "ro": {"Calendar", "Server"},
    "ru": {"Grant ID:"},
    "sk": {"Server"},
    "sv": {"Server"},
    "uk": {"Grant ID:"},
    "vi": {"Grant ID:"},
}

# Letters that a language does not have, and words of its neighbour.
FOREIGN: dict[str, str] = {
    "ar": "[پچژگیک]",
    "bg": "[ыэёіїєґ]",
    "cs": "[ľĺŕôäśźżłćńđ]",
    "da": "[äöœß]",
    "de": "[øåæñ]",
    "es": r"[ãõç]|\bcomputadora|\bcelular",
    "es-419": r"[ãõç]|\bordenador|\bmóvil|\bvosotros|\bvuestr",
    "fa": "[يكة]",
    "fi": "[øæßõüñ]",
    "fr": "[ñßäö¿¡]",
    "hr": "[ěřůľščžćđ]{9}|[ěřůľ]",
    "hu": "[ãõûêâ]",
    "it": "[ñçßäö¿¡]",
    "nb": "[äöœß]",
    "nl": "[ñßãõ¿¡]",
    "pl": "[ěřůčšžäöü]",
    "pt-BR": r"[ñ¿¡]|palavra-passe|\becrã|\bficheiro|\btelemóvel|\butilizador",
    "pt-PT": r"[ñ¿¡]|\busuári|\btela\b|\bcelular|\bvocê\b",
    "ro": "[şţãõ]",
    "ru": "[іїєґў]",
    "sk": "[ěřůłśźż]",
    "sl": "[ěřůľćđ]",
    "sv": "[øæß]",
    "uk": "[ыэёъ]",
    "zh-Hans": "[們這個請郵帳號碼碼設選擇開關應體後為無問題]",
    "zh-Hant": "[们这个请邮账号码设选择开关应体后为无问题]",
}
# Letters of another alphabet, names of protocols and products excepted.
SCRIPTS = {"bg": "CYRILLIC", "ru": "CYRILLIC", "uk": "CYRILLIC", "el": "GREEK", "he": "HEBREW"}
FULL_WIDTH = {"ja", "zh-Hans", "zh-Hant"}


def messages(tag: str) -> list[Message]:
    return [message for message in _catalogue(tag) if message.id]


@cache
def _catalogue(tag: str) -> list[Message]:
    return list(read_po(io.StringIO(source(tag)), locale=tag.replace("-", "_")))


def source(tag: str) -> str:
    return catalogue_path(tag).read_text(encoding="utf-8")


def pairs(tag: str) -> Iterator[tuple[str, str]]:
    """Each translation with its English text; of several forms, the plural's."""
    for message in messages(tag):
        if isinstance(message.id, str):
            yield message.id, str(message.string)
        else:
            for form in message.string or ():
                yield message.id[1], form


def small_numbers(tag: str) -> set[str]:
    """The forms of plurals that are for the smallest numbers only."""
    plurals = [message.string for message in messages(tag) if not isinstance(message.id, str)]
    return {form for forms in plurals for form in (forms or ())[:3] if len(forms or ()) > 1}


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_is_whole_and_compiled(tag: str) -> None:
    template = read_po(io.StringIO((FOLDER / "latchkey.pot").read_text()))
    locale = tag.replace("-", "_")
    assert state_of(tag) in STATES
    assert merged(source(tag), template, locale, state_of(tag)) == source(tag), "run: make texts"
    built = compiled(source(tag), locale)
    assert catalogue_path(tag).with_suffix(".mo").read_bytes() == built, "run: make texts"
    assert [message.id for message in messages(tag) if message.fuzzy] == []
    assert [english for english, text in pairs(tag) if not text.strip()] == []


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_has_the_same_placeholders_and_tags(tag: str) -> None:
    for english, text in pairs(tag):
        wanted = set(PLACEHOLDER.findall(english))
        found = set(PLACEHOLDER.findall(text))
        # Some languages have a word for one or two.
        spelt_out = {"number", "count"} if text in small_numbers(tag) else set()
        assert wanted - spelt_out <= found <= wanted, text
        assert "%" not in PLACEHOLDER.sub("", text), text
        assert TAG.findall(text) == TAG.findall(english), text
        assert "<" not in TAG.sub("", text), text


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_is_set_as_its_language_is(tag: str) -> None:
    for english, text in pairs(tag):
        assert unicodedata.normalize("NFC", text) == text, text
        assert text == text.strip(), text
        assert "  " not in text, text
        assert not re.search("['\"`\u00b4]", text), f"straight marks: {text}"
        assert _is_paired(text), f"a mark has no partner: {text}"
        assert not re.search(r"\.\.\.|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text), text
        # A greeting has the mark of its language.
        if english != "Hello,":
            assert _ending(text) == _ending(english), f"ends in another way: {text}"
        assert len(text) <= 2 * len(english) + 12, f"more than twice as long: {text}"


def _is_paired(text: str) -> bool:
    """Whether brackets and quotation marks open and close in turn."""
    for opening, closing in ("()", "[]", "「」", "『』", "《》", "（）", "【】"):
        if text.count(opening) != text.count(closing):
            return False
    quotes = re.findall("[„“”«»]", text)
    return len(quotes) % 2 == 0


def _ending(text: str) -> str:
    last = text[-1:]
    for kind, marks in ((":", ":："), ("…", "…"), ("?", "?？؟;")):
        if last in marks:
            return kind
    return ""


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_is_in_its_language(tag: str) -> None:
    foreign = FOREIGN.get(tag)
    for english, text in pairs(tag):
        if foreign:
            # A letter alone is an example of what a password may not have.
            words = re.sub(rf"\b{LETTER}\b", "", _bare(text))
            assert not re.search(foreign, words, re.I), text
        if (script := SCRIPTS.get(tag)) and english != "Grant ID:":
            assert re.search(LETTER, _bare(english)) is None or script in _scripts(text), text


def _bare(text: str) -> str:
    return PLACEHOLDER.sub("", TAG.sub("", text))


def _scripts(text: str) -> str:
    return " ".join(unicodedata.name(char, "") for char in _bare(text) if char.isalpha())


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_is_not_english(tag: str) -> None:
    words = re.compile(r"[a-z]{4}")
    same = {
        english
        for english, text in pairs(tag)
        if text == english and words.search(_bare(english)) and "%(number)s" not in english
    }
    assert same == SAME.get(tag, set())


def test_french_marks_do_not_stand_at_the_beginning_of_a_line() -> None:
    for _, text in pairs("fr"):
        assert not re.search(
            r"(?<![\u202f\u00a0])[?!;»]|(?<!\u00a0)(?<!http)(?<!https):(?!\d)", text
        ), text
        assert "« " not in text, text


@pytest.mark.parametrize("tag", sorted(FULL_WIDTH))
def test_east_asian_marks_are_as_wide_as_the_letters(tag: str) -> None:
    wide = "[\u3040-\u30ff\u4e00-\u9fff]"
    for _, text in pairs(tag):
        assert not re.search(f"{wide}[,.!?:;(]|[,!?;)]{wide}", text), text


def forms_of(tag: str, unit: str) -> tuple[str, ...]:
    (found,) = [one.string for one in messages(tag) if f"%(number)s {unit}" in (one.id or ())]
    return tuple(found or ())


@pytest.mark.parametrize("tag", TAGS)
def test_every_number_has_a_form(tag: str) -> None:
    texts = read_catalogue(tag)
    for number in (*range(0, 25), 99, 100, 101, 102, 1000):
        for unit in ("hour", "minute", "second"):
            said = texts.ngettext(f"%(number)s {unit}", f"%(number)s {unit}s", number)
            assert said in forms_of(tag, unit)


GLOSSARY_TERMS = {
    "app password", "password", "mail server", "mailbox", "e-mail address", "administrator",
}  # fmt: skip


@pytest.mark.parametrize("tag", TAGS)
def test_a_language_has_its_words(tag: str) -> None:
    path = catalogue_path(tag).parents[1] / "glossary.tsv"
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert {line[0] for line in lines if len(line) > 1 and line[1]} >= GLOSSARY_TERMS


READ_BY = {"none": "nobody since", "reader": "read back", "native": "a native reader"}


def test_the_readme_says_who_has_read_each_language() -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for state, words in READ_BY.items():
        names = [one.name for one in ALL if one.tag != SOURCE and state_of(one.tag) == state]
        row = f"| {words} | {', '.join(names)} |"
        assert (row in readme) == bool(names), row


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize(
    ("seen", "spoken"),
    [
        ("Show", "Show password"),
        ("Hide", "Hide password"),
        ("Change", "Change the address"),
    ],
)
def test_what_is_spoken_of_a_button_has_what_is_seen_on_it(
    tag: str, seen: str, spoken: str
) -> None:
    # Who steers by voice says what they see (WCAG 2.2, 2.5.3).
    words = [read_catalogue(tag).gettext(text).casefold() for text in (seen, spoken)]
    assert words[0] in words[1]

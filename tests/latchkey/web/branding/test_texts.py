from collections.abc import Callable
from pathlib import Path

import pytest

from app import create_app
from latchkey.web.branding import BrandFileError
from latchkey.web.branding.brand_file import read_brand_file
from latchkey.web.branding.texts import SHORT, sentences, text_checks
from tests.conftest import make_settings
from tests.pages import Visitor

Speaking = Callable[[str], Visitor]


@pytest.fixture
def speaking(tmp_path: Path) -> Speaking:
    """Somebody who sees pages with the texts of such a file."""

    def make(text: str) -> Visitor:
        (tmp_path / "brand.toml").write_text(text)
        return Visitor.inside(create_app(make_settings(BRAND_FILE=str(tmp_path / "brand.toml"))))

    return make


def said(folder: Path, text: str) -> str:
    (folder / "brand.toml").write_text(text)
    with pytest.raises(BrandFileError) as error:
        read_brand_file(folder / "brand.toml")
    return str(error.value)


def test_all_sentences_of_the_pages_are_known() -> None:
    known = sentences()
    assert len(known) > 250
    assert len(known) == len(set(known))
    assert "Connect your mailbox" in known
    assert any("hours ago" in sentence for sentence in known), "plurals, too"
    for names in SHORT.values():
        assert set(names) <= set(known)


def test_every_sentence_may_be_kept_as_it_is() -> None:
    for sentence in sentences():
        assert text_checks()[sentence](sentence) == sentence.strip()


def test_title_and_subtitle_of_the_first_page(speaking: Speaking) -> None:
    visitor = speaking(
        'name = "N"\n[texts.en]\ntitle = "Hello 100%%"\nsubtitle = "For %(company)s."\n'
    )
    page = visitor.get("/")
    assert page.heading == "Hello 100%"
    assert page.title == "Hello 100% – N"
    assert "For N." in page.text


def test_any_text_can_be_said_differently_by_templates_and_by_code(speaking: Speaking) -> None:
    visitor = speaking(
        '[texts.en]\n"Continue" = "Go on"\n"Please type your password." = "No password, no mail."\n'
        '"Your mailbox is connected" = "Done!"\n'
    )
    first = visitor.get("/")
    assert "Go on" in first.text
    second = visitor.submit(first, email="someone@example.com")
    wrong = visitor.submit(second, password="")
    assert wrong.error_at("password") == "No password, no mail."
    assert visitor.submit(wrong, password="secret").heading == "Done!"


def test_an_own_text_is_a_text_and_no_markup(speaking: Speaking) -> None:
    page = speaking('[texts.en]\ntitle = "<b onclick=x>A & B</b> {{ 7*7 }}"\n').get("/")
    assert page.heading == "<b onclick=x>A & B</b> {{ 7*7 }}"
    assert not list(page.tree.iter("b"))


def test_what_a_sentence_emphasizes_may_be_emphasized_elsewhere(speaking: Speaking) -> None:
    visitor = speaking(
        '[texts.en]\n"You typed <strong>%(typed)s</strong>. Nothing was sent yet." = '
        '"Is <strong>this</strong> right: %(typed)s? <em>Really?</em>"\n'
    )
    page = visitor.enter("someone@gmial.com")
    assert "Is this right: someone@gmial.com? <em>Really?</em>" in page.text
    assert "this" in ["".join(node.itertext()) for node in page.tree.iter("strong")]


def test_a_brand_among_several_has_texts_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "brands").mkdir()
    (tmp_path / "brand.toml").write_text('[texts.en]\ntitle = "Ours"\n"Continue" = "Next"\n')
    (tmp_path / "brands" / "north.toml").write_text(
        'hosts = ["north.localhost"]\n[texts.en]\ntitle = "North"\n'
    )
    visitor = Visitor.inside(create_app(make_settings(BRAND_FILE=str(tmp_path / "brand.toml"))))
    assert visitor.get("/").heading == "Ours"
    north = visitor.get("http://north.localhost/")
    assert north.heading == "North"
    assert "Next" in north.text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('"Conect your mailbox" = "x"', "did you mean “Connect your mailbox”?"),
        ('"Xyzzy, plugh" = "x"', "are the msgid lines of locales/latchkey.pot"),
        ('titel = "x"', "did you mean “title”?"),
        ('title = ""', "texts.en.title must be a text of 2000 characters at most"),
        ("title = 7", "texts.en.title must be a text"),
        ('title = "50% off"', "allowed: none"),
        ('subtitle = "%(name)s"', "allowed: %(company)s"),
        ('subtitle = "%(company)d"', "allowed: %(company)s"),
    ],
)
def test_a_text_that_cannot_be_used_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    problem = said(tmp_path, f"[texts.en]\n{line}\n")
    assert problem.startswith("brand.toml, line 2: texts.en.")
    assert sentence in problem


def test_a_language_that_the_pages_do_not_speak_is_named(tmp_path: Path) -> None:
    problem = said(tmp_path, '\n[texts.xx]\ntitle = "x"\n')
    assert "line 2: texts.xx is not known; allowed are id, da, de, et, en" in problem

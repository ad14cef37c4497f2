import pytest

from latchkey.infra.settings.line_of_text import line_of_text


@pytest.mark.parametrize(
    "text",
    [
        "\u0646\u200c\u0645", "क्\u200dष", "👩\u200d🚀 Acme", "Acme\u00a0Ltd",
        "Post\u00adfach", "Acme\u200f", "Acme\u3000株式会社",
    ],
    ids=ascii,
)  # fmt: skip
def test_characters_that_languages_and_emoji_need_are_text(text: str) -> None:
    assert line_of_text(60)(f" {text} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "a\nb", "a\tb", "a\x00b", "a\x9bb", "a\u2028b", "a\u2029b", "a\u202eb", "a\u2066b",
        "a\udcffb", "", " ", 7, None,
    ],
    ids=ascii,
)  # fmt: skip
def test_what_breaks_a_line_or_turns_its_direction_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="must be a line of text"):
        line_of_text(60)(text)


def test_a_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="must have 60 characters at most"):
        line_of_text(60)("a" * 61)

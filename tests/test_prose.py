"""Docstrings and comments are plain technical English: the field's words, no literary idioms."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from config import ROOT

# What a survey of this package found in place of the field's words; model code bases have
# 0.0 to 0.1 of them in 1,000 words.
IDIOMS = re.compile(
    r"\b(whoever|somebody|nobody|anybody|everybody|anew|stands?|stood|told"
    r"|all the same|to the letter|come to nothing|on (?:its|their|the) way|is at it"
    r"|no good|puts? up|by itself|of one's own|hear(?:s|d)? (?:of|so)|not even)\b",
    re.IGNORECASE,
)
MOST_PER_1000_WORDS = 0.5


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """The comments and docstrings of a file, with their lines."""
    tokens = list(tokenize.generate_tokens(io.StringIO(file.read_text()).readline))
    for before, token in zip([None, *tokens], tokens, strict=False):
        opens = before is None or before.type in (
            tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
        )  # fmt: skip
        docstring = token.type == tokenize.STRING and opens and token.string.startswith('"""')
        if token.type == tokenize.COMMENT or docstring:
            yield token.start[0], token.string


def test_the_package_is_written_in_the_words_of_the_field() -> None:
    words, found = 0, []
    for file in sorted((ROOT / "latchkey").rglob("*.py")):
        for line, text in prose(file):
            words += len(re.findall(r"[A-Za-z']+", text))
            name = file.relative_to(ROOT)
            found += [f"{name}:{line}: {idiom[0]}" for idiom in IDIOMS.finditer(text)]
    assert len(found) * 1000 / words <= MOST_PER_1000_WORDS, "\n".join(found)

"""A line of text that an operator wrote, and the characters that it may not hold.

Joiners, soft hyphens, no-break spaces and marks of direction belong to words and emoji of many
languages, so ``str.isprintable`` is too strict.
"""

import re
from collections.abc import Callable
from typing import Any

# Control characters, the two that end a line or paragraph, those that turn the direction of
# what follows on the page (UAX 9, explicit formatting), and halves of pairs, which UTF-8 lacks.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def line_of_text(most: int) -> Callable[[Any], str]:
    """Make a check of a text of one line, up to ``most`` characters, from a file or setting.

    It raises ``ValueError`` with a sentence that goes on after the name.
    """

    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or _REFUSED.search(value):
            raise ValueError("must be a line of text")
        if len(value) > most:
            raise ValueError(f"must have {most} characters at most")
        return value.strip()

    return check

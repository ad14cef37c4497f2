"""Which error codes of other servers the log may repeat.

A field that is meant for a code can hold any text, even an echo of the credentials that were sent.
"""

import re
from collections.abc import Container

_OTHER = "other"
# As codes of OAuth and of Nylas are spelled; app passwords, tokens and addresses are not.
_CODE = re.compile("[a-z]+(?:_[a-z]+)+")
_LONGEST = 60  # characters


def loggable(code: str, *, known: Container[str] = ()) -> str:
    """Return ``code`` when it can be nothing but a code, else "other"; "" when there is none.

    :param known: codes in small letters that are good as well, however they are spelled.
    """
    if (folded := code.lower()) in known:
        return folded
    spelled = len(code) <= _LONGEST and _CODE.fullmatch(code)
    return code if spelled or not code else _OTHER

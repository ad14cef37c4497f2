"""JSON object from a server or a file that is not ours, by the grammar of RFC 8259."""

import json
import math
from typing import Any, NoReturn


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """Return the object in ``text``, None when there is none that can be passed on as JSON.

    Python's own reader lets more pass: NaN and infinities, which other languages refuse to read.
    """
    try:
        content = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):  # also bytes that are no text, and endless numbers
        return None
    return content if isinstance(content, dict) else None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("too large")
    return number

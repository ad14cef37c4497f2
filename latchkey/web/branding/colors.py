"""Colours as ``#rrggbb``: contrast by WCAG, and the nearest shade that has enough of it."""

from collections.abc import Iterator

WHITE = "#ffffff"
BLACK = "#000000"  # a softer black leaves colours on which neither it nor white can be read
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, definition)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: str, *behind: str, ratio: float) -> str:
    """Return the nearest mix of ``color`` with black or white that stands out from all ``behind``.

    :param ratio: the least contrast with each of them; when no mix has it, the best one is taken.
    """
    ends = sorted((WHITE, BLACK), key=lambda end: _least(end, behind), reverse=True)
    good = next((one for one in _mixes(color, ends[0]) if _least(one, behind) >= ratio), "")
    return good or max((*_mixes(color, ends[0]), ends[1]), key=lambda one: _least(one, behind))


def clear(color: str, *, ratio: float) -> str:
    """Return the nearest shade of ``color`` on which black or white has a contrast of ``ratio``."""
    text = text_on(color)
    end = WHITE if text == BLACK else BLACK
    return next(one for one in _mixes(color, end) if contrast(text, one) >= ratio)


def text_on(color: str) -> str:
    """Return black or white, whichever can be read better on ``color``."""
    return max(WHITE, BLACK, key=lambda text: contrast(text, color))


def mix(color: str, goal: str, share: float) -> str:
    """Return ``color`` with ``share`` (0 to 1) of ``goal`` in it."""
    pairs = zip(_channels(color), _channels(goal), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def _mixes(color: str, goal: str) -> Iterator[str]:
    """From ``color`` to ``goal``."""
    return (mix(color, goal, step / _STEPS) for step in range(_STEPS + 1))


def _least(color: str, behind: tuple[str, ...]) -> float:
    return min(contrast(color, other) for other in behind)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in _channels(color)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

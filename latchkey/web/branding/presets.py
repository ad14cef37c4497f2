"""What a brand file may name instead of writing it out: presets, corners, fonts."""

from collections.abc import Mapping
from typing import Any

# For each word, the corners of controls and of the card.
CORNERS = {
    "square": ("0", "0"), "soft": ("0.625rem", "1.25rem"),
    "round": ("1rem", "1.75rem"), "pill": ("1.5rem", "2rem"),
}  # fmt: skip
FONTS = {
    "system": 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", '
    "sans-serif",
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", sans-serif',
    "geometric": 'Avenir, Montserrat, Corbel, "URW Gothic", sans-serif',
    "serif": 'Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif',
    "mono": 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", monospace',
}
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "calm": {},
    "plain": {"layout": "plain", "corners": "soft"},
    "night": {"appearance": "dark"},
    "warm": {
        "corners": "round",
        "colors": {"light": {"background": "#f8f3ec", "surface": "#fffdf9"}},
    },
}

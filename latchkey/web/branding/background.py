"""What is behind the pages: a gradient of the brand's colours, or a picture under a scrim.

Text is written on it, too. So the scrim lets through as much of the picture as leaves a colour that
can be read on its darkest and its lightest place, whatever the picture shows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from latchkey.web.branding.colors import BLACK, WHITE, contrast, mix

GRADIENT = "gradient"
# Shares of the ground in what is seen, the least first. Some contrast is left for colours.
_SHARES = (75, 80, 85, 90, 95)
_CONTRAST = 5.5
_TINTS = (0.18, 0.12, 0.06)


@dataclass(frozen=True, kw_only=True)
class Background:
    """A background of one theme.

    :ivar image: value of ``background-image``, "" without one.
    :ivar seen: colours that text has to be readable on, besides the ground.
    """

    image: str = ""
    seen: tuple[str, ...] = ()


def make_gradient(colors: Mapping[str, str]) -> Background:
    """Make a gradient of the primary colour and that of links, both mixed with the ground.

    :param colors: by the names of ``palette.NAMES``.
    """
    ground, primary = colors["background"], colors["primary"]
    for tint in _TINTS:
        stops = mix(ground, primary, tint), mix(ground, colors.get("link", primary), tint)
        if _can_be_read((ground, *stops)):
            image = f"linear-gradient(135deg,{stops[0]},{ground},{stops[1]})"
            return Background(image=image, seen=stops)
    return Background()


def make_picture(colors: Mapping[str, str], url: str) -> Background:
    """Put a scrim in the colour of the ground over the picture at ``url``."""
    ground = colors["background"]
    for share in _SHARES:
        seen = tuple(mix(ground, end, 1 - share / 100) for end in (BLACK, WHITE))
        if _can_be_read((ground, *seen)):
            # Rounded up: the picture shows through less than was reckoned with, never more.
            scrim = f"{ground}{math.ceil(share * 2.55):02x}"
            image = f'linear-gradient({scrim},{scrim}),url("{url}")'
            return Background(image=image, seen=seen)
    # On a ground that is hardly clear enough, nothing more can be read than on itself.
    return Background()


def _can_be_read(behind: tuple[str, ...]) -> bool:
    return any(min(contrast(end, one) for one in behind) >= _CONTRAST for end in (BLACK, WHITE))

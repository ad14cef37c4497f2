"""What is used once needs a place that remembers it: Redis, or a file."""

from collections.abc import Iterator

from latchkey.operator.doctor.finding import Finding, Level
from latchkey.web.services import Services

_FIX = "Let the page write to STATE_DIR, or set REDIS_URL."


def check_marks(services: Services) -> Iterator[Finding]:
    """Check whether links and codes can be used up."""
    marks, links = services.marks, services.links
    if not marks.is_usable:
        text = f"No app can exchange a code: {marks.trouble}, and REDIS_URL is not set."
        yield Finding(check="codes", level=Level.FAILED, text=text, fix=_FIX)
    if not links.trouble:
        yield Finding(check="links", level=Level.OK, text="Signed links: on.")
    elif not services.settings.link_keys:
        yield Finding(check="links", level=Level.NOTE, text=f"Signed links: off, {links.trouble}.")
    else:
        required = services.settings.link_required
        text = f"Signed links are refused: {links.trouble}, and REDIS_URL is not set."
        level = Level.FAILED if required else Level.WARNING
        yield Finding(check="links", level=level, text=text, fix=_FIX)

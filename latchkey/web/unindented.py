"""Templates without their indents, which would be a twentieth of each page."""

import re

from jinja2.ext import Extension

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """Leaves out the indents of a template once, when it is compiled."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source as it is compiled."""
        return _INDENT.sub("", source)

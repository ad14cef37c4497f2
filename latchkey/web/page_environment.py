"""The Jinja environment of the pages."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment

from latchkey.infra.printable import printable


class PageEnvironment(Environment):
    """Flask's environment, whose values are all ``printable``.

    Its templates have their globals in one dict. At each import of a macro Jinja compares the names
    of two sets of globals. With its own ``ChainMap`` it does so name by name in Python, which was
    8 % of the first page.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        # Without the default limit, Jinja notes at each import which template was used last.
        super().__init__(*args, finalize=printable, cache_size=-1, **options)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> dict[str, Any]:
        """Return the globals of a template: the environment's, and its own."""
        return {**self.globals, **(d or {})}

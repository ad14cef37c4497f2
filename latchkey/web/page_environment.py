"""The Jinja environment of the pages."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2.compiler import CodeGenerator

from latchkey.infra.printable import shown


class _PageCode(CodeGenerator):
    """Jinja's compiler, but for what is written around each value: ``shown`` alone, which escapes.

    Jinja writes ``escape(finalize(value))``, two calls and two copies of it, and would do so again
    if it gave the method below another name.
    """

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        self.write("(environment.finalize(")


class PageEnvironment(Environment):
    """Flask's environment, whose values all pass ``shown``, escaped in every template.

    Its templates have their globals in one dict. At each import of a macro Jinja compares the names
    of two sets of globals. With its own ``ChainMap`` it does so name by name in Python, which was
    8 % of the first page.
    """

    code_generator_class = _PageCode

    def __init__(self, *args: Any, **options: Any) -> None:
        # Without the default limit, Jinja notes at each import which template was used last.
        super().__init__(*args, finalize=shown, cache_size=-1, **options)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> dict[str, Any]:
        """Return the globals of a template: the environment's, and its own."""
        return {**self.globals, **(d or {})}

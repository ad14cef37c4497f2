import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import cast

import pytest
from jinja2 import nodes

from app import create_app
from config import ROOT
from latchkey.providers import PROVIDERS
from tests.browser.states import SETTINGS, SHOWN, STATES
from tests.conftest import make_settings

# From the top: a module imports from its own layer and from those below; the README has the same.
LAYERS = ("operator", "web", "apps", "connect", "providers", "problems", "nylas", "infra")
APART = "sandbox"

PACKAGE = ROOT / "latchkey"
FILES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = ROOT / "templates"
MOST_LINES = 200
MOST_LINES_OF_A_FUNCTION = 30

ROUTES = {
    "/": {"GET", "POST"},
    "/providers": {"GET"},
    "/connect/<key>": {"GET", "POST"},
    "/oauth/<key>": {"GET", "POST"},
    "/oauth/<key>/start": {"GET"},
    "/oauth/<key>/callback": {"GET"},
    "/connected": {"GET"},
    "/return": {"GET"},
    "/v3/connect/auth": {"GET"},
    "/v3/connect/token": {"POST"},
    "/v3/connect/tokeninfo": {"GET"},
    "/.well-known/jwks.json": {"GET"},
    "/healthz": {"GET"},
    "/languages": {"GET"},
    "/readyz": {"GET"},
    "/robots.txt": {"GET"},
    "/favicon.ico": {"GET"},
    "/apple-touch-icon.png": {"GET"},
    "/apple-touch-icon-precomposed.png": {"GET"},
    "/.well-known/security.txt": {"GET"},
    "/metrics": {"GET"},
    "/sandbox-code": {"GET", "POST"},
    "/brand.css": {"GET"},
    "/brand/<name>": {"GET"},
    "/static/<path:filename>": {"GET"},
}

APP = create_app(make_settings())


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in FILES}


def imports(file: Path) -> Iterator[str]:
    """The modules that ``file`` imports, however it spells it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            for alias in node.names:
                member = f"{node.module}.{alias.name}"
                yield member if member in MODULES else str(node.module)


def layer(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_module_is_in_a_layer() -> None:
    assert {layer(module) for module in MODULES} - {""} == {*LAYERS, APART}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_layer_and_those_below(module: str) -> None:
    for imported in imports(MODULES[module]):
        assert imported not in ("app", "latchkey"), "a layer does not know the whole"
        if not imported.startswith("latchkey.") or layer(imported) == layer(module):
            continue
        assert layer(module) != APART, "the sandbox imports nothing of ours"
        assert layer(imported) != APART, "only app.py imports the sandbox"
        below = LAYERS.index(layer(imported)) > LAYERS.index(layer(module))
        assert below, f"{module}: {imported}"


def test_no_module_imports_itself_through_others() -> None:
    graph = {
        module: {name for name in imports(file) if name in MODULES}
        for module, file in MODULES.items()
    }
    assert list(TopologicalSorter(graph).static_order())


def test_the_sandbox_does_not_know_the_settings_either() -> None:
    for module, file in MODULES.items():
        if layer(module) == APART:
            assert "config" not in imports(file)


READERS = ("latchkey.infra.addresses", "latchkey.infra.languages", "latchkey.infra.settings")


def test_config_imports_only_what_reads_and_checks_settings() -> None:
    ours = {name for name in imports(ROOT / "config.py") if name.startswith("latchkey")}
    assert {re.sub(r"(\.settings)\..*", r"\1", name) for name in ours} == set(READERS)


def test_what_reads_settings_knows_neither_them_nor_the_rest() -> None:
    # The server reads the settings before gevent has patched ssl, which HTTP and Redis bring in.
    for module, file in MODULES.items():
        if module.startswith(READERS):
            for name in imports(file):
                assert name != "config"
                assert not name.startswith("latchkey") or name.startswith(READERS), (
                    f"{module}: {name}"
                )


def test_pages_do_not_know_each_other() -> None:
    for file in (PACKAGE / "web" / "pages").glob("*.py"):
        if file.name != "__init__.py":
            assert not [name for name in imports(file) if name.startswith("latchkey.web.pages")]


def test_only_tests_import_the_app() -> None:
    for file in [ROOT / "config.py", ROOT / "deploy" / "gunicorn.conf.py", *FILES]:
        assert "app" not in imports(file)


def test_the_addresses_are_these() -> None:
    rules: dict[str, set[str]] = {}
    for rule in APP.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        rules.setdefault(rule.rule, set()).update(methods)
    assert rules == ROUTES


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_what_is_public_says_what_it_is_for(file: Path) -> None:
    tree = ast.parse(file.read_text())
    assert ast.get_docstring(tree), "a module says why it exists"
    for node in [*tree.body, *methods_of(tree)]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{file.name}: {node.name}"


def methods_of(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from node.body


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_what_a_docstring_calls_a_parameter_is_one(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            documented = re.findall(r":param ([^:]+):", ast.get_docstring(node) or "")
            names = {name.strip() for group in documented for name in group.split(",")}
            assert names <= parameters(node), node.name


def parameters(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """The names that a call takes; those of a class without ``__init__`` are its fields."""
    if isinstance(node, ast.ClassDef):
        inits = [each for each in node.body if getattr(each, "name", "") == "__init__"]
        if not inits:
            targets = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            return {target.id for target in targets if isinstance(target, ast.Name)}
        node = cast(ast.FunctionDef, inits[0])
    arguments = node.args
    single = filter(None, (arguments.vararg, arguments.kwarg))
    return {each.arg for each in (*arguments.args, *arguments.kwonlyargs, *single)}


def test_the_settings_can_be_read_in_one_go() -> None:
    assert len((ROOT / "config.py").read_text().splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_file_can_be_read_in_one_go(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "file",
    [ROOT / "app.py", ROOT / "config.py", *sorted((ROOT / "deploy").glob("*.py")), *FILES],
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_a_function_can_be_read_in_one_go(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MOST_LINES_OF_A_FUNCTION, node.name


def template_names() -> list[str]:
    return sorted(file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.html"))


@cache
def parsed(name: str) -> nodes.Template:
    return APP.jinja_env.parse((TEMPLATES / name).read_text())


def mentioned(name: str) -> set[str]:
    """The templates that ``name`` extends, includes or imports from."""
    wanted = (nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import)
    found = {vars(node)["template"] for node in parsed(name).find_all(wanted)}
    return {str(template.value) for template in found if isinstance(template, nodes.Const)}


def test_every_template_is_used_and_exists() -> None:
    rendered = {
        name
        for file in FILES
        if layer(module_name(file)) != APART
        for name in re.findall(r"(?:render|get)_template\(\s*\"([^\"]+)\"", file.read_text())
    }
    used = rendered.union(*map(mentioned, template_names()))
    assert used == set(template_names())


@pytest.mark.parametrize("name", template_names())
def test_what_a_template_imports_is_used(name: str) -> None:
    tree = parsed(name)
    heirs = [other for other in template_names() if name in mentioned(other)]
    used = {node.name for tree in (tree, *map(parsed, heirs)) for node in tree.find_all(nodes.Name)}
    for node in tree.find_all(nodes.FromImport):
        for imported in node.names:
            alias = imported[1] if isinstance(imported, tuple) else imported
            assert alias in used, f"{name} imports {alias}"


def drawings() -> set[str]:
    module = APP.jinja_env.get_template("components/icon.html").module
    return set(vars(module)["drawings"])


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_every_provider_has_an_icon(provider: object) -> None:
    icon = str(vars(provider)["icon"])
    assert icon in drawings() or re.fullmatch(r"letter-[a-z]", icon)


def test_every_icon_of_a_page_is_drawn() -> None:
    for name in template_names():
        named = re.findall(r"\bicon\(\"([^\"]+)\"\)", (TEMPLATES / name).read_text())
        assert set(named) <= drawings(), name


PAGES = sorted(file.stem for file in (PACKAGE / "web" / "pages").glob("[!_]*.py"))


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_test_of_its_name(name: str) -> None:
    assert (ROOT / "tests" / "latchkey" / "web" / "pages" / f"test_{name}.py").is_file()


def test_every_page_is_looked_at_for_accessibility() -> None:
    assert list(SHOWN) == sorted(file.name for file in (TEMPLATES / "pages").glob("*.html"))
    assert set(SHOWN.values()) <= set(STATES)
    assert set(SETTINGS) <= set(STATES)


def test_no_page_and_no_template_asks_for_a_provider_by_name() -> None:
    """What a provider needs special is in its entry."""
    asked = re.compile(r"\bkey\s*(?:==|!=|in|not in)\s*[\[({]?[\"']")
    for file in [*(PACKAGE / "web").rglob("*.py"), *TEMPLATES.rglob("*.html")]:
        assert not asked.search(file.read_text()), file.name

import ast
import csv
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import CLIENT_VARIABLES, OAUTH_PROVIDERS, ROOT, VARIABLES
from latchkey.apps.link_claims import LinkClaims
from latchkey.apps.parameters import READERS
from latchkey.infra.logs import FIELDS
from latchkey.infra.settings import Variable
from latchkey.operator.events import ALWAYS, EVENTS
from latchkey.sandbox.outcomes import OUTCOMES
from latchkey.web.language import PARAMETERS
from tests.test_structure import FILES, LAYERS

EXAMPLE = (ROOT / ".env.example").read_text()
README = (ROOT / "README.md").read_text()
CLIENT_NAMES = [variable.name for variable in CLIENT_VARIABLES]


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def examples() -> dict[str, tuple[str, str]]:
    """Every setting of ``.env.example`` with its value and the comment right above it."""
    found = re.findall(
        r"((?:^# (?!<).*\n)+)^(?:# (?=<))?((?:<PROVIDER>_)?[A-Z_]+)=(.*)$", EXAMPLE, re.M
    )
    return {name: (value, note.replace("# ", "").strip()) for note, name, value in found}


def documented() -> dict[str, Variable]:
    """Every setting by the name that it is documented with: those of OAuth clients stand once."""
    pattern = rf"({'|'.join(OAUTH_PROVIDERS)})_({'|'.join(CLIENT_NAMES)})"
    return {
        re.sub(pattern, r"<PROVIDER>_\2", variable.name, flags=re.I): variable
        for variable in VARIABLES
    }


def rows() -> list[list[str]]:
    """The rows of the README's table of settings."""
    table = README.partition("| name | default | meaning |\n")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[1:]
    ]  # fmt: skip


def test_the_example_lists_every_setting_in_order() -> None:
    assert list(examples()) == list(documented())
    settings = [name for name in documented() if not name.startswith("<")]
    assert re.findall(r"^[^#\n].*?(?==)", EXAMPLE, re.M) == settings, "a line is no setting"


@pytest.mark.parametrize("name", documented())
def test_the_example_has_the_defaults_and_no_secret(name: str) -> None:
    variable = documented()[name]
    value, _ = examples()[name]
    assert value == variable.default
    assert not (variable.secret and value)


def test_the_readme_lists_every_setting_in_order_and_with_the_same_words() -> None:
    expected = [
        [
            f"`{name}`{' (secret)' if variable.secret else ''}",
            f"`{variable.default}`" if variable.default else "–",
            plain(examples()[name][1]),
        ]
        for name, variable in documented().items()
    ]
    assert [[name, default, plain(meaning)] for name, default, meaning in rows()] == expected


@pytest.mark.parametrize("text", [EXAMPLE, README], ids=["example", "readme"])
def test_the_settings_of_oauth_clients_are_documented_for_all_providers(text: str) -> None:
    providers = re.search(r"`?<PROVIDER>`? (?:is|stands for) (.*?)[.:]", text)
    assert providers
    named = re.findall(r"[A-Z]+", providers[1])
    assert named == [provider.upper() for provider in OAUTH_PROVIDERS]


def test_the_readme_tells_every_trick_of_the_sandbox() -> None:
    told = re.findall(r"^\| `([a-z0-9-]+)@…` \| (.*) \|$", README, re.M)
    assert told == [(outcome.name, outcome.shows) for outcome in OUTCOMES]


def test_the_readme_names_the_layers_from_the_top() -> None:
    table = README.partition("| layer | what for |\n")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `([a-z]+)/` \|", table, re.M)) == LAYERS


def test_the_readme_names_all_that_apps_can_ask_for() -> None:
    row = re.search(r"^\| query of `/v3/connect/auth` \| (.*) \|$", README, re.M)
    assert row
    read = {"client_id", "redirect_uri", "state", *READERS, *PARAMETERS}
    assert set(re.findall(r"`(\w+)`", row[1])) == read


def test_the_readme_names_all_claims_of_a_signed_link() -> None:
    table = README.partition("| claim | meaning |\n")[2].partition("\n\n")[0]
    named = {
        name for row in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    claims = {field.name for field in dataclasses.fields(LinkClaims)} - {"id"}
    assert named == claims | {"aud", "jti"}


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "docs/upgrading.md"])
def test_the_former_secret_key_stays_as_long_in_every_document(name: str) -> None:
    text = " ".join((ROOT / name).read_text().split())
    advice = re.search(r"into `SECRET_KEY_FALLBACKS`(.{,200})", text)
    assert advice
    assert re.findall(r"(\w+) (?:hours|days)\b", advice[1])[:1] == ["30"]


def test_the_readme_points_to_files_that_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    headings = re.findall(r"^## (.*)$", README, re.M)
    for anchor in re.findall(r"\]\(#([^)]+)\)", README):
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings]
    for path in re.findall(
        r"`((?:latchkey|templates|static|locales|bench|deploy|docs|tests)/[^`…*]+)`", README
    ):
        assert (ROOT / path).exists(), path


def test_the_commands_of_the_readme_are_targets_of_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?=`|$)", README, re.M)) <= targets


OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def test_commands_are_called_where_the_page_runs() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    kubernetes = (ROOT / "deploy" / "kubernetes" / "latchkey.yaml").read_text()
    called = " ".join(OPERATIONS.split())
    assert set(re.findall(r"-T (\w+) flask", called)) == {"page"}
    assert "\n  page:\n" in compose
    assert set(re.findall(r"-n (\w+) (?:exec|logs)", called)) == {"latchkey"}
    assert set(re.findall(r"-l app=(\w+)", called)) == {"latchkey"}
    assert "matchLabels: { app: latchkey }" in kubernetes
    assert "< page.log" not in OPERATIONS
    for script in re.findall(r"/opt/latchkey/(\S+?)[` ]", OPERATIONS):
        assert (ROOT / script).exists()


def calls() -> Iterator[ast.Call]:
    """Every place where the program logs something."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("logs.event", "event"):
                yield node


def name_of(call: ast.Call) -> str:
    assert isinstance(call.args[0], ast.Constant), "an event has a fixed name"
    return str(call.args[0].value)


def test_the_list_has_every_event_of_the_code_and_no_other() -> None:
    hint = "latchkey/operator/events.py and docs/operations.md list every event"
    assert {name_of(call) for call in calls()} == set(EVENTS), hint


def test_the_list_has_every_field_of_an_event() -> None:
    fields: dict[str, set[str]] = {}
    for call in calls():
        names = {str(keyword.arg) for keyword in call.keywords} - {*ALWAYS}
        fields.setdefault(name_of(call), set()).update(names)
    assert fields == {name: set(event.fields) for name, event in EVENTS.items()}
    assert {field for event in EVENTS.values() for field in event.fields} <= set(FIELDS)


def test_operations_tells_of_every_event() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \| (.*) \|$", OPERATIONS, re.M)
    expected = [
        (name, ", ".join(event.levels), " ".join(f"`{field}`" for field in event.fields) or "–")
        for name, event in EVENTS.items()
    ]
    assert [row[:3] for row in rows if row[0] in EVENTS] == expected
    assert [row[3] for row in rows if row[0] in EVENTS] == [
        event.meaning for event in EVENTS.values()
    ]


PAGES = sorted((ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_docs_point_to_files_that_exist(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (page.parent / target).exists(), target
    folders = "latchkey|templates|static|locales|bench|deploy|docs|tests"
    for path in re.findall(rf"`((?:{folders})/[^`…*{{<:]+|config\.py|app\.py)`", text):
        assert (ROOT / path).exists(), path


def test_the_architecture_names_the_layers_from_the_top() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text().split("```\n")[1]
    assert tuple(line.split()[0] for line in plan.splitlines()) == LAYERS


def test_every_decision_has_its_context_choice_and_consequence() -> None:
    entries = (ROOT / "docs" / "decisions.md").read_text().split("\n## ")[1:]
    assert len(entries) >= 10
    for entry in entries:
        parts = re.findall(r"^(Context|Choice|Consequence): ", entry, re.M)
        assert parts == ["Context", "Choice", "Consequence"], entry.splitlines()[0]


def test_the_readme_counts_the_mail_providers_that_are_known() -> None:
    with (ROOT / "latchkey/providers/mailhosts/data/hosts.csv").open(encoding="utf-8") as table:
        known = {row["name"] for row in csv.DictReader(table) if row["imap_host"]}
    counted = re.search(r"filled in for (\d+) mail\s+providers", README)
    assert counted
    assert int(counted[1]) == len(known)

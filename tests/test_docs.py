import re

import pytest

from config import ROOT, VARIABLES, Variable
from latchkey.apps import request
from latchkey.sandbox.outcomes import OUTCOMES
from tests.test_structure import LAYERS

EXAMPLE = (ROOT / ".env.example").read_text()
README = (ROOT / "README.md").read_text()


def plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def examples() -> dict[str, tuple[str, str]]:
    """Every setting of ``.env.example`` with its value and the comment right above it."""
    found = re.findall(r"((?:^#.*\n)+)^([A-Z_]+)=(.*)$", EXAMPLE, re.M)
    return {name: (value, plain(note.replace("# ", ""))) for note, name, value in found}


def rows() -> list[list[str]]:
    """The rows of the README's table of settings."""
    table = README.partition("| name | default | meaning |\n")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[1:]
    ]  # fmt: skip


def test_the_example_lists_every_setting_in_order() -> None:
    assert list(examples()) == [variable.name for variable in VARIABLES]
    assert len(re.findall(r"^[^#\n]", EXAMPLE, re.M)) == len(VARIABLES), "a line is no setting"


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: str(variable.name))
def test_the_example_tells_what_a_setting_means(variable: Variable) -> None:
    value, note = examples()[variable.name]
    assert note == plain(variable.meaning)
    assert value == variable.default
    assert not (variable.secret and value)


def test_the_readme_lists_every_setting_in_order() -> None:
    expected = [
        [
            f"`{variable.name}`{' (secret)' if variable.secret else ''}",
            f"`{variable.default}`" if variable.default else "–",
            variable.meaning,
        ]
        for variable in VARIABLES
    ]
    assert rows() == expected


def test_the_readme_tells_every_trick_of_the_sandbox() -> None:
    told = re.findall(r"^\| `([a-z0-9-]+)@…` \| (.*) \|$", README, re.M)
    assert told == [(outcome.name, outcome.shows) for outcome in OUTCOMES]


def test_the_readme_names_the_layers_from_the_top() -> None:
    table = README.partition("| layer | what for |\n")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `([a-z]+)/` \|", table, re.M)) == LAYERS


def test_the_readme_names_all_that_apps_can_ask_for() -> None:
    row = re.search(r"^\| query of `/v3/connect/auth` \| (.*) \|$", README, re.M)
    assert row
    read = {"client_id", "redirect_uri", "state", *request._READERS}
    assert set(re.findall(r"`(\w+)`", row[1])) == read


def test_the_readme_points_to_files_that_exist() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    headings = re.findall(r"^## (.*)$", README, re.M)
    for anchor in re.findall(r"\]\(#([^)]+)\)", README):
        assert anchor in [heading.lower().replace(" ", "-") for heading in headings]
    for path in re.findall(
        r"`((?:sign_in|templates|static|deploy|docs|examples|tests)/[^`…*]+)`", README
    ):
        assert (ROOT / path).exists(), path


def test_the_commands_of_the_readme_are_targets_of_make() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?=`|$)", README, re.M)) <= targets

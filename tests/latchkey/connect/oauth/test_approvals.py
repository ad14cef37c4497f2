import pytest

from latchkey.connect.oauth import Approvals
from tests.conftest import SECRET

NEW = SECRET[::-1]


def test_what_an_administrator_brings_back_was_made_here() -> None:
    approvals = Approvals([SECRET])
    state = approvals.state("microsoft")
    assert approvals.is_ours(state, "microsoft")
    assert Approvals([SECRET]).state("microsoft") == state
    assert not Approvals([NEW]).is_ours(state, "microsoft")
    assert not approvals.is_ours(state, "google")


def test_links_of_before_a_change_of_keys_or_an_update_still_lead_back() -> None:
    state = Approvals([SECRET]).state("microsoft")
    assert Approvals([NEW, SECRET]).is_ours(state, "microsoft")
    assert Approvals([NEW, SECRET]).state("microsoft") != state
    assert state == "3f2477020e54e9053b472ef5"


@pytest.mark.parametrize(
    "odd",
    ["", "a", "3f2477020e54e9053b472ef", "3f2477020e54e9053b472ef50", "ü" * 24, "\udcff" * 24],
)
def test_anything_else_was_not(odd: str) -> None:
    assert not Approvals([SECRET]).is_ours(odd, "microsoft")
    assert not Approvals([]).is_ours(odd, "microsoft")

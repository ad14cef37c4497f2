import pytest

from latchkey.apps.denial import denial_of
from latchkey.problems import PROBLEMS

# RFC 6749, 4.1.2.1
ERRORS = {"access_denied", "server_error", "temporarily_unavailable"}


def test_whoever_cancels_denies_access() -> None:
    assert denial_of("") == {
        "error": "access_denied",
        "error_description": "The person cancelled the sign-in",
        "error_code": "403",
    }


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("wrong_password", "access_denied", "25022"),
        ("cancelled", "access_denied", "403"),
        ("rejected", "access_denied", "403"),
        ("admin_needed", "access_denied", "403"),
        ("other_account", "access_denied", "403"),
        ("link_used", "access_denied", "403"),
        ("bad_key", "server_error", "500"),
        ("client_refused", "server_error", "500"),
        ("connector_missing", "server_error", "500"),
        ("nylas_down", "temporarily_unavailable", "503"),
        ("server_unreachable", "temporarily_unavailable", "503"),
        ("outcome_unknown", "temporarily_unavailable", "503"),
        ("busy", "temporarily_unavailable", "503"),
        ("rate_limited", "temporarily_unavailable", "503"),
    ],
)
def test_a_failure_is_told_by_the_error_that_fits(kind: str, error: str, code: str) -> None:
    assert denial_of(kind) == {
        "error": error,
        "error_description": f"The sign-in failed: {kind}",
        "error_code": code,
    }


@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_problem_has_what_sdks_look_for(kind: str) -> None:
    told = denial_of(kind)
    assert set(told) == {"error", "error_description", "error_code"}
    assert told["error"] in ERRORS
    assert told["error_code"].isdigit()


def test_a_problem_that_nobody_knows_is_told_like_a_cancellation() -> None:
    assert denial_of("http_500") == denial_of("")

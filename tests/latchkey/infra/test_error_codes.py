import pytest

from latchkey.infra.error_codes import loggable


@pytest.mark.parametrize("code", ["", "invalid_grant", "user_not_in_any_group", "a_" + "b" * 58])
def test_what_is_spelled_like_a_code_may_be_logged(code: str) -> None:
    assert loggable(code) == code


@pytest.mark.parametrize(
    "code",
    [
        "abcdefghijklmnop", "abcd efgh ijkl mnop", "abcd-efgh-ijkl-mnop", "Summer2026_Passw0rd",
        "ya29.a0AfB_byC", "ann.smith", "ann_smith@corp.example", "invalid_grant\n", "a_" + "b" * 59,
        "Invalid_Grant", "_", "a_", "_a", "a__b", "é_e", "code 4/0Ab verifier x secret y",
    ],
)  # fmt: skip
def test_anything_else_is_another_error(code: str) -> None:
    assert loggable(code) == "other"


def test_known_codes_may_be_logged_however_they_are_spelled() -> None:
    assert loggable("Unauthorized", known={"unauthorized"}) == "unauthorized"
    assert loggable("unauthorised", known={"unauthorized"}) == "other"

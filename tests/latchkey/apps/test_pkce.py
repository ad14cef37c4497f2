import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchkey.apps import pkce

# The example of RFC 7636, appendix B.
RFC_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
RFC_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
# Nylas's variant: the text of the hexadecimal hash, in base64 without padding.
NYLAS_CHALLENGE = (
    "ZTk2YmY2Njg2YTNjMzUxMGU5ZTkyN2RiNzA2OWNiMWNiYTliOTliMDIyZjQ5NDgzYTZjZTMyNzA4MDllNjhhMg"
)
ODD = ["", "ü", "\udcff", "\x00", " nylas", "nylas ", "NYLAS", "n" * 50_000, NYLAS_CHALLENGE]


def test_the_example_of_the_rfc_is_accepted() -> None:
    assert pkce.proves(RFC_VERIFIER, challenge=RFC_CHALLENGE, method="s256")


def test_what_nylas_sdks_send_is_accepted() -> None:
    assert pkce.proves("nylas", challenge=NYLAS_CHALLENGE, method="s256")


def test_a_plain_challenge_is_its_own_verifier() -> None:
    assert pkce.proves("a-plain.challenge_~", challenge="a-plain.challenge_~", method="plain")


@pytest.mark.parametrize(
    ("verifier", "challenge", "method"),
    [
        (RFC_CHALLENGE, RFC_CHALLENGE, "s256"),
        (RFC_VERIFIER, RFC_CHALLENGE, "plain"),
        (RFC_VERIFIER, RFC_CHALLENGE.swapcase(), "s256"),
        (RFC_VERIFIER, RFC_CHALLENGE[:-1], "s256"),
        (RFC_VERIFIER, NYLAS_CHALLENGE, "s256"),
        ("nylas", hashlib.sha256(b"nylas").hexdigest(), "s256"),
        ("nylas", "nylas", "s256"),
        ("", "", "s256"),
    ],
)
def test_anything_else_proves_nothing(verifier: str, challenge: str, method: str) -> None:
    assert not pkce.proves(verifier, challenge=challenge, method=method)


@pytest.mark.parametrize("method", pkce.METHODS)
@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_verifiers_prove_nothing_and_break_nothing(odd: str, method: str) -> None:
    for challenge in ("nylas", RFC_CHALLENGE):
        assert not pkce.proves(odd, challenge=challenge, method=method)


@given(verifier=st.text(alphabet="abcXYZ019-._~", min_size=1, max_size=128), other=st.text())
def test_the_verifier_of_a_challenge_proves_it_and_no_other_does(verifier: str, other: str) -> None:
    digest = hashlib.sha256(verifier.encode())
    rfc, nylas = (
        base64.urlsafe_b64encode(made).rstrip(b"=").decode()
        for made in (digest.digest(), digest.hexdigest().encode())
    )
    for challenge in (rfc, nylas):
        assert pkce.CHALLENGE.fullmatch(challenge)
        assert pkce.is_possible(challenge, method="s256")
        assert not pkce.proves(other, challenge=challenge, method="s256") or other == verifier
    assert pkce.proves(verifier, challenge=nylas, method="s256")
    assert pkce.proves(verifier, challenge=rfc, method="s256") is (len(verifier) >= 43)


@pytest.mark.parametrize("challenge", ["a", RFC_CHALLENGE[:-1], RFC_CHALLENGE + "a", "a" * 128])
def test_a_challenge_of_a_length_that_s256_never_has_is_none(challenge: str) -> None:
    assert not pkce.is_possible(challenge, method="s256")
    assert pkce.is_possible(challenge, method="plain")

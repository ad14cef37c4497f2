import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from latchkey.apps import IdTokens
from latchkey.apps.id_tokens import TOKEN_SECONDS
from tests.conftest import SECRET
from tests.latchkey.apps.test_codes import ticket

NEW = SECRET[::-1]
ISSUER = "https://connect.example.com"
CLIENT = "app-1"


def issue(*keys: str, **changes: Any) -> str:
    return IdTokens(keys or (SECRET,)).issue(ticket(**changes), issuer=ISSUER)


def checked(token: str, published: dict[str, Any], client_id: str = CLIENT) -> dict[str, Any]:
    """The claims, as an app gets them with the published keys and nothing else."""
    key_id = jwt.get_unverified_header(token)["kid"]
    (key,) = [key for key in jwt.PyJWKSet.from_dict(published).keys if key.key_id == key_id]
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["ES256"], audience=client_id,
        options={"require": ["iss", "aud", "sub", "iat", "exp"]},
    )  # fmt: skip
    return claims


def forged(token: str, **header: Any) -> str:
    """The token with another header."""
    first, payload, signature = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(first + "=="))
    return f"{encoded({**known, **header})}.{payload}.{signature}"


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_an_app_checks_a_token_with_the_published_keys() -> None:
    before = int(time.time())
    claims = checked(issue(reconnected=True), IdTokens([SECRET]).public_keys())
    assert before <= claims.pop("iat") <= time.time()
    assert claims.pop("exp") >= before + TOKEN_SECONDS
    assert claims == {
        "iss": ISSUER,
        "aud": CLIENT,
        "sub": "grant-1",
        "email": "someone@example.com",
        "provider": "imap",
        "reconnected": True,
    }


def test_what_is_published_holds_no_private_part() -> None:
    (key,) = IdTokens([SECRET]).public_keys()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    assert isinstance(jwt.PyJWK(key).key, ec.EllipticCurvePublicKey)


def test_every_process_makes_the_same_key_and_every_secret_key_another() -> None:
    one, same, other = (IdTokens([key]).public_keys() for key in (SECRET, SECRET, NEW))
    assert one == same
    assert one["keys"][0]["x"] != other["keys"][0]["x"]
    assert one["keys"][0]["kid"] != other["keys"][0]["kid"]


def test_tokens_of_before_an_update_are_read_after_it() -> None:
    (key,) = IdTokens([SECRET]).public_keys()["keys"]
    assert (key["kid"], key["x"]) == (
        "605531a6d27b325a",
        "0rtpshs_sD4C8qPkgIBroVDdbO-yUoyWIz_I8Xecgok",
    )


def test_an_address_that_nylas_did_not_name_is_no_claim() -> None:
    claims = IdTokens([SECRET]).read(issue(email=""), client_id=CLIENT)
    assert claims is not None
    assert "email" not in claims


def test_the_new_secret_key_signs_and_the_old_one_is_still_published() -> None:
    old_token, tokens = issue(SECRET), IdTokens([NEW, SECRET])
    new_token = tokens.issue(ticket(), issuer=ISSUER)
    ids = [key["kid"] for key in tokens.public_keys()["keys"]]
    assert ids[0] == jwt.get_unverified_header(new_token)["kid"]
    assert ids[1] == jwt.get_unverified_header(old_token)["kid"]
    for token in (old_token, new_token):
        assert checked(token, tokens.public_keys())["sub"] == "grant-1"
        assert tokens.read(token, client_id=CLIENT)
    # While instances are restarted one by one, the others know the new key as a fallback.
    assert IdTokens([SECRET, NEW]).read(new_token, client_id=CLIENT)
    assert IdTokens([NEW]).read(old_token, client_id=CLIENT) is None


def test_the_same_secret_key_twice_is_one_key() -> None:
    assert len(IdTokens([SECRET, SECRET]).public_keys()["keys"]) == 1


def test_a_token_is_good_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TOKEN_SECONDS == 3600
    now = time.time()
    for age, good in ((TOKEN_SECONDS - 60, True), (TOKEN_SECONDS + 1, False)):
        monkeypatch.setattr("time.time", lambda age=age: now - age)
        assert (IdTokens([SECRET]).read(issue(), client_id=CLIENT) is not None) is good


def test_a_token_for_another_app_is_not_read() -> None:
    assert IdTokens([SECRET]).read(issue(), client_id="app-2") is None
    assert IdTokens([SECRET]).read(issue(client_id="app-2"), client_id=CLIENT) is None


def test_a_token_that_somebody_else_signed_is_not_read() -> None:
    ours = IdTokens([SECRET])
    claims = jwt.decode(issue(), options={"verify_signature": False})
    (public,) = ours.public_keys()["keys"]
    key_id = public["kid"]
    stranger = ec.generate_private_key(ec.SECP256R1())
    kinds = {
        "another key": jwt.encode(claims, stranger, algorithm="ES256", headers={"kid": key_id}),
        "the public key as a secret": jwt.encode(
            claims, f"{public['x']}{public['y']}", algorithm="HS256", headers={"kid": key_id}
        ),
        "no signature": jwt.encode(claims, "", algorithm="none", headers={"kid": key_id}),
        "no signature left": issue().rpartition(".")[0] + ".",
        "another algorithm": forged(issue(), alg="none"),
        "no key named": forged(issue(), kid=None),
        "a key of an odd kind": forged(issue(), kid=["a"]),
        "a key of its own": forged(issue(), jwk=public),
    }
    for kind, token in kinds.items():
        assert ours.read(token, client_id=CLIENT) is None, kind


@pytest.mark.parametrize(
    "odd",
    [
        "", ".", "..", "a.b.c", "ü.ü.ü", "\udcff", "\x00", "e30.e30.e30", "=.=.=", "." * 5000,
        encoded([]) + ".e30.e30", encoded("text") + ".e30.e30", encoded(7) + ".e30.e30",
        base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"a":' * 600).decode().rstrip("=") + ".e30.e30",
    ],
    ids=range(15),
)  # fmt: skip
def test_what_is_no_token_is_not_read(odd: str) -> None:
    assert IdTokens([SECRET]).read(odd, client_id=CLIENT) is None


def test_a_token_has_the_nonce_of_the_apps_request_and_none_by_itself() -> None:
    published = IdTokens([SECRET]).public_keys()
    assert checked(issue(nonce="n-1"), published)["nonce"] == "n-1"
    assert "nonce" not in checked(issue(), published)

from collections.abc import Callable
from typing import Any

import pytest

DETECTED = [
    ("gmail.com", "google", None),
    ("googlemail.com", "google", None),
    ("outlook.com", "microsoft", None),
    ("hotmail.co.uk", "microsoft", None),
    ("live.com", "microsoft", None),
    ("msn.com", "microsoft", None),
    ("office365.com", "microsoft", None),
    ("yahoo.com", "imap", "yahoo"),
    ("yahoo.co.jp", "imap", "yahoo"),
    ("YAHOO.com.br", "imap", "yahoo"),
    ("ymail.com", "imap", "yahoo"),
    ("aol.com", "imap", "aol"),
    ("icloud.com", "icloud", None),
    ("me.com", "icloud", None),
    ("mac.com", "icloud", None),
    ("exchange.example.com", "ews", None),
    ("fastmail.com", "imap", None),
    ("gmx.de", "imap", None),
    ("gmx.net", "imap", None),
    ("web.de", "imap", None),
    ("example.com", "imap", None),
    ("example.org", "imap", None),
    ("example.net", "imap", None),
]


@pytest.mark.parametrize(("domain", "provider", "flavour"), DETECTED)
def test_known_domains_are_detected(
    domain: str, provider: str, flavour: str | None, caller: Any
) -> None:
    email = f"some+one@{domain}"
    expected = {"email_address": email, "detected": True, "provider": provider}
    if flavour is not None:
        expected["type"] = flavour
    assert caller.detect(email).json["data"] == expected


@pytest.mark.parametrize(
    "domain", ["unknown.example.com", "zoom.example", "outlook.example.com", "xn--mnchen-3ya.de"]
)
def test_other_domains_are_not_detected_and_have_no_provider(domain: str, caller: Any) -> None:
    answer = caller.detect(f"a@{domain}")
    assert answer.status_code == 200
    assert answer.json["data"] == {"email_address": f"a@{domain}", "detected": False}


def test_only_providers_with_a_connector_are_detected(make_caller: Callable[..., Any]) -> None:
    caller = make_caller(connectors=("imap",))
    assert caller.detect("a@gmail.com").json["data"]["detected"] is False
    assert caller.detect("a@icloud.com").json["data"]["type"] == "icloud"
    every = caller.detect("a@gmail.com", all_provider_types="true")
    assert every.json["data"]["provider"] == "google"


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a b@example.com", "a@b@example.com", "a@münchen.de", "@x.de"]
)
def test_what_is_no_address_is_refused(email: str, caller: Any) -> None:
    answer = caller.detect(email)
    assert answer.status_code == 400
    assert answer.json["error"]["type"] == "api.invalid_request_error"


def test_a_plus_sign_that_is_not_escaped_is_refused(caller: Any) -> None:
    path = "/providers/detect?email=some+one@example.com"
    assert caller.send("POST", path).status_code == 400


@pytest.mark.parametrize("body", [{"json": {"email": "a@gmail.com"}}, {"data": b"x"}])
def test_a_body_is_refused(body: dict[str, Any], caller: Any) -> None:
    path = "/providers/detect?email=a@gmail.com"
    assert caller.send("POST", path, **body).status_code == 400
    assert caller.send("POST", path).status_code == 200


def test_all_provider_types_is_a_boolean(caller: Any) -> None:
    assert caller.detect("a@gmail.com", all_provider_types="1").status_code == 400


def test_the_21st_call_within_a_minute_is_refused(caller: Any) -> None:
    for _ in range(19):
        assert caller.detect("a@gmail.com").status_code == 200
    caller.clock.now += 30
    assert caller.detect("b@gmail.com").status_code == 200
    refused = caller.detect("c@gmail.com")
    assert refused.status_code == 429
    assert refused.json["error"]["type"] == "api.rate_limit_error"
    assert "Retry-After" not in refused.headers


def test_the_limit_is_a_rolling_window(caller: Any) -> None:
    for _ in range(20):
        caller.detect("a@gmail.com")
        caller.clock.now += 1
    caller.clock.now += 39
    assert caller.detect("a@gmail.com").status_code == 429
    caller.clock.now += 1
    assert caller.detect("a@gmail.com").status_code == 200
    caller.clock.now += 0.5
    assert caller.detect("a@gmail.com").status_code == 429


def test_each_sandbox_has_a_limit_of_its_own(make_caller: Callable[..., Any]) -> None:
    first, second = make_caller(), make_caller()
    for _ in range(21):
        first.detect("a@gmail.com")
    assert second.detect("a@gmail.com").status_code == 200

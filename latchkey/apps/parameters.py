"""The parameters of an app's request: each is read, checked, and refused with its reason."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from latchkey.apps import pkce
from latchkey.providers import PROVIDERS
from latchkey.providers.email_address import MAX_EMAIL

# Of the pages, as an app or a link may ask for them.
THEMES = ("light", "dark")
_MOST_SCOPE = 2000
_SCOPE = re.compile(r"[ !#-\[\]-~]*")  # RFC 6749, 3.3
_NONCE = re.compile(r"[ -~]{1,255}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROMPTS = ("select_provider", "detect")
# Nylas's prompts are about our pages; these are passed on (OpenID Connect Core, 3.1.2.1).
_ACCOUNT_PROMPTS = ("select_account", "login")


def _response_type(text: str) -> dict[str, Any]:
    if text != "code":
        raise ValueError("must be code")
    return {}


def _provider(text: str) -> dict[str, Any]:
    keys = tuple(dict.fromkeys(part for part in map(str.strip, text.split(",")) if part))
    if not set(keys) <= PROVIDERS.keys():
        raise ValueError(f"must be one or more of {', '.join(PROVIDERS)}")
    return {"providers": keys, "choose": len(keys) > 1}


def _prompt(text: str) -> dict[str, Any]:
    prompts = re.split("[, ]+", text.strip())
    known = (*_PROMPTS, *_ACCOUNT_PROMPTS)
    if not set(prompts) <= set(known):
        raise ValueError(f"must be one or more of {', '.join(known)}")
    ours = [prompt for prompt in prompts if prompt in _PROMPTS]
    accounts = [prompt for prompt in prompts if prompt in _ACCOUNT_PROMPTS]
    choose = {"choose": ours[0] == "select_provider"} if ours else {}
    return choose | ({"account_prompt": accounts[0]} if accounts else {})


def _login_hint(text: str) -> dict[str, Any]:
    return {"login_hint": text.strip()[:MAX_EMAIL]}


def _scope(text: str) -> dict[str, Any]:
    if len(text) > _MOST_SCOPE or not _SCOPE.fullmatch(text):
        raise ValueError("must be names with spaces between them")
    return {"scope": tuple(text.split())}


def _access_type(text: str) -> dict[str, Any]:
    if text not in ("online", "offline"):
        raise ValueError("must be online or offline")
    return {}


def _nonce(text: str) -> dict[str, Any]:
    # Nylas knows none; clients of OpenID Connect refuse an ID token without theirs (Core, 3.1.3.7).
    if not _NONCE.fullmatch(text):
        raise ValueError("must be up to 255 characters of ASCII")
    return {"nonce": text}


def _code_challenge(text: str) -> dict[str, Any]:
    if not pkce.CHALLENGE.fullmatch(text):
        raise ValueError("must be up to 128 letters, digits or any of -._~")
    return {"challenge": text}


def _code_challenge_method(text: str) -> dict[str, Any]:
    if text.lower() not in pkce.METHODS:
        raise ValueError("must be plain or S256")
    return {"method": text.lower()}


def _credential_id(text: str) -> dict[str, Any]:
    if not _UUID.fullmatch(text):
        raise ValueError("must be a UUID")
    return {"credential_id": text}


def _theme(text: str) -> dict[str, Any]:
    # A hint, which Nylas does not know: what is no theme is ignored.
    return {"theme": text} if text in THEMES else {}


def _options(text: str) -> dict[str, Any]:
    # Others are about Google's page at Nylas, and mean nothing here.
    return {"smtp_required": "smtp_required" in re.split("[, ]+", text)}


def _smtp_required(text: str) -> dict[str, Any]:
    # A parameter of its own in Nylas's SDK for Java; it takes nothing back from "options".
    return {"smtp_required": True} if text == "true" else {}


def is_as_written(name: str, value: str, query: bytes) -> bool:
    """Tell whether the value of a parameter can be sent back as it was in the query.

    Bytes that are not UTF-8 cannot: Werkzeug leaves them as ``%FF``.
    """
    if "%" not in value:
        return True
    written = parse_qs(query.decode("latin-1"), encoding="latin-1").get(name, [""])
    return written[0].encode("latin-1") == value.encode()


# In this order: what "prompt" says counts more than how many providers there are.
# What is not in here, Nylas's SDKs send for Nylas alone, and is ignored (RFC 6749, 3.1).
READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "response_type": _response_type,
    "provider": _provider,
    "prompt": _prompt,
    "login_hint": _login_hint,
    "scope": _scope,
    "access_type": _access_type,
    "nonce": _nonce,
    "code_challenge": _code_challenge,
    "code_challenge_method": _code_challenge_method,
    "credential_id": _credential_id,
    "options": _options,
    "smtp_required": _smtp_required,
    "theme": _theme,
}
ERRORS = {"response_type": "unsupported_response_type", "scope": "invalid_scope"}

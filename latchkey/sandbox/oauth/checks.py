"""The strict reading of an authorization request: what is wrong with it, as RFC 6749 names it."""

import re

from werkzeug.datastructures import MultiDict

from latchkey.sandbox.oauth.registry import Rules

MAX_STATE = 512
MAX_ACCOUNT = 254
PROMPTS = frozenset({"none", "consent", "select_account", "login"})

# RFC 6749, 3.3: what a scope may be made of.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
# RFC 7636, 4.2: SHA-256 in base64url without padding.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_ACCOUNT = re.compile(r"[^@\s]+@[^@\s]+")


def repeats(given: MultiDict[str, str]) -> bool:
    """Tell whether a parameter is there twice, which none may be (RFC 6749, 3.1 and 3.2)."""
    return any(len(values) > 1 for values in given.listvalues())


def is_account(typed: str) -> bool:
    """Tell whether an account can be called that."""
    return len(typed) <= MAX_ACCOUNT and _ACCOUNT.fullmatch(typed) is not None


def find_problem(query: MultiDict[str, str], rules: Rules) -> tuple[str, str]:
    """Return error and description (RFC 6749, 4.1.2.1); both "" when all is well.

    Client and redirect URI are not looked at: they decide whether an error may be sent at all.
    """
    prompts = query.get("prompt", "").split()
    challenge = query.get("code_challenge", "")
    checks = (
        (repeats(query), "invalid_request", "a parameter is there twice"),
        (not query.get("response_type"), "invalid_request", "response_type is missing"),
        (query.get("response_type") != "code", "unsupported_response_type", "only code is known"),
        (not 0 < len(query.get("state", "")) <= MAX_STATE, "invalid_request", "state"),
        (_lacks_scope(query, rules), "invalid_scope", "scope is missing or malformed"),
        (not PROMPTS.issuperset(prompts), "invalid_request", "prompt is unknown"),
        ("none" in prompts and len(prompts) > 1, "invalid_request", "prompt=none stands alone"),
        (query.get("response_mode", "query") != "query", "invalid_request", "response_mode"),
        # RFC 7636, 4.4.1: a server may insist on a challenge, and on how it is made.
        (not _CHALLENGE.fullmatch(challenge), "invalid_request", "code_challenge"),
        (
            query.get("code_challenge_method") != "S256",
            "invalid_request",
            "code_challenge_method must be S256",
        ),
        # OpenID Connect Core, 3.1.2.6: no user is ever signed in here already.
        ("none" in prompts, "login_required", "nobody is signed in"),
    )
    return next(((error, text) for wrong, error, text in checks if wrong), ("", ""))


def _lacks_scope(query: MultiDict[str, str], rules: Rules) -> bool:
    return not rules.app_scopes and not _SCOPE.fullmatch(query.get("scope", ""))

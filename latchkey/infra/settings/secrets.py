"""Parsers of secrets: what no API key looks like, and which secret keys can be guessed."""

import re

from latchkey.infra.settings.parsers import words

# Only ever used with SANDBOX=true: the sandbox answers on loopback alone and knows no real account.
SANDBOX_SECRET_KEY = "sandbox-only-key-that-protects-nothing-real"
SANDBOX_LINK_KEY = "sandbox-only-link-key-that-protects-nothing-real"

_SECRET_KEY_LENGTH = 32

# Prefixes of keys that other vendors hand out, met in the wild when the wrong line was pasted.
_FOREIGN_KEYS = {
    "Stripe or OpenAI": r"(sk|pk|rk)[-_]",
    "GitHub": r"gh[pousr]_|github_pat_",
    "GitLab": r"glpat-",
    "Slack": r"xox[abeprs]-",
    "AWS": r"AKIA|ASIA",
    "Google": r"AIza|GOCSPX-|ya29\.",
    "SendGrid": r"SG\.",
    "Twilio": r"SK[0-9a-f]{32}$",
}
_PLACEHOLDERS = re.compile(r"change.?me|your.?secret|replace|example|placeholder|default", re.I)


def api_key(value: str) -> str:
    """Parse the API key of a Nylas application."""
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError("holds a space, a line break or another character no key has")
    for vendor, pattern in _FOREIGN_KEYS.items():
        if re.match(pattern, value):
            raise ValueError(f"looks like a key of {vendor}, not like one of Nylas")
    return value


def random_key(value: str) -> str:
    """Parse a key that seals or signs: long enough, and random as far as can be seen."""
    if len(value) < _SECRET_KEY_LENGTH:
        raise ValueError(f"is too short: it needs at least {_SECRET_KEY_LENGTH} random characters")
    known = value in (SANDBOX_SECRET_KEY, SANDBOX_LINK_KEY) or _PLACEHOLDERS.search(value)
    if known or len(set(value)) < 10:
        raise ValueError("is a placeholder: make a random one, see .env.example")
    return value


def random_keys(value: str) -> tuple[str, ...]:
    """Parse a list of such keys."""
    return tuple(random_key(key) for key in words(value))

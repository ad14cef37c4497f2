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
    "Mailgun": r"key-[0-9a-f]{32}$|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}$",
    "Mailchimp": r"[0-9a-f]{32}-us[0-9]+$",
    "Brevo": r"xkeysib-",
    "Resend": r"re_",
    "HubSpot": r"pat-(na|eu)[0-9]",
    "Notion": r"ntn_|secret_",
    "GitHub": r"gh[pousr]_|github_pat_",
    "GitLab": r"glpat-",
    "Slack": r"xox[abeprs]-",
    "AWS": r"AKIA|ASIA",
    "Google": r"AIza|GOCSPX-|ya29\.",
    "SendGrid": r"SG\.",
    "Twilio": r"SK[0-9a-f]{32}$",
}
_QUOTES = "\"'`‘’“”„«»"
_PLACEHOLDERS = re.compile(r"change.?me|your.?secret|replace|example|placeholder|default", re.I)
# What a shell or a template was to fill in: files of settings are read as they are.
_TO_FILL_IN = re.compile(
    r"<[\w .,:'-]+>|\$\([a-z].+ .+\)|\$[A-Z_]+|\$\{[A-Za-z_]+(\W.*)?\}|\{\{.+\}\}"
)
_NO_KEY = re.compile(r"your[-_ ].*|.*\.\.\.|(.*_)?x{4,}|(replace|change).?me|placeholder", re.I)
_GOOGLE_SECRET = re.compile(r"GOCSPX-")
_GOOGLE_ID = re.compile(r"\.apps\.googleusercontent\.com$")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def api_key(value: str) -> str:
    """Parse the API key of a Nylas application."""
    if re.match(r"bearer\b", value, re.I):
        raise ValueError("begins with Bearer, as in a header: give the key behind it alone")
    if _TO_FILL_IN.fullmatch(value) or _NO_KEY.fullmatch(value):
        raise ValueError("is a placeholder: make a key in the Nylas dashboard, and put it here")
    if not re.fullmatch(r"[\x21-\x7e]+", value) or re.search(r"[\"'`]", value):
        raise ValueError("holds a space, a line break or another character no key has")
    for vendor, pattern in _FOREIGN_KEYS.items():
        if re.match(pattern, value):
            raise ValueError(f"looks like a key of {vendor}, not like one of Nylas")
    return value


def api_keys(value: str) -> tuple[str, ...]:
    """Parse a list of such keys."""
    return tuple(api_key(key) for key in words(value))


def random_key(value: str) -> str:
    """Parse a key that seals or signs: long enough, and random as far as can be seen."""
    if len(value) < _SECRET_KEY_LENGTH:
        raise ValueError(f"is too short: it needs at least {_SECRET_KEY_LENGTH} random characters")
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        raise ValueError("has a quotation mark at one end: leave it out, or close it")
    known = value in (SANDBOX_SECRET_KEY, SANDBOX_LINK_KEY) or _PLACEHOLDERS.search(value)
    if _TO_FILL_IN.fullmatch(value):
        raise ValueError("is what nothing fills in here: make a random one, see .env.example")
    if known or len(set(value)) < 10:
        raise ValueError("is a placeholder: make a random one, see .env.example")
    return value


def random_keys(value: str) -> tuple[str, ...]:
    """Parse a list of such keys."""
    return tuple(random_key(key) for key in words(value))


def client_text(value: str) -> str:
    """Parse the ID or the secret of an OAuth client, which holds no blanks and no quotes."""
    if not re.fullmatch(r"[\x21-\x7e]+", value) or re.search(r"[\"'`]", value):
        raise ValueError("holds a space, a quotation mark or another character it cannot have")
    return value


def misplaced(provider: str, client_id: str, secret: str) -> str:
    """Say what is wrong with an OAuth client whose parts are each in the other's place, or ""."""
    name = provider.upper()
    if provider == "google" and (_GOOGLE_SECRET.match(client_id) or _GOOGLE_ID.search(secret)):
        return f"{name}_CLIENT_ID and {name}_CLIENT_SECRET look swapped."
    if provider == "microsoft" and _UUID.fullmatch(secret):
        swapped = "" if _UUID.fullmatch(client_id) else " or the client ID"
        return f"{name}_CLIENT_SECRET looks like the secret's ID{swapped}: use the secret's value."
    return ""

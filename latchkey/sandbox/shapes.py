"""What the ``settings`` of each provider may hold in a connect/custom body."""

from collections.abc import Mapping
from dataclasses import dataclass

OAUTH_PROVIDERS = frozenset({"google", "microsoft", "yahoo", "zoom"})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What one provider's ``settings`` may hold, and where account and secret are in it."""

    required: Mapping[str, type]
    optional: Mapping[str, type]
    account: str
    secret: str
    takes_scope: bool


_OAUTH = Shape(
    required={"refresh_token": str},
    optional={"credential_id": str},
    account="refresh_token",
    secret="refresh_token",  # noqa: S106 - the name of a key
    takes_scope=True,
)

SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(sorted(OAUTH_PROVIDERS), _OAUTH),
    "imap": Shape(
        required={"imap_username": str, "imap_password": str},
        # `type` is undocumented, but Nylas's own command line tool sends it for Yahoo.
        optional={
            "imap_host": str,
            "imap_port": int,
            "smtp_host": str,
            "smtp_port": int,
            "smtp_username": str,
            "smtp_password": str,
            "type": str,
        },
        account="imap_username",
        secret="imap_password",  # noqa: S106 - the name of a key
        takes_scope=False,
    ),
    "icloud": Shape(
        required={"username": str, "password": str},
        optional={},
        account="username",
        secret="password",  # noqa: S106 - the name of a key
        takes_scope=False,
    ),
    "ews": Shape(
        required={"email": str, "ews_username": str, "ews_password": str},
        optional={"ews_host": str, "ews_port": int},
        account="email",
        secret="ews_password",  # noqa: S106 - the name of a key
        takes_scope=True,
    ),
}
"""Source: Nylas API reference, request variants of POST /v3/connect/custom.

The bulk variants for administrators (``email_address``, ``scopes``) are left out on purpose. The
reference lists no required key inside ``settings``; required here is what no login can do without.
"""

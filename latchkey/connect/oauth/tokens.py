"""Tokens: what came of an authorization code, before it goes to Nylas."""

from dataclasses import dataclass, field

from latchkey.providers.model import Claims


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What came of a code.

    :ivar refresh_token: "" when the provider gave none.
    :ivar claims: of the ID token, {} without one that is good.
    :ivar missing: scopes that were asked for and not granted.
    """

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    claims: Claims = field(repr=False)
    missing: tuple[str, ...]

"""How strict each provider is with its client."""

import re
from dataclasses import dataclass

CLIENT_ID = "sandbox-{provider}"
CLIENT_SECRET = "sandbox-secret-{provider}"

# Cannot be unticked on a consent page: they only tell who signed in, or keep people signed in.
FIXED_SCOPES = ("openid", "email", "profile", "offline_access", "User.Read")
EMAIL_SCOPES = ("email", "https://www.googleapis.com/auth/userinfo.email")

# Written out instead of taken apart: where urlsplit sees a host name, browsers may see another
# (they read a backslash as a slash, and both drop tabs and line ends).
_ORIGIN = re.compile(
    r"https?://(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a provider wants of an authorization code flow, and what it tells.

    ``app_scopes`` are granted where they are chosen in the app instead of the request.
    ``address_fields`` are of userinfo, and so is ``userinfo_scope``, without which it tells
    nothing; ``address_claims`` are of the ID token. ``redirect_error`` says at the token endpoint
    that the redirect URI is another one (RFC 6749, 5.2, has no name for it). ``tenant`` is named
    in ID tokens where accounts belong to one.
    """

    key: str
    name: str
    basic_only: bool = False
    app_scopes: tuple[str, ...] = ()
    issuer: bool = False
    account_field: str = "sub"
    address_fields: tuple[str, ...] = ("email",)
    address_claims: tuple[str, ...] = ("email",)
    userinfo_scope: str = ""
    id_token: bool = True
    redirect_error: str = "invalid_grant"
    tenant: str = ""

    @property
    def client_id(self) -> str:
        """The name of the only client."""
        return CLIENT_ID.format(provider=self.key)

    @property
    def client_secret(self) -> str:
        """The secret of the only client."""
        return CLIENT_SECRET.format(provider=self.key)


RULES = {
    rules.key: rules
    for rules in (
        Rules(key="google", name="Google", issuer=True, redirect_error="redirect_uri_mismatch"),
        Rules(
            key="microsoft",
            name="Microsoft",
            account_field="id",
            address_fields=("mail", "userPrincipalName"),
            address_claims=("email", "preferred_username"),
            userinfo_scope="User.Read",
            tenant="11111111-2222-3333-4444-555555555555",
        ),
        Rules(key="yahoo", name="Yahoo"),
        Rules(
            key="zoom",
            name="Zoom",
            basic_only=True,
            app_scopes=("meeting:write:meeting", "user:read:user"),
            account_field="id",
            userinfo_scope="user:read:user",
            id_token=False,
        ),
    )
}


def is_registered(redirect_uri: str, provider: str, *, below: str) -> bool:
    """Tell whether this is a redirect URI of ours: the callback, on this machine, exactly.

    :param below: the path that the page is below, like ``/connect``, or "".
    """
    path = f"{below}/oauth/{provider}/callback"
    origin = redirect_uri.removesuffix(path)
    return redirect_uri.endswith(path) and _ORIGIN.fullmatch(origin) is not None


def is_fixed(scope: str) -> bool:
    """Tell whether a scope cannot be unticked."""
    return scope in FIXED_SCOPES or "/userinfo." in scope

"""The ways a sign-in at a provider can end, to be chosen on the consent page."""

from dataclasses import dataclass

from latchkey.sandbox.texts import N_


@dataclass(frozen=True, kw_only=True)
class Ending:
    """One row: its name in the form, what it shows, and what the provider answers.

    ``error`` goes back with the browser; ``number`` is Microsoft's, and precedes its
    description. ``token_status`` makes the token endpoint fail instead.
    """

    name: str
    shows: str
    error: str = ""
    number: int = 0
    token_status: int = 0


# Sources: RFC 6749 (4.1.2.1, 5.2); Microsoft, AADSTS error codes; Google, OAuth errors.
ENDINGS = (
    Ending(name="allow", shows=N_("Access is allowed.")),
    Ending(name="cancel", shows=N_("The person cancels."), error="access_denied", number=65004),
    Ending(
        name="admin",
        shows=N_("An administrator must approve."),
        error="admin_policy_enforced",
        number=65001,
    ),
    Ending(
        name="admin-requested",
        shows=N_("An administrator was asked to approve."),
        error="admin_policy_enforced",
        number=90095,
    ),
    Ending(
        name="admin-only",
        shows=N_("Only an administrator may allow it."),
        error="admin_policy_enforced",
        number=90094,
    ),
    Ending(
        name="conditional-access",
        shows=N_("Rules of the organisation forbid it."),
        error="access_denied",
        number=53003,
    ),
    Ending(
        name="wrong-tenant",
        shows=N_("The account is not part of the organisation."),
        error="org_internal",
        number=50020,
    ),
    Ending(
        name="not-assigned",
        shows=N_("The organisation names who may use the app."),
        error="access_denied",
        number=50105,
    ),
    Ending(
        name="device-rules",
        shows=N_("The organisation wants a device that it manages."),
        error="access_denied",
        number=53000,
    ),
    Ending(
        name="second-factor",
        shows=N_("A second step is needed."),
        error="interaction_required",
        number=50076,
    ),
    Ending(
        name="account-kind",
        shows=N_("The kind of account cannot be used."),
        error="invalid_account",
        number=500200,
    ),
    Ending(
        name="organisation-down",
        shows=N_("The sign-in of the organisation fails."),
        error="server_error",
        number=80001,
    ),
    Ending(
        name="in-app-browser",
        shows=N_("The page was opened inside another app."),
        error="disallowed_useragent",
    ),
    Ending(name="unavailable", shows=N_("The provider is down."), error="temporarily_unavailable"),
    Ending(name="server-error", shows=N_("The provider fails."), error="server_error"),
    Ending(
        name="expired-code",
        shows=N_("The code is too old."),
        error="invalid_grant",
        number=70008,
        token_status=400,
    ),
    Ending(
        name="used-code",
        shows=N_("The code was used before."),
        error="invalid_grant",
        number=54005,
        token_status=400,
    ),
    Ending(
        name="wrong-secret",
        shows=N_("The client secret is wrong."),
        error="invalid_client",
        number=7000215,
        token_status=401,
    ),
    Ending(
        name="redirect-mismatch",
        shows=N_("The redirect URI is not the registered one."),
        error="redirect_uri_mismatch",
        number=50011,
        token_status=400,
    ),
    Ending(name="token-down", shows=N_("The token endpoint is down."), token_status=503),
    Ending(name="no-refresh-token", shows=N_("There is no refresh token.")),
    Ending(name="no-email", shows=N_("The account is only told when asked once more (userinfo).")),
    Ending(name="no-address", shows=N_("The provider does not tell which account it was.")),
    Ending(name="dead-token", shows=N_("Nylas refuses the refresh token.")),
)

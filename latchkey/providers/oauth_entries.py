"""Providers with a sign-in page of their own, reached with the company's OAuth client.

Endpoints, scopes, quirks: Google's and Yahoo's discovery documents, Microsoft's identity platform
documentation, Zoom's OAuth guide; scopes as Nylas recommends for mail, calendar and contacts.
"""

from typing import Any

from latchkey.infra.i18n import N_
from latchkey.providers import oauth_accounts
from latchkey.providers.model import OAuth, Permission, Provider, Typed


def _refresh_token(email: str, typed: Typed) -> dict[str, Any]:
    return {"refresh_token": typed["refresh_token"]}


_GOOGLE = "https://www.googleapis.com/auth/"

GOOGLE = Provider(
    key="google",
    name="Google",
    own_button=True,
    icon="letter-g",
    imap_host="imap.gmail.com",
    capabilities=("mail", "sending", "calendar", "contacts"),
    settings=_refresh_token,
    permissions=(
        Permission(scope=f"{_GOOGLE}gmail.modify", text=N_("Read and send mail")),
        Permission(scope=f"{_GOOGLE}gmail.readonly", text=N_("Read mail")),
        Permission(scope=f"{_GOOGLE}gmail.send", text=N_("Send mail")),
        Permission(scope=f"{_GOOGLE}calendar", text=N_("See and change calendars")),
        Permission(scope=f"{_GOOGLE}calendar.readonly", text=N_("See calendars")),
        Permission(scope=f"{_GOOGLE}contacts", text=N_("See and change contacts")),
        Permission(scope=f"{_GOOGLE}contacts.readonly", text=N_("See contacts")),
    ),
    oauth=OAuth(
        manage="https://myaccount.google.com/connections",
        endpoints={
            "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
            "token": "https://oauth2.googleapis.com/token",
            "userinfo": "https://openidconnect.googleapis.com/v1/userinfo",
            "revoke": "https://oauth2.googleapis.com/revoke",
        },
        account_prompts=("select_account",),
        # Nylas refuses tokens without the first three.
        scopes=(
            "openid",
            f"{_GOOGLE}userinfo.email",
            f"{_GOOGLE}userinfo.profile",
            f"{_GOOGLE}gmail.modify",
            f"{_GOOGLE}calendar",
            f"{_GOOGLE}contacts",
        ),
        # Without "consent", only the very first sign-in of an account gives a refresh token.
        extra={"access_type": "offline", "prompt": "consent"},
        account=oauth_accounts.verified_email,
        refuses_in_app_browsers=True,
        consent_again=True,
    ),
)

MICROSOFT = Provider(
    key="microsoft",
    name="Microsoft",
    own_button=True,
    icon="letter-m",
    imap_host="outlook.office365.com",
    capabilities=("mail", "sending", "calendar", "contacts"),
    settings=_refresh_token,
    permissions=(
        Permission(scope="Mail.ReadWrite", text=N_("Read mail")),
        Permission(scope="Mail.Read", text=N_("Read mail")),
        Permission(scope="Mail.Send", text=N_("Send mail")),
        Permission(scope="Calendars.ReadWrite", text=N_("See and change calendars")),
        Permission(scope="Calendars.Read", text=N_("See calendars")),
        Permission(scope="Contacts.ReadWrite", text=N_("See and change contacts")),
        Permission(scope="Contacts.Read", text=N_("See contacts")),
    ),
    oauth=OAuth(
        endpoints={
            "authorize": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            "token": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            "userinfo": "https://graph.microsoft.com/v1.0/me",
            "adminconsent": "https://login.microsoftonline.com/{organisation}/v2.0/adminconsent",
        },
        account_prompts=("select_account", "login"),
        # Sending needs Mail.ReadWrite beside Mail.Send (Nylas, authentication troubleshooting).
        scopes=(
            "openid",
            "profile",
            "email",
            "offline_access",
            "User.Read",
            "Mail.ReadWrite",
            "Mail.Send",
            "Calendars.ReadWrite",
            "Contacts.ReadWrite",
        ),
        # Never "prompt=consent": it stops people whose administrator has consented already.
        extra={"response_mode": "query"},
        account=oauth_accounts.microsoft,
        # Graph leaves out proxyAddresses unless asked (Graph, "user resource type").
        userinfo_query="$select=id,mail,userPrincipalName,proxyAddresses",
        shared_mailboxes=True,
    ),
)

YAHOO = Provider(
    key="yahoo",
    name="Yahoo",
    icon="letter-y",
    imap_host="imap.mail.yahoo.com",
    # Its own sign-in is for the few companies that Yahoo lets have it.
    or_imap=True,
    capabilities=("mail", "sending"),
    settings=_refresh_token,
    permissions=(
        Permission(scope="mail-w", text=N_("Read and send mail")),
        Permission(scope="mail-r", text=N_("Read mail")),
    ),
    oauth=OAuth(
        manage="https://login.yahoo.com/account/security",
        endpoints={
            "authorize": "https://api.login.yahoo.com/oauth2/request_auth",
            "token": "https://api.login.yahoo.com/oauth2/get_token",
            "userinfo": "https://api.login.yahoo.com/openid/v1/userinfo",
        },
        scopes=("openid", "email", "profile", "mail-w"),
        login_hint=False,
        account=oauth_accounts.verified_email,
    ),
)

ZOOM = Provider(
    key="zoom",
    name="Zoom",
    icon="letter-z",
    capabilities=("meetings",),
    settings=_refresh_token,
    permissions=(Permission(scope="", text=N_("Create, change and delete meetings")),),
    oauth=OAuth(
        manage="https://marketplace.zoom.us/user/installed",
        endpoints={
            "authorize": "https://zoom.us/oauth/authorize",
            "token": "https://zoom.us/oauth/token",
            "userinfo": "https://api.zoom.us/v2/users/me",
        },
        # What a Zoom app may do is chosen at Zoom, not in the request.
        scopes=(),
        basic=True,
        login_hint=False,
        account=oauth_accounts.claimed_email,
        # Reading the account needs a scope that not every app has, and it is no mailbox.
        must_match=False,
    ),
)

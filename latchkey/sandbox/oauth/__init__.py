"""The sign-in pages of Google, Microsoft, Yahoo and Zoom, so that OAuth can be tried without them.

oauth/
├── endings   the ways a sign-in at a provider can end
├── registry  what each provider's client may ask for, and how strict the provider is
├── state     sign-ins under way, codes and access tokens, in memory and for minutes
├── checks    what is wrong with an authorization request
├── pages     what people see: consent, and the administrator's approval
├── identity  who signed in: ID token and userinfo
└── tokens    what programs call: token, userinfo, revoke
"""

from latchkey.sandbox.oauth.endings import ENDINGS, Ending

__all__ = ["ENDINGS", "Ending"]

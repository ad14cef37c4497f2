"""What is known of a sign-in between two requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from latchkey.apps import AppRequest, LinkClaims
from latchkey.connect.oauth import PendingAuthorization


@dataclass(frozen=True, kw_only=True)
class AuthorizationFailure:
    """How the last try at a provider's own page ended, to be shown on ours.

    :ivar provider: key of the provider.
    :ivar problem: kind of the problem.
    :ivar code: support code, a request id of Nylas or of this page.
    :ivar account: the account that was signed in with, when it was another one.
    :ivar missing: scopes that were not granted.
    :ivar wait: seconds to wait before the next try, 0 when no wait was asked for.
    """

    provider: str
    problem: str
    code: str = ""
    account: str = ""
    missing: tuple[str, ...] = ()
    wait: int = 0


@dataclass(frozen=True, kw_only=True)
class ConnectedGrant:
    """What the confirmation page and the app learn about the grant.

    :ivar email: the address that Nylas returned for this grant, "" when it returned none.
    :ivar provider: key of the provider.
    :ivar mailbox: what people call the account's provider.
    :ivar capabilities: what an app can do with it, by what was asked and granted.
    :ivar ends: what ends the connection: the provider of a sign-in at its own page, else one of
        ``mailhosts.Ends``, "" when it depends on the password.
    :ivar manage: page of the provider where it is ended, "" when none is known.
    :ivar reconnected: the grant existed before this sign-in.
    """

    id: str
    email: str
    provider: str
    mailbox: str
    capabilities: tuple[str, ...]
    reconnected: bool
    ends: str = ""
    manage: str = ""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """One person connecting one mailbox in one tab.

    :ivar id: names the cookie, and the sign-in in addresses (``?s=``).
    :ivar visit: one id for all sign-ins of one person here in a row, for the app's webhooks.
    :ivar salt: random, known to this browser only: keys the fingerprints of what was typed.
    :ivar email: the address as Nylas gets it, its domain in punycode; "" before the e-mail step.
    :ivar display_address: the address as the person knows it.
    :ivar brand: key of the brand that its pages show, "" for the default.
    :ivar arrived: Unix time of the first step: coming from an app, or the e-mail step.
    :ivar started: Unix time of the e-mail step.
    :ivar saved: Unix time of the last change.
    :ivar provider: key of the provider that was detected or chosen, "" when none.
    :ivar app: the request of the app that sent the person here.
    :ivar opened_by_app: the app's own page opened the window, and keeps its handle on it.
    :ivar link_claims: the claims of the signed link that was opened.
    :ivar last_problem: kind of the problem that the last try ended with, "" without one.
    :ivar typed: what was typed into the form before, passwords excepted.
    :ivar pending: the authorization that is under way at a provider.
    :ivar authorization_failure: how the last one ended, when it failed.
    :ivar grant: what was connected, None until there is a grant.
    :ivar code: the code that the app was sent last, "" before the first.
    :ivar code_issued: Unix time of it.
    """

    id: str
    salt: str
    email: str
    display_address: str
    started: int
    saved: int
    visit: str = ""
    brand: str = ""
    arrived: int = 0
    provider: str = ""
    app: AppRequest | None = None
    opened_by_app: bool = False
    link_claims: LinkClaims | None = None
    last_problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    pending: PendingAuthorization | None = None
    authorization_failure: AuthorizationFailure | None = None
    grant: ConnectedGrant | None = None
    code: str = ""
    code_issued: int = 0

    @property
    def domain(self) -> str:
        """The part behind the last ``@``, in small letters and punycode."""
        return self.email.rpartition("@")[2].lower()

    def shown(self, address: str) -> str:
        """Give an address as the user knows it: the typed one instead of its punycode."""
        return self.display_address if address.lower() == self.email.lower() else address

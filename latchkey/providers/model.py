"""What has to be said about a provider so that its page, its form and its grant follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from latchkey.providers.mailhosts import ServerKind
from latchkey.providers.same_mailbox import same_account, same_mailbox

# Claims of an ID token, or what userinfo answers.
Claims = Mapping[str, Any]
# What a person typed, cleaned and checked: ports are numbers, empty fields are left out.
Typed = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input of a credential form.

    :ivar name: its name in the form; other people's tools rely on it.
    :ivar kind: decides how it is checked: ``login`` is trimmed, ``password`` is left as it is.
    :ivar advanced: shown under “Server settings”.
    :ivar own_domain: asked for only when the address is at a domain of the person's own.
    """

    name: str
    label: str
    kind: Literal["login", "password", "host", "port"]
    required: bool = False
    advanced: bool = False
    hint: str = ""
    own_domain: bool = False


@dataclass(frozen=True, kw_only=True)
class Account:
    """Whose account it is, by what its provider says.

    :ivar proven: addresses that the provider has verified, so the account's owner cannot choose
        another person's; the first one is the account's main one.
    :ivar claimed: addresses that the owner, or the administrator of any organisation, can write.
    """

    proven: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """All of them, the proven ones first."""
        return tuple(dict.fromkeys((*self.proven, *self.claimed)))

    def proves(self, address: str) -> bool:
        """Tell whether this is certainly the account of ``address``."""
        return any(same_mailbox(proven, address) for proven in self.proven)

    def names(self, address: str) -> bool:
        """Tell whether ``address`` is one of its addresses, proven or not, with any +tag."""
        return any(same_account(known, address) for known in self.addresses)


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """How one provider does the authorization code flow (RFC 6749, 4.1).

    :ivar endpoints: addresses by kind; ``{tenant}`` is replaced by Microsoft's tenant.
    :ivar scopes: asked for unless the operator chose others.
    :ivar extra: more parameters of the authorization request.
    :ivar basic: the client signs in to the token endpoint by HTTP Basic instead of in the form.
    :ivar login_hint: the provider can fill in the address.
    :ivar account_prompts: what it knows of ``prompt`` (OpenID Connect Core, 3.1.2.1) about the
        account, the mildest first.
    :ivar consent_again: a missing refresh token comes of an earlier consent, and signing in once
        more brings one; elsewhere it can only be the operator's fault.
    :ivar refuses_in_app_browsers: the provider does not sign in inside the browsers of other apps.
    :ivar shared_mailboxes: there are mailboxes that people share, without a sign-in of their own.
    :ivar account: reads the ID token's claims and userinfo, each {} when there is none.
    :ivar manage: page where people take access back, "" when it depends on the account.
    :ivar userinfo_query: what has to be asked for by name at userinfo.
    :ivar must_match: the account has to be known and be the one that was typed.
    """

    endpoints: Mapping[str, str]
    scopes: tuple[str, ...]
    account: Callable[[Claims, Claims], Account]
    extra: Mapping[str, str] = field(default_factory=dict)
    basic: bool = False
    login_hint: bool = True
    account_prompts: tuple[str, ...] = ()
    consent_again: bool = False
    refuses_in_app_browsers: bool = False
    shared_mailboxes: bool = False
    manage: str = ""
    userinfo_query: str = ""
    must_match: bool = True

    def about_account(self, address: str, prompt: str) -> dict[str, str]:
        """Return the parameters of the authorization request that are about the account.

        :param address: "" when none is known: then a provider that would silently take the account
            that is signed in there is made to ask.
        :param prompt: wanted; where the provider does not know it, the nearest that it knows.
        """
        parameters = {}
        if self.account_prompts and (prompt or not address):
            prompt = prompt if prompt in self.account_prompts else self.account_prompts[0]
            parameters["prompt"] = f"{self.extra.get('prompt', '')} {prompt}".strip()
        if self.login_hint and address and prompt != "select_account":
            parameters["login_hint"] = address
        return parameters


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What people are asked to allow at the provider, in their words."""

    scope: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One kind of connector.

    :ivar key: Nylas's name for it, also in our addresses.
    :ivar name: as people know it.
    :ivar hint: what tells it from the others in the chooser, "" when its name does.
    :ivar icon: name of the drawing in ``templates/components/icon.html``.
    :ivar capabilities: what an app can do with a grant of it.
    :ivar settings: builds Nylas's ``settings`` from the address and what was typed.
    :ivar fields: inputs of its form; empty for OAuth.
    :ivar oauth: set when people sign in at the provider's own page instead.
    :ivar permissions: what they allow there.
    :ivar scope: sent along where Nylas's API has it.
    :ivar server_field: where an unreachable server is reported; "" without such a field.
    :ivar server_kind: what its servers are asked for.
    :ivar uses_mail_servers: signs in to the mail servers of the address's domain.
    :ivar imap_host: IMAP host of the one mail provider behind it, whose domains lead here and
        whose help holds for own domains, too; "" when the domain decides.
    :ivar or_imap: where it is not offered, its mailboxes are reached by IMAP instead.
    :ivar own_button: its owner prescribes how the link to it looks.
    :ivar ascii_password: Nylas cannot use a password with other characters.
    """

    key: str
    name: str
    icon: str
    capabilities: tuple[str, ...]
    settings: Callable[[str, Typed], dict[str, Any]]
    fields: tuple[Field, ...] = ()
    oauth: OAuth | None = None
    permissions: tuple[Permission, ...] = ()
    scope: tuple[str, ...] = ()
    server_field: str = ""
    server_kind: ServerKind = ServerKind.MAIL
    uses_mail_servers: bool = False
    imap_host: str = ""
    or_imap: bool = False
    own_button: bool = False
    ascii_password: bool = False
    hint: str = ""

    @property
    def asks_own_domain(self) -> bool:
        """Whether own domains have a login name of another address here."""
        return any(field.own_domain for field in self.fields)

    @property
    def page(self) -> str:
        """Endpoint of the page that signs in with it."""
        return "oauth.show" if self.oauth else "credentials.show"

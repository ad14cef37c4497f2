"""What is known of a sign-in between two requests."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """One person connecting one mailbox in one tab.

    :ivar id: names the cookie and stands in addresses as ``?s=``.
    :ivar visit: names everything that one person does here after the other, for the app.
    :ivar salt: random, known to this browser only: it hides what was typed in fingerprints of it.
    :ivar email: the address as Nylas gets it, its domain in punycode; "" while nobody typed one.
    :ivar shown: the address as the person knows it.
    :ivar started: Unix time of the e-mail step.
    :ivar saved: Unix time of the last change.
    :ivar provider: key of the provider that detection found or somebody chose, "" when none.
    :ivar app: what the app that sent the person here asked for, see ``signin.handoff``.
    :ivar pin: what a signed link settles, see ``signin.handoff``.
    :ivar failed: kind of the problem that the last try ended with.
    :ivar typed: what was typed into the form before, passwords excepted.
    :ivar oauth: the way to the provider and back that is under way, see ``signin.oauth``.
    :ivar failure: how the last try at a provider's own page ended, to be shown on ours.
    :ivar grant: what the confirmation page tells, empty until there is a grant.
    """

    id: str
    salt: str
    email: str
    shown: str
    started: int
    saved: int
    visit: str = ""
    provider: str = ""
    app: dict[str, Any] = field(default_factory=dict)
    pin: dict[str, Any] = field(default_factory=dict)
    failed: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    oauth: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, Any] = field(default_factory=dict)
    grant: dict[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The part behind the last ``@``, in small letters and punycode."""
        return self.email.rpartition("@")[2].lower()

"""What the owner of a mailbox must know of its provider: before a password works, and to end it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from latchkey.infra.i18n import N_

_YES_OR_NO = {"yes": True, "no": False}


class HelpKind(StrEnum):
    """What the owner of a mailbox must do or know before a password login works."""

    APP_PASSWORD = "app-password"
    """The account's own password is refused; a password made for one app is needed."""
    APP_PASSWORD_IF_TWO_STEP = "app-password-if-two-step"
    """The account's own password works, unless two-step sign-in is on: then as above."""
    SECURE_MAIL_KEY = "secure-mail-key"
    """As an app password, under the name AT&T gives it."""
    EXTERNAL_APP_PASSWORD = "external-app-password"
    """As an app password, under the name mail.ru gives it: password for external apps."""
    SEPARATE_PASSWORD = "separate-password"
    """E-mail programs have one password of their own, set apart from the account's (T-Online)."""
    AUTHORISATION_CODE = "authorisation-code"
    """A code that webmail hands out takes the place of the password (QQ, NetEase)."""
    ENABLE_IMAP = "enable-imap"
    """IMAP is off until it is switched on in the settings of the mailbox."""
    PAID_IMAP = "paid-imap"
    """IMAP belongs to a paid plan."""


# What takes the place of the account's own password, as its provider calls it.
_NAMES = {
    HelpKind.APP_PASSWORD: N_("App password"),
    HelpKind.SECURE_MAIL_KEY: N_("Secure mail key"),
    HelpKind.EXTERNAL_APP_PASSWORD: N_("Password for external apps"),
    HelpKind.SEPARATE_PASSWORD: N_("E-mail password"),
    HelpKind.AUTHORISATION_CODE: N_("Authorisation code"),
}


class HelpNote(StrEnum):
    """What people get stuck on although they did the above."""

    TWO_STEP_FIRST = "two-step-first"
    """App passwords exist only with two-step sign-in."""
    KNOWN_BROWSER = "known-browser"
    """App passwords are offered only in browsers known for some days."""
    LIMIT_25 = "limit-25"
    """At most 25 app passwords exist at once."""
    APPLE_ADDRESS = "apple-address"
    """With an own domain the login name is the Apple address."""
    IMAP_AGAIN_AFTER_TWO_STEP = "imap-again-after-two-step"
    """Two-step sign-in switches IMAP off until it is switched on again."""
    DESKTOP_SITE = "desktop-site"
    """The switch is hidden on the mobile site."""
    COMPUTER_ONLY = "computer-only"
    """The switch exists on a computer only."""
    OFF_AFTER_TWO_MONTHS = "off-after-two-months"
    """Access is switched off again after two months without use."""
    ADMIN_MAY_FORBID = "admin-may-forbid"
    """The administrator of an organisation may have switched this off."""
    NO_PASSWORD_YET = "no-password-yet"
    """Accounts that were made through Google have no password."""
    PLAN_WITHOUT_IMAP = "plan-without-imap"
    """Some plans lack IMAP."""
    SHOWN_ONCE = "shown-once"
    """An app password is shown only once."""


class Ends(StrEnum):
    """What ends a connection that was made with a password."""

    PASSWORD = "password"
    """A new password of the account."""
    APP_PASSWORD = "app-password"
    """Deleting the app password; a new password of the account does not."""
    APP_PASSWORD_OR_CHANGE = "app-password-or-change"
    """Deleting the app password, or a new password of the account, which deletes all of them."""


@dataclass(frozen=True, kw_only=True)
class Help:
    """What a mailbox needs before its password login works, in the order in which to do it.

    :ivar link: the provider's own page, if it has a stable one.
    :ivar letter_groups: app passwords are shown as four groups of four letters whose blanks are
        not part of them.
    :ivar shape: regular expression of a whole app password without blanks, "" when not known.
    :ivar notes: what people get stuck on.
    :ivar ends: what ends the connection, None when it depends on which password was used.
    :ivar manage: page where app passwords are deleted, None when not known.
    :ivar text: the operator's own words, "" without any.
    :ivar checked: date when the row was last compared with its source.
    """

    kinds: tuple[HelpKind, ...]
    link: str | None
    letter_groups: bool
    shape: str = ""
    notes: tuple[HelpNote, ...] = ()
    ends: Ends | None = None
    manage: str | None = None
    text: str = ""
    checked: str = ""

    @property
    def password_name(self) -> str:
        """What the provider wants instead of the account's own password, "" when it takes that."""
        return next((_NAMES[kind] for kind in self.kinds if kind in _NAMES), "")

    @property
    def login_hint(self) -> str:
        """Which login name own domains have here, "" when it is the address."""
        apple = HelpNote.APPLE_ADDRESS in self.notes
        return N_("The one that ends in icloud.com, me.com or mac.com.") if apple else ""

    @property
    def is_required(self) -> bool:
        """Whether the provider itself makes every password that works here."""
        return bool(self.password_name) and HelpKind.SEPARATE_PASSWORD not in self.kinds


def help_in(row: Mapping[str, str]) -> Help:
    """Read one row of help.

    :raises ValueError: a kind, note or end that is not known.
    """
    return Help(
        kinds=tuple(HelpKind(kind) for kind in row["kinds"].split()),
        link=row["link"] or None,
        letter_groups=_YES_OR_NO[row["letter_groups"] or "no"],
        shape=row["shape"],
        notes=tuple(HelpNote(note) for note in row["notes"].split()),
        ends=Ends(row["ends"]) if row["ends"] else None,
        manage=row["manage"] or None,
        text=row.get("text", ""),
        checked=row["checked"],
    )

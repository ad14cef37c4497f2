"""A user's try to connect a mailbox: who tries, with what, and what is done around the sending."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from latchkey.connect.outcome import Outcome
from latchkey.providers import Provider

Send = Callable[[], Outcome]
Replay = Callable[[], Outcome | None]
# Uses a signed link up around a submission, which the text names. An identical one that came before
# is replayed.
Redeem = Callable[[Send, Replay, str], Outcome]
# What is done around each sending, and not around a replay.
Guard = Callable[[Send], Send]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A user's try to connect a mailbox.

    :ivar sign_in: id of the sign-in.
    :ivar salt: random, known to the user's own cookie only.
    :ivar address: the address that was typed or that the link names, "" for none.
    :ivar redeem: uses the link up.
    :ivar guard: limits and counts what is sent.
    :ivar link: id of the signed link, "" without one.
    """

    sign_in: str
    salt: str = field(repr=False)
    provider: Provider
    address: str
    redeem: Redeem
    guard: Guard
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What was typed into a provider's form, checked.

    :ivar form: the form's own fields as they came: the same again is the same submission.
    :ivar settings: Nylas's ``settings``.
    :ivar login: the name that ``settings`` sign in with.
    :ivar unique_login: the login name belongs to one mailbox in the world, as an address does.
    """

    form: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, Any] = field(repr=False)
    login: str
    unique_login: bool
    scope: Sequence[str] = ()

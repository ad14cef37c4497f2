"""Party: for whom a sign-in goes to Nylas, as far as a fair share is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Party:
    """The client and the mail domain of a sign-in.

    :ivar client: keyed hash of the client, "" when clients are not distinguished.
    :ivar domain: domain of the mailbox, "" when domains are not distinguished.
    """

    client: str = ""
    domain: str = ""


ANYONE = Party()

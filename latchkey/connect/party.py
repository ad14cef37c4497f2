"""Party: for whom a sign-in goes to Nylas, as far as a fair share is concerned."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Party:
    """The client and the mail domain of a sign-in.

    :ivar client: stands for the client, "" when clients are not told apart.
    :ivar domain: domain of the mailbox, "" when domains are not told apart.
    """

    client: str = ""
    domain: str = ""


ANYONE = Party()

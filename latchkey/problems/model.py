"""What has to be said about everything that can go wrong."""

import logging
from dataclasses import dataclass
from typing import Literal

from latchkey.infra.i18n import N_


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One way a sign-in can fail, in words for the person who sees it.

    :ivar kind: its name in logs and tests.
    :ivar title: what happened.
    :ivar text: what it means and what to do; ``%(company)s``, ``%(mailbox)s`` and ``%(wait)s``
        are filled in.
    :ivar place: where it is said: at a field of the form, above the form, or on a page of its own.
    :ivar status: HTTP status of our page.
    :ivar fault: whose turn it is.
    :ivar hint: what else may help, where the form has the field ``hint_field``.
    :ivar settings: the hint speaks of the server settings, so they are shown.
    :ivar retry: the page offers to try again with what was typed, passwords excepted.
    :ivar retry_last: trying again is offered in second place, as it may have worked.
    :ivar new_start: the page leads to the first page, where a new sign-in begins.
    :ivar other_ways: the page leads to the list of providers.
    :ivar admin_message: the page has a message to copy for the administrator.
    :ivar use_account: the page offers the account that was signed in with.
    :ivar support: the page shows a support code.
    """

    kind: str
    title: str
    text: str
    place: Literal["password", "server", "form", "page"]
    status: int
    fault: Literal["person", "provider", "nylas", "operator", "administrator", "nobody"]
    hint: str = ""
    hint_field: Literal["", "username", "server", "smtp_host"] = ""
    settings: bool = False
    retry: bool = True
    retry_last: bool = False
    new_start: bool = True
    other_ways: bool = False
    admin_message: bool = False
    use_account: bool = False
    support: bool = True

    @property
    def level(self) -> int:
        """How loud the log is about it: error, when the operator has to act; warning, when
        Nylas or a limit holds people up; info for everything that happens to people."""
        if self.fault == "operator":
            return logging.ERROR
        held_up = self.fault == "nylas" or self.status in (429, 503)
        return logging.WARNING if held_up else logging.INFO


def operator_problem(kind: str) -> Problem:
    """A fault of the operator: users only read that it is not theirs."""
    return Problem(
        kind=kind,
        title=N_("This page isn’t set up correctly"),
        text=N_(
            "It’s nothing you did. The people who run this page for %(company)s can see what is "
            "wrong. Please tell them the code below."
        ),
        place="page",
        status=503,
        fault="operator",
        retry=False,
    )

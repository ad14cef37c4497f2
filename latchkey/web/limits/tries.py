"""Limits on passwords: per mailbox, per client, per both, and on those that were refused.

A mailbox is limited for all clients together: many of them shall not guess its password, nor get it
locked at its provider. One client adds only a part to that count, so it stops itself long before it
stops others. A browser that connected the mailbox before, and people with a signed link to it, are
counted apart, where no stranger reaches. OAuth sends no passwords and is not counted here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from latchkey.connect import Connected, Failed, Outcome
from latchkey.infra.limits import Hit, Mode, Use
from latchkey.problems import limits as problems
from latchkey.problems.limits import CLIENT_LIMIT, MAILBOX_LIMIT
from latchkey.providers.same_mailbox import counted_mailbox
from latchkey.web.flow import SignIn
from latchkey.web.limits.client import client, uses_of_client
from latchkey.web.limits.device import known_device
from latchkey.web.limits.mailbox import mailboxes_of, names_of
from latchkey.web.limits.requests import TooManyRequests, report
from latchkey.web.services import get_services

# Of 5 tries and of 20 refused passwords: what one client may take from a mailbox for all others.
_PART_OF_TRIES = 2
_PART_OF_REFUSED = 10
# At one mailbox, a /48 of IPv6 has the tries of so many clients, and takes the part of one.
_CLIENTS_OF_SITE = 2
# Passwords refused before the page says that there will be a pause.
_WARN_AFTER = 3
_ABOUT_CLIENTS = ("client", "client_refused", "all")


@dataclass(frozen=True, kw_only=True)
class _Try:
    """One submission of a password.

    :ivar owner: hash of a browser or a link that proves itself, "" without one.
    """

    mailboxes: tuple[str, ...]
    owner: str

    def uses(self) -> list[Use]:
        """What it is held against before it is sent."""
        if self.owner:
            return [Use(rule="owner", subject=f"{self.owner} {box}") for box in self.mailboxes]
        uses = [
            Use(rule="all", subject=""),
            *uses_of_client("client"),
            *uses_of_client("client_refused", mode=Mode.CHECK),
        ]
        for mailbox in self.mailboxes:
            uses += [
                *_of_both("client_mailbox", mailbox),
                Use(rule="mailbox", subject=mailbox, part=_PART_OF_TRIES),
                *_of_both("client_mailbox_refused", mailbox, mode=Mode.CHECK),
                Use(rule="mailbox_refused", subject=mailbox, mode=Mode.CHECK),
            ]
        return uses

    def refused(self) -> list[Use]:
        """What counts when the password was refused."""
        uses = uses_of_client("client_refused", mode=Mode.COUNT)
        for mailbox in self.mailboxes:
            uses += [
                *_of_both("client_mailbox_refused", mailbox, mode=Mode.COUNT),
                Use(
                    rule="mailbox_refused",
                    subject=mailbox,
                    mode=Mode.COUNT,
                    part=_PART_OF_REFUSED,
                ),
            ]
        return uses


def limited(
    sign_in: SignIn, settings: Mapping[str, Any], send: Callable[[], Outcome]
) -> Callable[[], Outcome]:
    """Return ``send``, which is only called while all limits have room.

    :param settings: as sent to Nylas; they say which logins are tried.
    """

    def send_within_limits() -> Outcome:
        limiter = get_services().limiter
        attempt = _try(sign_in, settings)
        if hit := limiter.try_all(*attempt.uses()):
            return _refusal(hit)
        outcome = send()
        if not isinstance(outcome, Connected) and _is_refused(outcome):
            limiter.try_all(*attempt.refused())
        return outcome

    return send_within_limits


def raise_if_limited(outcome: Outcome) -> None:
    """Raise when a limit was reached, so nothing was sent and the app is not notified.

    :raises TooManyRequests: with the problem and the time to wait.
    """
    if isinstance(outcome, Failed) and outcome.problem in problems.ALL:
        raise TooManyRequests(outcome.problem, outcome.wait)


def is_pause_near(email: str) -> bool:
    """Tell whether so many passwords were refused that the page should say what comes next."""
    both = f"{client()} {counted_mailbox(email)}"
    return get_services().limiter.number("client_mailbox_refused", both) >= _WARN_AFTER


def _of_both(rule: str, mailbox: str, *, mode: Mode = Mode.TAKE) -> list[Use]:
    """The last of them is what may add only a part to the mailbox's own counter."""
    return uses_of_client(rule, mailbox, mode=mode, of_site=_CLIENTS_OF_SITE)


def _try(sign_in: SignIn, settings: Mapping[str, Any]) -> _Try:
    mailboxes = mailboxes_of(sign_in.email, settings)
    link = sign_in.link_claims
    linked = link and mailboxes == (counted_mailbox(link.email),)
    names = names_of(sign_in.email, settings)
    owner = f"link {link.id}" if link and linked else known_device(names)
    return _Try(mailboxes=mailboxes, owner=owner)


def _refusal(hit: Hit) -> Failed:
    problem = CLIENT_LIMIT if hit.rule in _ABOUT_CLIENTS else MAILBOX_LIMIT
    return Failed(problem=problem, wait=report(hit), detail=hit.rule)


def _is_refused(failed: Failed) -> bool:
    """A refusal that the mail provider counts, too: not one about a server that is not there."""
    return failed.problem.status == 422 and failed.problem.place != "server"

"""Provider detection: asks the known sources, the surest and cheapest first."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.infra.single_flight import SingleFlight
from latchkey.infra.store import RateLimited, Store
from latchkey.nylas import NylasClient
from latchkey.providers import PROVIDERS
from latchkey.providers.detection.connectors import Connectors
from latchkey.providers.detection.domains import Domains, Question
from latchkey.providers.detection.metrics import DETECTIONS
from latchkey.providers.detection.mx import MxRecords
from latchkey.providers.detection.well_known import provider_of
from latchkey.providers.mailhosts import MailHost, MailHosts

# Nylas usually answers within half of it; after that, the user gets the chooser.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A provider and the source that named it; ``provider`` is "" when none did."""

    provider: str = ""
    source: str = "none"


class ProviderDetector:
    """Finds the provider of an address.

    :param oauth: keys of the providers that an OAuth client is configured for.
    :param store: where the processes share answers and the budget.
    :param per_minute: detections that Nylas allows the application.
    :param hosts: knows mail providers by their domains; None asks Nylas about them, too.
    :param is_trial: names test addresses, whose answers are neither remembered nor counted.
    :param mx: knows them by MX records; None asks no DNS.
    :param share_wait: as in ``Domains``.
    """

    def __init__(
        self,
        client: NylasClient,
        *,
        oauth: Collection[str],
        store: Store,
        per_minute: int,
        hosts: MailHosts | None = None,
        mx: MxRecords | None = None,
        share_wait: Callable[[], float] = lambda: 0.0,
        is_trial: Callable[[str], bool] = lambda email: False,
    ) -> None:
        self._client = client
        self._is_trial = is_trial
        self._hosts = hosts
        self._mx = mx
        self._connectors = Connectors(client, store, oauth=oauth)
        self._domains = Domains(
            client, self._connectors, store, per_minute=per_minute, share_wait=share_wait
        )
        self._single_flight: SingleFlight[Finding] = SingleFlight()

    def offered(self) -> tuple[str, ...]:
        """Keys of the providers that people can choose, in our order.

        They have a connector at Nylas, and an OAuth client here if they need one.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        return self._connectors.offered(self.connected())

    def connected(self) -> frozenset[str]:
        """Keys of the providers that this Nylas application has connectors for.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        return self._connectors.connected()

    @property
    def knows_connectors(self) -> bool:
        """Whether ``connected`` is what Nylas said, and not a guess."""
        return self._connectors.are_known

    def prepare(self) -> None:
        """Ask for the connectors in the background, so that trouble is known before people come."""
        self._connectors.look_again()

    def trouble(self) -> str:
        """Return why no sign-in can work, "" when one can, as far as is known. Makes no call.

        While there is trouble, Nylas is asked again in the background now and then.
        """
        return self._connectors.trouble()

    def dns_answers(self) -> bool | None:
        """Tell whether MX records can be looked up; None when that is switched off."""
        return self._mx.answers() if self._mx else None

    def detect(self, email: str) -> str:
        """Return the key of the provider of ``email``, "" when not known or without a connector.

        One that lacks only its OAuth client is returned, too: its page says what is missing.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        finding = self.look_up(email)
        found = finding.provider in PROVIDERS.keys() & self.connected()
        provider = finding.provider if found else ""
        DETECTIONS.count(source=finding.source)
        logs.event("detection", provider=provider, outcome=finding.source)
        return provider

    def look_up(self, email: str) -> Finding:
        """Return who named which provider for ``email``, before connectors are looked at.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        return self._find(Question(email=email, connected=self.connected()))

    def likeliest(self, email: str) -> str:
        """Return the offered provider to try first, "" when none is.

        Makes no call, so it is quick and vague.

        :raises Refused: Nylas does not accept our key, so no sign-in can work.
        """
        question = Question(email=email, connected=self.connected())
        offered = self._connectors.offered(question.connected)
        return next((key for key in self._guesses(question) if key in offered), "")

    def has_mailboxes(self, domain: str) -> bool:
        """Tell whether mail providers are known to serve ``domain``: a table has it, or DNS does.

        Takes a second at most; a domain whose DNS is not asked or silent counts as unknown.
        """
        known = self._hosts and (self._hosts.find(domain) or self._hosts.unsupported(domain))
        return bool(known) or (self._mx is not None and self._mx.has_mail(domain))

    def _guesses(self, question: Question) -> Iterator[str | None]:
        yield self._domains.remembered(question)
        yield self._known(question)
        yield self._domains.outdated(question)
        if self._mx:
            yield self._provider_of(self._mx.remembered(question.domain), question)
        yield "imap"

    def _find(self, question: Question) -> Finding:
        if self._is_trial(question.email):
            return self._try(question.email)
        answer = self._domains.remembered(question)
        if answer is not None:
            return Finding(provider=answer, source="cache")
        if known := self._known(question):
            return Finding(provider=known, source="known")
        found = self._single_flight.run(
            question.key, lambda: self._inquire(question), max_wait=_PATIENCE_SECONDS
        )
        return found or Finding()

    def _try(self, email: str) -> Finding:
        """Ask about a test address, past cache and breaker: it shows the same each time."""
        try:
            return Finding(provider=self._client.detect(email).provider, source="nylas")
        except UpstreamError:
            return Finding()

    def _known(self, question: Question) -> str:
        host = self._hosts.find(question.domain) if self._hosts else None
        return self._provider_of(host, question)

    def _provider_of(self, host: MailHost | None, question: Question) -> str:
        """The provider of a mail host, if there is a connector for it."""
        key = provider_of(host, offered=self._connectors.offered(question.connected))
        return key if key in question.connected else ""

    def _inquire(self, question: Question) -> Finding:
        """Ask Nylas; while only the reserve is left, only what no other source knows."""
        try:
            answer = self._domains.ask(question, last_resort=False)
        except RateLimited:
            if guess := self._guess(question):
                return guess
            try:
                answer = self._domains.ask(question, last_resort=True)
            except RateLimited:
                return Finding()
        if answer is not None:
            return Finding(provider=answer, source="nylas")
        return self._guess(question) or Finding()

    def _guess(self, question: Question) -> Finding | None:
        """What others say. It is never remembered as if Nylas had said it."""
        if old := self._domains.outdated(question):
            return Finding(provider=old, source="cache")
        host = self._mx.find(question.domain) if self._mx else None
        guess = self._provider_of(host, question)
        return Finding(provider=guess, source="mx") if guess else None

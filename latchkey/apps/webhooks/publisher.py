"""Which events are sent to the app, and when."""

import secrets
import time

from latchkey.apps.webhooks.delivery import Sender
from latchkey.apps.webhooks.event import SignInReference, WebhookEvent
from latchkey.infra.http import HttpClient
from latchkey.infra.store import Outbox, Store

ABANDONED_SECONDS = 30 * 60.0
_TRIED_SECONDS = 24 * 60 * 60.0


class Webhooks:
    """Sends the app's server an event for each step of a sign-in, at least once.

    No caller waits for a delivery: threads of its own see to that. Events may arrive twice, and in
    any order.

    :param http: the way to the app.
    :param url: where the app takes webhooks; "" when it wants none, and then nothing is done.
    :param secret: signs them.
    :param with_email: send the user's address, too; else it is not kept either.
    """

    def __init__(
        self, store: Store, http: HttpClient, *, url: str, secret: str, with_email: bool
    ) -> None:
        self._outbox = Outbox(store)
        self._sender = Sender(self._outbox, http, url=url, secret=secret) if url else None
        self._with_email = with_email

    def start(self) -> None:
        """Deliver what earlier processes left; else that begins with the first event."""
        if self._sender:
            self._sender.wake()

    def close(self) -> None:
        """Stop delivering, once what is under way has an end."""
        if self._sender:
            self._sender.close()

    def expect(self, reference_to: SignInReference) -> None:
        """Send that the sign-in was abandoned, unless it is settled within 30 minutes from now."""
        self._publish(
            "abandoned",
            reference_to,
            event_id=_id_of_abandoned(reference_to),
            seconds=ABANDONED_SECONDS,
        )

    def connected(self, reference_to: SignInReference, *, grant_id: str, reconnected: bool) -> None:
        """Send that the account is connected, which settles the sign-in.

        :param reconnected: whether the grant was there before.
        """
        if self._sender:
            self._outbox.drop(_id_of_abandoned(reference_to))
        self._publish("connected", reference_to, grant_id=grant_id, reconnected=reconnected)

    def failed(self, reference_to: SignInReference, *, reason: str) -> None:
        """Send that a try failed; the person may try again.

        :param reason: kind of the problem, like "wrong_password".
        """
        self._publish("failed", reference_to, reason=reason)

    def abandoned(self, reference_to: SignInReference) -> None:
        """Send that the person gave up, which settles the sign-in."""
        self._publish("abandoned", reference_to, event_id=_id_of_abandoned(reference_to))

    def _publish(
        self,
        kind: str,
        reference_to: SignInReference,
        *,
        event_id: str = "",
        seconds: float = 0.0,
        **more: object,
    ) -> None:
        if self._sender is None:
            return
        event_id = event_id or secrets.token_urlsafe(16)
        content = {
            "id": event_id,
            "type": f"sign_in.{kind}",
            "sign_in": reference_to.sign_in,
            "state": reference_to.state,
            "provider": reference_to.provider,
            **more,
            **({"email": reference_to.email} if self._with_email else {}),
        }
        event = WebhookEvent(content=content, until=time.time() + seconds + _TRIED_SECONDS)
        # A stranger can cause the others; they must not take the room of what counts most.
        minor = kind != "connected"
        self._outbox.put(event_id, event.pack(), seconds=seconds, minor=minor)
        self._sender.wake()


def _id_of_abandoned(reference_to: SignInReference) -> str:
    # Made of the sign-in's, so that there is one at most and it can be found to be dropped.
    return f"{reference_to.sign_in}-abandoned"

"""What has to be told to the app, and when."""

import secrets
import time

from signin.notices.notice import About, Notice
from signin.notices.sender import Sender
from signin.store import Outbox, Store
from signin.upstream import Upstream

ABANDONED_SECONDS = 30 * 60.0
_TRIED_SECONDS = 24 * 60 * 60.0


class Notices:
    """Tells the app's server how sign-ins go, at least once each.

    Nothing here waits for anybody: delivery is the business of threads of its own. What is told
    may arrive twice, and in any order.

    :param upstream: the way to the app.
    :param url: where the app takes notices; "" when it wants none, and then nothing is done.
    :param secret: signs them.
    :param with_email: tell the person's address, too; else it is not even kept.
    """

    def __init__(
        self, store: Store, upstream: Upstream, *, url: str, secret: str, with_email: bool
    ) -> None:
        self._outbox = Outbox(store)
        self._sender = Sender(self._outbox, upstream, url=url, secret=secret) if url else None
        self._with_email = with_email

    def start(self) -> None:
        """Deliver what earlier processes left; else that begins with the first notice."""
        if self._sender:
            self._sender.wake()

    def close(self) -> None:
        """Stop delivering, once what is under way has an end."""
        if self._sender:
            self._sender.close()

    def expect(self, about: About) -> None:
        """Tell that the sign-in was abandoned, unless it is settled within 30 minutes from now."""
        self._tell("abandoned", about, notice_id=_id_of_abandoned(about), seconds=ABANDONED_SECONDS)

    def connected(self, about: About, *, grant_id: str, reconnected: bool) -> None:
        """Tell that the account is connected, which settles the sign-in.

        :param reconnected: whether the grant was there before.
        """
        if self._sender:
            self._outbox.drop(_id_of_abandoned(about))
        self._tell("connected", about, grant_id=grant_id, reconnected=reconnected)

    def failed(self, about: About, *, reason: str) -> None:
        """Tell that a try failed; the person may try again.

        :param reason: kind of the problem, like "wrong_password".
        """
        self._tell("failed", about, reason=reason)

    def abandoned(self, about: About) -> None:
        """Tell that the person gave up, which settles the sign-in."""
        self._tell("abandoned", about, notice_id=_id_of_abandoned(about))

    def _tell(
        self, kind: str, about: About, *, notice_id: str = "", seconds: float = 0.0, **more: object
    ) -> None:
        if self._sender is None:
            return
        notice_id = notice_id or secrets.token_urlsafe(16)
        told = {
            "id": notice_id,
            "type": f"sign_in.{kind}",
            "sign_in": about.sign_in,
            "state": about.state,
            "provider": about.provider,
            **more,
            **({"email": about.email} if self._with_email else {}),
        }
        notice = Notice(told=told, until=time.time() + seconds + _TRIED_SECONDS)
        self._outbox.put(notice_id, notice.pack(), seconds=seconds)
        self._sender.wake()


def _id_of_abandoned(about: About) -> str:
    # Made of the sign-in's, so that there is one at most and it can be found to be dropped.
    return f"{about.sign_in}-abandoned"

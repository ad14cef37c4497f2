"""The content of a webhook about a sign-in, and the signature that proves its origin."""

import dataclasses
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Self

SIGNATURE = "X-Latchkey-Signature"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SignInReference:
    """The sign-in that an event is about.

    :ivar sign_in: random id of it, no secret.
    :ivar state: the app's own, "" when it gave none.
    :ivar provider: key of the provider.
    :ivar email: address of the user; sent only with ``RESULT_WEBHOOK_EMAIL``.
    """

    sign_in: str
    state: str
    provider: str
    email: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class WebhookEvent:
    """One webhook event that waits for delivery.

    :ivar content: of the body, without the time.
    :ivar until: Unix time at which trying ends.
    :ivar tries: how often it was tried in vain.
    """

    content: Mapping[str, Any]
    until: float
    tries: int = 0

    def pack(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return dataclasses.asdict(self)

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Self:
        """Return what ``pack`` made, also that of an earlier version, which said ``told``."""
        kept = dict(packed)
        content = kept.pop("told", None) or kept.pop("content")
        return cls(content=content, **kept)


def sign(event: WebhookEvent, secret: str) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a request made now.

    The signature is made as Nylas makes ``x-nylas-signature`` (Nylas docs on webhooks), so one
    function checks both. It covers the time, so that a repeated old request is noticed.
    """
    body = json.dumps({**event.content, "time": int(time.time())}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return body, {"Content-Type": "application/json", SIGNATURE: signature}

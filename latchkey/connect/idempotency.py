"""Idempotency: one submission for each form that was sent, however often it arrives.

A sign-in may take two minutes and must not be repeated by us: mail providers lock accounts. So a
second click, or a reload, of the same form gets the outcome of the first one, also from another
process when they share a Redis. What is kept for that is a fingerprint of the submission (the
idempotency key) and the sealed outcome, both for two minutes; credentials are not kept. The
fingerprint is keyed with a secret of the server, so that fingerprints give no passwords away.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

from latchkey.connect.heartbeat import Listener, heartbeat
from latchkey.connect.outcome import Failed, Outcome, outcome_from_json, outcome_to_json
from latchkey.connect.pacing import PATIENCE_SECONDS
from latchkey.infra.codec import UnknownShape
from latchkey.infra.sealing import SealBroken, Sealer
from latchkey.infra.single_flight import SingleFlight
from latchkey.infra.store import Store
from latchkey.nylas import GRANT_SECONDS
from latchkey.problems.nylas import NYLAS_DOWN, OUTCOME_UNKNOWN

_REMEMBERED_SECONDS = 120
# Waiting in line, the sign-in itself; and looking up whose it is, before and after, with a code the
# provider's calls, too.
LONGEST_SECONDS = PATIENCE_SECONDS + GRANT_SECONDS + 100
_LOOK_SECONDS = 0.25
_BROKE_OFF = Failed(problem=NYLAS_DOWN, detail="submission broke off")
_UNKNOWN = Failed(problem=OUTCOME_UNKNOWN, detail="outcome of the first submission unknown")


@dataclass(frozen=True, kw_only=True)
class Submission:
    """All that makes a submission differ from every other one.

    Each part has a place of its own, so that no field of a form can replace another part.

    :ivar sign_in: id of the sign-in.
    :ivar salt: random, known to the user's own cookie only.
    :ivar address: the mailbox that the sign-in is about, "" when unknown.
    :ivar link: id of the signed link, "" without one.
    :ivar form: the fields of the form that the page knows, or what the provider sent back.
    """

    sign_in: str
    salt: str = field(repr=False)
    provider: str
    address: str
    link: str
    form: Mapping[str, str] = field(repr=False)


class IdempotentSubmissions:
    """Remembers submissions: those under way in this process, and the outcomes that all share.

    :param sealer: for this purpose alone.
    :param secret: keys the fingerprints; the same in all processes.
    """

    def __init__(self, store: Store, sealer: Sealer, *, secret: str) -> None:
        self._store = store
        self._sealer = sealer
        self._secret = secret.encode()
        self._single_flight: SingleFlight[Outcome] = SingleFlight()

    def key(self, submission: Submission) -> str:
        """Return the idempotency key of ``submission``."""
        content = json.dumps(asdict(submission), sort_keys=True).encode()
        digest = hmac.digest(self._secret, b"submission:" + content, hashlib.sha256)
        return f"submission:{digest.hex()}"

    def replay(self, key: str) -> Outcome | None:
        """Return the outcome of an earlier submission of this key, None when there was none.

        One that is under way, in any process, is waited for. A submission of this very moment may
        not be known everywhere yet, so an unknown one is looked for twice.
        """
        if self._store.get(key) is None:
            time.sleep(_LOOK_SECONDS)
        return None if self._store.get(key) is None else self._sent_before(key)

    def once(self, key: str, send: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of ``send``, which is called unless it was before for this key."""
        broken: list[BaseException] = []

        def lead() -> Outcome:
            try:
                return self._once_anywhere(key, send)
            except BaseException as error:
                # For the caller that sends; those who wait for it get an outcome.
                broken.append(error)
                return _BROKE_OFF

        outcome = self._single_flight.run(key, lead, max_wait=LONGEST_SECONDS)
        if broken:
            # Taken out: the error and this frame would hold on to each other, and to the form.
            raise broken.pop()
        return outcome or _UNKNOWN

    def _once_anywhere(self, key: str, send: Callable[[], Outcome]) -> Outcome:
        if not self._store.add(key, "", seconds=LONGEST_SECONDS):
            return self._sent_before(key)
        outcome: Outcome = _BROKE_OFF
        try:
            with heartbeat(self._store, key):
                outcome = send()
        finally:
            sealed = self._sealer.seal(outcome_to_json(outcome))
            self._store.put(key, sealed, seconds=_REMEMBERED_SECONDS)
        return outcome

    def _sent_before(self, key: str) -> Outcome:
        """The outcome of what was sent already, here or by another process that is still at it."""
        sender = Listener(self._store, key)
        until = time.monotonic() + LONGEST_SECONDS
        while (sealed := self._store.get(key)) is not None and time.monotonic() < until:
            if sealed:
                try:
                    opened = self._sealer.open(sealed, max_age=_REMEMBERED_SECONDS)
                    return outcome_from_json(opened)
                except (SealBroken, UnknownShape):
                    break
            elif not sender.hears():
                # It was killed. What it sent may count, so nothing is sent again yet.
                break
            time.sleep(_LOOK_SECONDS)
        return _UNKNOWN

"""Rate limits (throttling): named rules of sliding windows, counted under keyed hashes.

What is counted (addresses of mailboxes and of clients) is personal data, so the store only ever
sees an HMAC of it under a key of our own: without that key no address can be looked up in Redis.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from latchkey.infra.store import Charge, Mode, Store, Window

__all__ = ["Hit", "Limiter", "Mode", "Rules", "Use", "Window"]

# By the name of the rule; a rule that is not in here does not limit.
Rules = Mapping[str, Sequence[Window]]
_KEY_BYTES = 15


@dataclass(frozen=True, kw_only=True)
class Use:
    """One rule that a request uses.

    :ivar subject: whose counter it is: a client, a mailbox; hashed before it is stored.
    :ivar part: as in ``Charge``.
    :ivar times: how many times the rule's room this subject has.
    """

    rule: str
    subject: str
    mode: Mode = Mode.TAKE
    part: int = 0
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A limit was reached.

    :ivar rule: its name.
    :ivar wait: seconds until the next request may come.
    """

    rule: str
    wait: float


class Limiter:
    """Counts requests against the rules.

    :param rules: empty switches every limit off.
    :param secret_key: the operator's; the key of the hashes is derived from it.
    """

    def __init__(self, store: Store, rules: Rules, *, secret_key: str) -> None:
        self._store = store
        self._rules = rules
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"limits")
        self._key = derive.derive(secret_key.encode())

    @property
    def active(self) -> bool:
        """Tell whether anything is limited at all."""
        return bool(self._rules)

    def try_all(self, *uses: Use) -> Hit | None:
        """Count all of them if all have room, else count nothing and return the longest wait."""
        known = [use for use in uses if use.rule in self._rules]
        if not known:
            return None
        waits = self._store.pass_all([self._charge(use) for use in known])
        wait, rule = max(zip(waits, (use.rule for use in known), strict=True))
        return Hit(rule=rule, wait=wait) if wait > 0 else None

    def number(self, rule: str, subject: str) -> int:
        """Return how often ``subject`` used the rule within its longest window."""
        if rule not in self._rules:
            return 0
        return self._store.number(self._charge(Use(rule=rule, subject=subject)))

    def fingerprint(self, subject: str) -> str:
        """Return a keyed hash of ``subject``."""
        content = subject.encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, content, hashlib.sha256)[:_KEY_BYTES].hex()

    def _charge(self, use: Use) -> Charge:
        windows = self._rules[use.rule]
        return Charge(
            key=f"{use.rule}:{self.fingerprint(f'{use.rule} {use.subject}')}",
            windows=[Window(limit * use.times, seconds) for limit, seconds in windows],
            rule=use.rule,
            mode=use.mode,
            part=use.part,
        )

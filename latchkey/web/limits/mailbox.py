"""Which mailboxes a try is about, each in one spelling."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from latchkey.providers.same_mailbox import canonical_mailbox


def mailboxes_of(email: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every mailbox whose password would be tried, in one spelling each.

    The login name is what the mail server looks at, whatever address was typed.

    :param settings: as sent to Nylas.
    """
    domain = email.rpartition("@")[2]
    names = [str(value) for key, value in settings.items() if key.endswith("username") and value]
    logins = (name if "@" in name else f"{name}@{domain}" for name in names)
    return tuple(dict.fromkeys(counted_mailbox(address) for address in (email, *logins)))


def counted_mailbox(address: str) -> str:
    """Return one spelling for all that may lead to the same mailbox.

    Wider than ``canonical_mailbox``: what follows a plus sign is left out for every provider. If
    that puts two mailboxes together, they merely share a counter.
    """
    folded = unicodedata.normalize("NFKC", address).strip().casefold().rstrip(".")
    local, _, domain = (canonical_mailbox(folded) or folded).rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"

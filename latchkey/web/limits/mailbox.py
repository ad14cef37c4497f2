"""Which mailboxes a try is about, each in one spelling."""

from collections.abc import Mapping
from typing import Any

from latchkey.providers.same_mailbox import counted_mailbox


def mailboxes_of(email: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every mailbox whose password would be tried, in one spelling each.

    The login name is what the mail server looks at, whatever address was typed.

    :param settings: as sent to Nylas.
    """
    domain = email.rpartition("@")[2]
    names = [str(value) for key, value in settings.items() if key.endswith("username") and value]
    logins = (name if "@" in name else f"{name}@{domain}" for name in names)
    return tuple(dict.fromkeys(counted_mailbox(address) for address in (email, *logins)))

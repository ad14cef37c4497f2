"""What a mailbox is called in the log: a keyed hash of its address, as ``flask who`` prints it.

The log alone gives no address away, and none can be tried on it: the key comes from ``SECRET_KEY``.
"""

from latchkey.infra.limits import Limiter
from latchkey.providers.same_mailbox import counted_mailbox
from latchkey.web.services import Services, get_services


def mailbox_in_log(email: str) -> str:
    """Return the name of the address's mailbox, "" for no address."""
    return _name(get_services().limiter, email) if email else ""


def names_in_log(services: Services, email: str) -> tuple[str, ...]:
    """Return its names under all secret keys, the newest first; older lines have former ones."""
    keys = services.settings.secret_keys
    return tuple(_name(Limiter(services.store, {}, secret_key=key), email) for key in keys)


def _name(limiter: Limiter, email: str) -> str:
    return limiter.fingerprint(f"log {counted_mailbox(email)}")

"""Which mailboxes a try is about, each in one spelling."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from latchkey.providers.mailhosts import is_private_name, registrable_domain
from latchkey.providers.same_mailbox import counted_mailbox

# Exchange takes a name with its domain in several spellings: CORP\anna, CORP/anna.
_DOMAIN_BEFORE = re.compile(r".*[\\/]", re.DOTALL)
# Some mail servers take these for the @ of a login name, and a plus sign.
_INSTEAD_OF_AT = re.compile(r"([^%:/]+)[%:/]([^%:/\\]+\.[^%:/\\]+)")


def mailboxes_of(email: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return every mailbox whose password would be tried, in one spelling each.

    :param settings: as sent to Nylas.
    """
    names = names_of(email, settings)
    return tuple(dict.fromkeys(counted_mailbox(address) for address in names))


def names_of(email: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of these mailboxes as they were typed.

    The login name is what the mail server looks at, whatever address was typed. A name that is no
    public address means a mailbox of that server, and of the address's domain.
    """
    logins = _sent(settings, "username")
    return (email, *(found for name in logins for found in _logins(name, email, settings)))


def _logins(name: str, email: str, settings: Mapping[str, Any]) -> Iterator[str]:
    before, _, domain = name.rpartition("@")
    if before and not is_private_name(domain.lower()):
        yield name
        return
    if other := _INSTEAD_OF_AT.fullmatch(name):
        yield "@".join(other.groups())
    short = _DOMAIN_BEFORE.sub("", before or name)
    yield f"{short}@{email.rpartition('@')[2]}"
    for host in _sent(settings, "host"):
        yield f"{short}@{registrable_domain(host) or host}"


def _sent(settings: Mapping[str, Any], ending: str) -> list[str]:
    return [str(value) for key, value in settings.items() if key.endswith(ending) and value]

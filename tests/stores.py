"""Stores of one installation, as its processes have them."""

from latchkey.infra.store import Store, Vault
from tests.conftest import SECRET

VAULT = Vault([SECRET], application="of the tests")


def store_at(url: str = "") -> Store:
    """The store of a process whose Redis is at ``url``, "" for none."""
    return Store(url, vault=VAULT)

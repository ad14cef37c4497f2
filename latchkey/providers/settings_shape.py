"""What Nylas's ``settings`` of a provider hold, read off its entry by filling in its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from latchkey.providers.model import Field, Provider

_ADDRESS = "someone@example.com"
_PORT = 993


@dataclass(frozen=True, kw_only=True)
class SettingsShape:
    """The keys of ``settings`` and their types.

    :ivar required: those that are there however little is typed.
    :ivar optional: those that come of fields that may be left empty.
    :ivar account: the key that says whose mailbox it is.
    :ivar secret: the key of the password.
    :ivar takes_scope: whether a scope is sent beside them.
    """

    required: Mapping[str, type]
    optional: Mapping[str, type]
    account: str
    secret: str
    takes_scope: bool


def settings_shape(provider: Provider) -> SettingsShape:
    """Return the shape for a provider that takes a password."""
    least = provider.settings(_ADDRESS, _filled_in(provider.fields, required_only=True))
    everything = provider.settings(_ADDRESS, _filled_in(provider.fields, required_only=False))
    logins = {_ADDRESS, *(field.name for field in provider.fields if field.kind == "login")}
    (password,) = (field.name for field in provider.fields if _is_password(field))
    return SettingsShape(
        required={key: type(value) for key, value in least.items()},
        optional={key: type(value) for key, value in everything.items() if key not in least},
        account=next(key for key, value in least.items() if value in logins),
        secret=next(key for key, value in least.items() if value == password),
        takes_scope=bool(provider.scope),
    )


def _is_password(field: Field) -> bool:
    return field.kind == "password" and field.required


def _filled_in(fields: tuple[Field, ...], *, required_only: bool) -> dict[str, Any]:
    """Values that say which field they are of."""
    return {
        field.name: _PORT if field.kind == "port" else field.name
        for field in fields
        if field.required or not required_only
    }

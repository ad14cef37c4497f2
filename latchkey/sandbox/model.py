"""A test address, and the answer that it gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from latchkey.sandbox.mail_servers import Until

Call = Literal["connect", "detect", "token"]
GrantMade = Literal["none", "usual", "other-address", "no-address"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row of the table: the answer for addresses whose local part is ``name``.

    ``status`` None breaks the connection instead of answering. ``error`` goes into the error
    envelope; without it, ``text`` is sent as it is. ``slow`` waits first. ``grant`` says which
    grant is made, ``short`` that the answer names few of its fields. ``until`` is the change of
    login or servers with which the account is connected instead.
    """

    name: str
    shows: str
    call: Call = "connect"
    status: int | None
    error: Mapping[str, object] | None = None
    text: str = ""
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    with_request_id: bool = True
    slow: bool = False
    short: bool = False
    until: Until = ""
    grant: GrantMade = "none"


def refusal(
    name: str,
    shows: str,
    status: int,
    error_type: str,
    message: str,
    *,
    until: Until = "",
    **more: object,
) -> Outcome:
    """Return a row whose answer is an error in Nylas's envelope.

    :param more: further members of the error.
    """
    error = {"type": error_type, "message": message, **more}
    return Outcome(name=name, shows=shows, status=status, error=error, until=until)

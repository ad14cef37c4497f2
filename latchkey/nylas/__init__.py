"""The few calls to Nylas that a sign-in needs, typed in and out; raises only ``UpstreamError``.

Everything here is documented by Nylas (API reference of v3: providers/detect, connectors,
applications, connect/custom, connect/token, grants), but no live answer was ever seen, so answers
are read with suspicion: only the fields used here are looked at, and only when they have the right
type.

nylas/
├── records  what Nylas knows of things
├── calls    one call, with the key and the envelope
├── answers  reads answers and refusals
├── grants   the calls about grants: create, look up, delete
├── tokens   the calls about tokens
└── client   the calls about the application, and all of them together
"""

from latchkey.nylas.client import DETECT_SECONDS, NylasClient
from latchkey.nylas.grants import GRANT_SECONDS, LOOKUP_SECONDS
from latchkey.nylas.records import Application, Connector, Detection, Grant, TokenAnswer

__all__ = [
    "DETECT_SECONDS",
    "GRANT_SECONDS",
    "LOOKUP_SECONDS",
    "Application",
    "Connector",
    "Detection",
    "Grant",
    "NylasClient",
    "TokenAnswer",
]

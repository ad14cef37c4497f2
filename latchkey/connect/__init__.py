"""Sends credentials to Nylas once, at the pace Nylas takes them, and finds out how it ended.

submission/
├── outcome     how a sign-in ended
├── gate        how many sign-ins may be on their way to Nylas
├── connecting  from credentials to an outcome
└── once        one submission for each form, however often it arrives
"""

from latchkey.connect.connecting import connect
from latchkey.connect.idempotency import IdempotentSubmissions
from latchkey.connect.outcome import Connected, Failed, Outcome, report
from latchkey.connect.pacing import Overloaded, Pacer
from latchkey.connect.party import ANYONE, Party

__all__ = [
    "ANYONE",
    "Connected",
    "Failed",
    "IdempotentSubmissions",
    "Outcome",
    "Overloaded",
    "Pacer",
    "Party",
    "connect",
    "report",
]

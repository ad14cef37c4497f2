"""Sends credentials to Nylas once, at the pace Nylas takes them, and finds out how it ended.

submission/
├── outcome     how a sign-in ended
├── gate        how many sign-ins may be on their way to Nylas
├── connecting  from credentials to an outcome
└── once        one submission for each form, however often it arrives
"""

from signin.submission.connecting import connect
from signin.submission.gate import Busy, Gate
from signin.submission.once import Submissions
from signin.submission.outcome import Connected, Failed, Outcome, report

__all__ = [
    "Busy",
    "Connected",
    "Failed",
    "Gate",
    "Outcome",
    "Submissions",
    "connect",
    "report",
]

"""The core act: credentials go to Nylas once, at the pace Nylas takes them, and are compared.

connect/
├── attempt       who tries to connect a mailbox, and with what
├── submit        the two service calls: with a password, and with an authorization code
├── idempotency   one submission for each form, however often it arrives
├── heartbeat     says that the process which sends a submission still runs
├── pacing        how many sign-ins are sent to Nylas a second, and at once
├── party         for whom a sign-in goes to Nylas, for a fair share
├── connecting    one call to Nylas, and a second look when no answer came
├── grant_state   what the grant of a call is recognised by
├── verification  the grant that came back is the mailbox that was asked for
├── outcome       how a sign-in ended
└── oauth/        the authorization code flow with the company's own client
"""

from latchkey.connect.attempt import Attempt, Credentials, Guard, Send
from latchkey.connect.grant_state import GrantStates
from latchkey.connect.idempotency import IdempotentSubmissions
from latchkey.connect.outcome import Connected, Failed, Outcome, report
from latchkey.connect.pacing import Overloaded, Pacer
from latchkey.connect.party import ANYONE, Party
from latchkey.connect.submit import Submissions

__all__ = [
    "ANYONE",
    "Attempt",
    "Connected",
    "Credentials",
    "Failed",
    "GrantStates",
    "Guard",
    "IdempotentSubmissions",
    "Outcome",
    "Overloaded",
    "Pacer",
    "Party",
    "Send",
    "Submissions",
    "report",
]

"""A small Nylas inside the process, so the sign-in page can be tried and tested without an account.

factory            one application: key, request ids, errors in the envelope
  ├─ detect        which provider serves a domain, at most 20 times a minute
  ├─ connect       one login, one outcome, perhaps one grant
  │    ├─ payload  reads the request strictly; shapes says what each provider's settings hold
  │    └─ mailbox  really signs in, on loopback
  ├─ access        access tokens for grants; needs no key in a header
  ├─ records       connectors, application, grants
  ├─ mail_records  DNS of company domains
  ├─ oauth         the providers' own pages and tokens; texts says their sentences
  └─ answers (envelopes) · outcomes (test addresses) · state · expiring_store · catalogue
     (connectors)
"""

from latchkey.sandbox.factory import SANDBOX_KEY, create_sandbox, set_page_texts
from latchkey.sandbox.mail_records import COMPANIES, SandboxMailRecords
from latchkey.sandbox.model import Outcome
from latchkey.sandbox.outcomes import OUTCOMES, find_outcome
from latchkey.sandbox.shapes import SHAPES, Shape
from latchkey.sandbox.texts import SandboxTexts

__all__ = [
    "COMPANIES",
    "OUTCOMES",
    "SANDBOX_KEY",
    "SHAPES",
    "Outcome",
    "SandboxMailRecords",
    "SandboxTexts",
    "Shape",
    "create_sandbox",
    "find_outcome",
    "set_page_texts",
]

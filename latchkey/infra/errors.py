"""What can go wrong in a call to a server that is not ours.

* UpstreamError
  x NotSent: nothing left this machine, so a retry is safe
  x OutcomeUnknown: the request left, but no answer came that says how it ended
  x BadAnswer: an answer came that no documented endpoint gives

``latchkey.nylas.errors`` and ``latchkey.problems.oauth_codes`` add what Nylas and OAuth providers
refuse.
"""


class UpstreamError(Exception):
    """A call did not bring what was asked for. Its text never holds what was sent.

    :ivar request_id: the server's own id of the request, "" when there is none.
    """

    request_id = ""


class NotSent(UpstreamError):
    """No connection: nothing was sent, so the call may be repeated."""


class OutcomeUnknown(UpstreamError):
    """The request was sent; a time limit or a broken connection hides how it ended."""


class BadAnswer(UpstreamError):
    """Not a documented answer: HTML, a redirect, cut JSON, too large, compressed unasked."""

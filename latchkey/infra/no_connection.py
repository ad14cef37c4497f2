"""Why there was no connection, in words with which an operator can mend it."""

import errno
import socket
import ssl

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "host cannot be reached",
    errno.ENETUNREACH: "network cannot be reached",
    errno.ETIMEDOUT: "no answer in time",
}


def why_no_connection(error: BaseException) -> str:
    """Return the reason in ``error`` or below it; the error's own text may hold anything."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate refused: {cause.verify_message}"
        if isinstance(cause, socket.gaierror):
            return "host name not found"
        if isinstance(cause, OSError) and cause.errno in _WORDS:
            return _WORDS[cause.errno]
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__

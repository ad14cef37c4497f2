"""The head of each answer, as the server itself writes it."""

from gunicorn.http import wsgi


class Answer(wsgi.Response):  # type: ignore[misc]
    """An answer that names no server, and does not say what HTTP/1.1 takes for granted.

    Its connections stay open unless an answer says otherwise (RFC 9112, 9.3).
    """

    def default_headers(self) -> list[str]:
        """Return the status line, the date, and what happens to the connection."""
        needless = ["Server:"]
        if self.req.version >= (1, 1):
            needless.append("Connection: keep-alive")
        return [line for line in super().default_headers() if not line.startswith(tuple(needless))]

"""Notices what no page may ever do: break its policy, complain, or ask anybody else."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.effectiveDirective, event.blockedURI));
"""
# Chromium says this of every page with a status of 400 or more, which is how errors are shown.
_PAGE_WITH_ERROR = "Failed to load resource: the server responded with a status of"
# And this of a request while a test has taken the network away.
_OFFLINE = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"


class Watch:
    """What pages did wrong.

    :ivar seen: a sentence for each time.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._pages: set[str] = set()

    def over(self, context: BrowserContext, *origins: str) -> None:
        """Watch all pages of ``context``, which may load from ``origins`` only."""
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("request", lambda request: self._request(request, origins))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))

    def _request(self, request: Request, origins: tuple[str, ...]) -> None:
        if request.is_navigation_request():
            self._pages.add(request.url)
        if not request.url.startswith(tuple(f"{origin}/" for origin in origins)):
            self.seen.append(f"request to {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        expected = message.location["url"] in self._pages
        if message.type in ("error", "warning") and not (
            expected and message.text.startswith((_PAGE_WITH_ERROR, _OFFLINE))
        ):
            self.seen.append(f"{message.type}: {message.text}")

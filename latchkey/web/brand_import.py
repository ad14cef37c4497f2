"""Keeps the brands up to date with the look that the Nylas application has.

The server asks when a process starts and then from time to time, beside the pages: no page waits
for it. When a page of another process links to a file that this one does not have yet, it asks at
once. What cannot be had now is left as it was before; what the brand file says is never changed.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from urllib.parse import urlsplit

from latchkey.infra import logs
from latchkey.infra.errors import UpstreamError
from latchkey.infra.http import HttpClient
from latchkey.infra.upstream_call import UpstreamCall
from latchkey.nylas import NylasClient
from latchkey.web.branding import Brands
from latchkey.web.branding.imported import SOURCE, Imported, imported
from latchkey.web.branding.pictures import Picture, sniffed_picture
from latchkey.web.branding.values import https

START_SECONDS = 1.0
_REFRESH_SECONDS = 60 * 60.0
_AFTER_FAILURE_SECONDS = 60.0
_PICTURE_SECONDS = 10.0
# Strangers may ask for files that there are not.
_CATCH_UP_SECONDS = 10.0
_PICTURE = UpstreamCall("brand_picture")
_ACCEPT = "image/svg+xml,image/png,image/jpeg,image/webp"


class BrandImport:
    """Asks Nylas for the application's look, and gives it to the brands.

    :param make_http: for the pictures, which may be anywhere on the open network; most starts need
        none, and it reads the certificates of all authorities.
    :param language: that of the texts.
    """

    def __init__(
        self,
        nylas: NylasClient,
        make_http: Callable[[], HttpClient],
        brands: Brands,
        *,
        language: str,
    ) -> None:
        self._nylas = nylas
        self._make_http = make_http
        self._brands = brands
        self._language = language
        self._pictures: Mapping[str, Picture] = {}
        self._shown: Imported | None = None
        self._lock = threading.Lock()
        self._asked_at = -_CATCH_UP_SECONDS

    @cached_property
    def _http(self) -> HttpClient:
        return self._make_http()

    def start(self) -> None:
        """Ask now and from time to time; return after a second at most."""
        first = threading.Event()
        threading.Thread(target=self._run, args=(first,), name="brand", daemon=True).start()
        first.wait(START_SECONDS)

    def catch_up(self) -> None:
        """Ask unless that was done a moment ago; other callers wait for the answer."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _CATCH_UP_SECONDS:
                self._refresh_or_log()

    def left_out(self, look: Mapping[str, str]) -> tuple[str, ...]:
        """Return a sentence for each value of Nylas that cannot be used.

        :param look: of the application; taken when no look was taken yet.
        """
        shown = self._shown or self._take(look)
        return shown.left_out

    def refresh(self) -> Imported:
        """Ask once, and show what is new.

        :raises UpstreamError: Nylas does not answer; the brands are as before.
        """
        return self._take(self._nylas.application().look)

    def _take(self, look: Mapping[str, str]) -> Imported:
        pictures: dict[str, Picture] = {}

        def fetch(url: str) -> Picture:
            pictures[url] = picture = self._fetch(url)
            return picture

        found = imported(look, fetch, language=self._language)
        self._pictures = pictures
        if found != self._shown:
            self._brands.complete(found.values, source=SOURCE)
            self._shown = found
            for sentence in found.left_out:
                logs.event("brand_import", level=logging.WARNING, detail=sentence)
        return found

    def _run(self, first: threading.Event) -> None:
        pause = threading.Event()
        while True:
            with self._lock:
                seconds = _REFRESH_SECONDS if self._refresh_or_log() else _AFTER_FAILURE_SECONDS
            first.set()
            pause.wait(seconds)

    def _refresh_or_log(self) -> bool:
        """Tell whether Nylas answered."""
        try:
            self.refresh()
        except UpstreamError as error:
            detail = f"{type(error).__name__}: {error}"
            logs.event("brand_import", level=logging.WARNING, detail=detail)
            return False
        finally:
            self._asked_at = time.monotonic()
        return True

    def _fetch(self, url: str) -> Picture:
        try:
            return self._fetched(https(url))
        except (UpstreamError, ValueError) as error:
            if url in self._pictures:
                return self._pictures[url]
            kind = f"{type(error).__name__}: " if isinstance(error, UpstreamError) else ""
            raise ValueError(f"cannot be used ({kind}{error})") from None

    def _fetched(self, url: str) -> Picture:
        if urlsplit(url).netloc != urlsplit(url).hostname:
            raise ValueError("must have neither port nor user")
        answer = self._http.send(
            "GET", url, call=_PICTURE, seconds=_PICTURE_SECONDS, headers={"Accept": _ACCEPT}
        )
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return sniffed_picture(answer.body)

"""Texts that browsers load beside the pages, made small and compressed once, at the start.

Which pages are compressed: ``latchkey/web/security/compression.py``.
"""

import gzip
import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass, field

from flask import Response, request

_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_BLANKS = re.compile(r"\s*([{};,])\s*|(:)\s+")
_JS_COMMENT_LINE = re.compile(r"^\s*//.*$", re.MULTILINE)
_INDENT = re.compile(r"\n\s*")


@dataclass(frozen=True)
class PreparedFile:
    """A text with its compressed form.

    :ivar content: the text as it is sent to clients that take no compression.
    :ivar mimetype: such as ``text/css``.
    :ivar digest: the SHA-256 of the content.
    :ivar zipped: the content in gzip, the same bytes in every process.
    """

    content: bytes
    mimetype: str
    digest: bytes = field(init=False)
    zipped: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.content).digest())
        object.__setattr__(self, "zipped", gzip.compress(self.content, 9, mtime=0))

    @property
    def version(self) -> str:
        """What an address carries so that it changes with the content."""
        return self.digest.hex()[:12]

    @property
    def integrity(self) -> str:
        """The value of ``integrity`` in a page (Subresource Integrity)."""
        return f"sha256-{b64encode(self.digest).decode()}"

    def response(self) -> Response:
        """Answer the request, compressed where the client takes gzip (RFC 9110, 12.5.3)."""
        zips = takes_gzip()
        response = Response(self.zipped if zips else self.content, mimetype=self.mimetype)
        if zips:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        # Two forms of one file are two entities (RFC 9110, 8.8.3.3).
        response.set_etag(f"{self.version}-gzip" if zips else self.version)
        response.make_conditional(request)
        # The server writes its own.
        response.headers.pop("Date", None)
        return response


def takes_gzip() -> bool:
    """Tell whether the client of this request takes gzip."""
    return request.accept_encodings.quality("gzip") > 0


def small_css(text: str) -> str:
    """Return a stylesheet of ours without comments and blanks that mean nothing."""
    return _CSS_BLANKS.sub(r"\1\2", _CSS_COMMENT.sub("", text)).strip()


def small_js(text: str) -> str:
    """Return a script of ours without lines that are comments, and without indents."""
    return _INDENT.sub("\n", _JS_COMMENT_LINE.sub("", text)).strip()

"""Parser of ``REDIS_URL``: what the Redis client would only find out, or misread, later.

The client itself cannot check it here: it loads ``ssl``, which the server must be able to replace
before. It also takes a database that is no number for the first one, without a word.
"""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

_NUMBER, _PATH, _ANSWER = "[0-9]{1,6}", "/.+", "(?i:true|false|yes|no)"
_OPTIONS = {"db": _NUMBER, "health_check_interval": _NUMBER}
_TLS_OPTIONS = {
    "ssl_ca_certs": _PATH,
    "ssl_ca_path": _PATH,
    "ssl_cert_reqs": "none|optional|required",
    "ssl_certfile": _PATH,
    "ssl_check_hostname": _ANSWER,
    "ssl_keyfile": _PATH,
}
_EXAMPLE = "must be an address like redis://host:6379/0"
_ESCAPES = "in a password, / is written %2F, # is %23, ? is %3F, @ is %40"


def redis_address(value: str) -> str:
    """Parse the address of a Redis: ``redis://``, ``rediss://`` (TLS) or ``unix://``."""
    if value.partition(":")[0].lower() not in ("redis", "rediss", "unix"):
        raise ValueError(_EXAMPLE)
    if re.search(r"[\s\x00-\x1f]", value):
        raise ValueError(f"{_EXAMPLE}, without blanks")
    try:
        parts = urlsplit(value)
    except ValueError:  # brackets that do not match
        raise ValueError(f"{_EXAMPLE} ({_ESCAPES})") from None
    if parts.fragment or "#" in value:
        raise ValueError(f"has a # in it: {_ESCAPES}")
    if parts.scheme == "unix":
        _check_socket(parts)
    else:
        _check_host(parts)
    _check_options(parts)
    return value


def _check_socket(parts: SplitResult) -> None:
    if not parts.path.startswith("/") or len(parts.path) < 2:
        raise ValueError("must be an address like unix:///run/redis.sock?db=0")


def _check_host(parts: SplitResult) -> None:
    try:
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:  # no number, or too large
        port_is_good = False
    if not port_is_good or parts.netloc.endswith(":"):
        raise ValueError(f"has a port that is no number from 1 to 65535 ({_ESCAPES})")
    if not parts.hostname or "@" in parts.path + parts.query:
        raise ValueError(f"names no host ({_ESCAPES})")
    if not re.fullmatch(r"/?|/[0-9]{1,6}", parts.path):
        raise ValueError(f"ends in a database that is no number ({_ESCAPES})")


def _check_options(parts: SplitResult) -> None:
    allowed = _OPTIONS | (_TLS_OPTIONS if parts.scheme == "rediss" else {})
    try:
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(f"has something behind its ? that is no option ({_ESCAPES})") from None
    for name, option in options:
        if name not in allowed:
            raise ValueError(f"has an option that is none of {' '.join(allowed)} ({_ESCAPES})")
        if not re.fullmatch(allowed[name], option):
            raise ValueError(f"has an option {name} of a wrong kind")

"""REDIS_URL is understood at the start, or refused in one line without its password."""

from urllib.parse import quote

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from app import create_app
from latchkey.infra.settings.redis_address import redis_address
from tests.conftest import make_settings
from tests.test_config import GOOD, problems

PASSWORD = "hunter2Zq7"

GOOD_ADDRESSES = [
    "redis://cache",
    "redis://cache/",
    "redis://cache:6379",
    "redis://cache.example.com:6379/15",
    f"redis://:{PASSWORD}@cache:6379/0",
    f"redis://user:{PASSWORD}@cache:6379/0",
    f"rediss://:p%2Fs%23%3F%40{PASSWORD}@cache:6379/0",
    "redis://[::1]:6379/0",
    "redis://cache:6379?db=3",
    "rediss://cache/0?ssl_cert_reqs=none",
    "rediss://cache/0?ssl_ca_certs=/etc/ca.pem&ssl_check_hostname=false",
    "unix:///run/redis.sock",
    f"unix://user:{PASSWORD}@/run/redis.sock?db=2",
]

BAD_ADDRESSES = {
    "a slash in the password": (f"redis://:pa/{PASSWORD}@cache:6379/0", "%2F"),
    "a slash behind digits": (f"redis://:12/{PASSWORD}@cache:6379/0", "%2F"),
    "a slash behind a user": (f"redis://user:12/{PASSWORD}@cache:6379/0", "%2F"),
    "a slash at its end": (f"redis://:{PASSWORD}/@cache:6379/0", "%2F"),
    "a hash sign": (f"redis://:pa#{PASSWORD}@cache:6379/0", "%23"),
    "a hash sign at its end": (f"redis://:{PASSWORD}#@cache:6379/0", "%23"),
    "a question mark": (f"redis://:pa?{PASSWORD}@cache:6379/0", "%3F"),
    "a bracket": (f"redis://:[{PASSWORD}@cache:6379/0", "redis://host:6379/0"),
    "a blank": (f"redis://:pa {PASSWORD}@cache:6379/0", "without blanks"),
    "a port that is a word": (f"redis://:{PASSWORD}@cache:port/0", "port that is no number"),
    "a port that is too large": (f"redis://:{PASSWORD}@cache:65536/0", "port that is no number"),
    "port 0": (f"redis://:{PASSWORD}@cache:0/0", "port that is no number"),
    "no port behind its colon": (f"redis://:{PASSWORD}@cache:/0", "port that is no number"),
    "a database that is a word": (f"redis://:{PASSWORD}@cache:6379/main", "database that is no"),
    "a database below 0": (f"redis://:{PASSWORD}@cache:6379/-1", "database that is no"),
    "two databases": (f"redis://:{PASSWORD}@cache:6379/0/1", "database that is no"),
    "a database option": (f"redis://:{PASSWORD}@cache:6379?db=a", "option db of a wrong kind"),
    "an unknown option": (f"redis://:{PASSWORD}@cache:6379/0?foo={PASSWORD}", "none of db"),
    "TLS without TLS": (f"redis://:{PASSWORD}@cache/0?ssl_cert_reqs=none", "none of db"),
    "an odd option": (f"rediss://:{PASSWORD}@cache/0?ssl_cert_reqs={PASSWORD}", "of a wrong kind"),
    "no option": (f"redis://cache/0?{PASSWORD}", "that is no option"),
    "no host": (f"redis://:{PASSWORD}@/0", "names no host"),
    "no socket": ("unix://", "unix:///run/redis.sock"),
    "another kind": (f"http://:{PASSWORD}@cache:6379/0", "redis://host:6379/0"),
    "no kind": (f"cache:6379/{PASSWORD}", "redis://host:6379/0"),
    "one word": (PASSWORD, "redis://host:6379/0"),
}


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_what_the_client_understands_is_taken(address: str) -> None:
    app = create_app(make_settings(REDIS_URL=address))
    assert app.extensions["services"].store.shared


@pytest.mark.parametrize(("address", "reason"), BAD_ADDRESSES.values(), ids=BAD_ADDRESSES)
def test_the_rest_is_refused_in_one_line_that_does_not_show_it(address: str, reason: str) -> None:
    text = problems(**GOOD, REDIS_URL=address)
    (line,) = [line for line in text.splitlines() if "REDIS_URL" in line]
    assert reason in line
    assert PASSWORD not in text
    assert "cache" not in text


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_any_password_works_when_it_is_written_as_the_line_says(password: str) -> None:
    address = f"redis://:{quote(password, safe='')}@cache:6379/3"
    pool = redis.ConnectionPool.from_url(redis_address(address))
    known = pool.connection_kwargs
    assert (known["password"], known["host"], known["db"]) == (password, "cache", 3)


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_what_is_taken_the_client_can_use(text: str) -> None:
    for address in (f"redis://{text}", f"redis://:{text}@cache:6379/0", f"rediss://cache/{text}"):
        try:
            redis_address(address)
        except ValueError:
            continue
        redis.ConnectionPool.from_url(address).make_connection()

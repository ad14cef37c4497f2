import time

import pytest

from latchkey.apps import ReturnAddresses, return_addresses
from latchkey.infra import cached_answer
from latchkey.infra.errors import UpstreamError
from latchkey.infra.store import Store
from latchkey.nylas import Application
from tests.conftest import KEY, make_settings
from tests.latchkey.answering import Nylas

ALLOWED = "https://app.example.com/callback"
OF_NYLAS = "https://other.example.com/back?from=nylas"

# What has been tried elsewhere to be let through as "https://app.example.com/callback".
ATTACKS = {
    "a user before another host": "https://app.example.com@evil.example/callback",
    "a user and a port before another host": "https://app.example.com:443@evil.example/callback",
    "a user before the host": "https://evil@app.example.com/callback",
    "an empty user before the host": "https://@app.example.com/callback",
    "a backslash before the host": "https://evil.example\\@app.example.com/callback",
    "a backslash after the host": "https://app.example.com\\.evil.example/callback",
    "backslashes instead of slashes": "https:\\\\app.example.com\\callback",
    "capitals in the scheme": "HTTPS://app.example.com/callback",
    "capitals in the host": "https://APP.example.com/callback",
    "capitals in the path": "https://app.example.com/Callback",
    "the usual port": "https://app.example.com:443/callback",
    "no port": "https://app.example.com:/callback",
    "another port": "https://app.example.com:8443/callback",
    "a letter of another alphabet": "https://\u0430pp.example.com/callback",
    "a letter of another width": "https://\uff41pp.example.com/callback",
    "a dot of another width": "https://app\u3002example.com/callback",
    "the host in punycode": "https://xn--pp-0wb.example.com/callback",
    "a soft hyphen": "https://app\u00ad.example.com/callback",
    "an empty fragment": "https://app.example.com/callback#",
    "a fragment": "https://app.example.com/callback#@evil.example",
    "a fragment before the path": "https://evil.example#https://app.example.com/callback",
    "a way up": "https://app.example.com/open/../callback",
    "a way up beyond": "https://app.example.com/callback/../../evil",
    "a way nowhere": "https://app.example.com/./callback",
    "two slashes in the path": "https://app.example.com//callback",
    "three slashes before the host": "https:///app.example.com/callback",
    "one slash before the host": "https:/app.example.com/callback",
    "no slash before the host": "https:app.example.com/callback",
    "no scheme": "//app.example.com/callback",
    "the path alone": "/callback",
    "an empty query": "https://app.example.com/callback?",
    "a query": "https://app.example.com/callback?next=https://evil.example",
    "a path parameter": "https://app.example.com/callback;next=evil",
    "more of a path": "https://app.example.com/callback/more",
    "less of a path": "https://app.example.com/",
    "a longer name of the file": "https://app.example.com/callbacks",
    "a host that begins like it": "https://app.example.com.evil.example/callback",
    "a host that ends like it": "https://evil-app.example.com/callback",
    "a host below it": "https://evil.app.example.com/callback",
    "the host above it": "https://example.com/callback",
    "no encryption": "http://app.example.com/callback",
    "a script": "javascript:alert(1)",
    "a script with a host": "javascript://app.example.com/callback%0aalert(1)",
    "a script in disguise": "java\tscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "a file": "file:///etc/passwd",
    "a view of the source": "view-source:https://app.example.com/callback",
    "a tab": "https://app.exam\tple.com/callback",
    "a new line": "https://app.example.com/callback\n",
    "a header": "https://app.example.com/callback\r\nSet-Cookie: a=b",
    "a zero byte": "https://app.example.com/callback\x00",
    "a space before": " https://app.example.com/callback",
    "a space behind": "https://app.example.com/callback ",
    "a percent-encoded letter": "https://app.example.com/%63allback",
    "a percent-encoded host": "https://%61pp.example.com/callback",
    "a percent-encoded slash": "https://evil.example%2f@app.example.com/callback",
    "percent-encoded dots": "https://app.example.com/%2e%2e/callback",
    "percent-encoding throughout": "https%3A%2F%2Fapp.example.com%2Fcallback",
    "a dot behind the host": "https://app.example.com./callback",
    "a slash behind the path": "https://app.example.com/callback/",
    "a list": "https://app.example.com/callback,https://evil.example",
    "two addresses": "https://app.example.com/callback https://evil.example",
    "a pattern": "https://*.example.com/callback",
    "the app of somebody else": "https://evil.example/callback",
    "nothing": "",
}


def application(*callback_uris: str, client_id: str = "app-1") -> Nylas:
    """A Nylas whose application has these callback URIs."""
    entries = [{"id": "uri", "platform": "web", "url": uri} for uri in callback_uris]
    return Nylas({"data": {"application_id": client_id, "callback_uris": entries}})


def addresses_of(nylas: Nylas, *, store: Store | None = None, **variables: str) -> ReturnAddresses:
    settings = make_settings(NYLAS_API_KEY=KEY, **variables)
    return ReturnAddresses(nylas.client, store or Store(), settings)


def down() -> Nylas:
    return Nylas(status=503)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown address is worth another look at once."""
    monkeypatch.setattr(return_addresses, "_LOOK_AGAIN_SECONDS", 0.0)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_only_resembles_an_allowed_address_is_refused(attack: str) -> None:
    assert not addresses_of(application(), RETURN_URIS=ALLOWED).allow(attack)
    assert not addresses_of(application(ALLOWED)).allow(attack)


def test_addresses_of_the_settings_and_of_nylas_are_allowed() -> None:
    known = addresses_of(application(OF_NYLAS), RETURN_URIS=ALLOWED)
    assert known.allow(ALLOWED)
    assert known.allow(OF_NYLAS)


def test_what_stands_in_the_settings_needs_no_nylas() -> None:
    nylas = down()
    known = addresses_of(nylas, RETURN_URIS=ALLOWED, NYLAS_CLIENT_ID="app-2")
    assert known.allow(ALLOWED)
    assert known.client_id() == "app-2"
    assert not nylas.requests


def test_the_client_id_of_the_settings_counts_more_than_that_of_nylas() -> None:
    assert addresses_of(application(client_id="app-1")).client_id() == "app-1"
    known = addresses_of(application(ALLOWED, client_id="app-1"), NYLAS_CLIENT_ID="app-2")
    assert known.allow(ALLOWED)
    assert known.client_id() == "app-2"


def test_without_an_answer_there_is_no_client_id_and_nothing_is_allowed() -> None:
    known = addresses_of(down())
    for ask in (known.client_id, lambda: known.allow(ALLOWED)):
        with pytest.raises(UpstreamError):
            ask()


@pytest.mark.parametrize(
    "useless",
    [
        "http://app.example.com/callback",
        "https://app.example.com/callback#part",
        "https://user@app.example.com/callback",
        "https://app.example.com\\callback",
        "https://app.example.com/call back",
        "https://bücher.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "exampleapp://callback",
        "https://[::1/callback",
        "https://app.example.com:port/callback",
        "https://app..example.com/callback",
        f"https://{'a' * 64}.example.com/callback",
        "",
    ],
)
def test_what_nobody_should_be_sent_to_is_not_taken_from_nylas_either(useless: str) -> None:
    known = addresses_of(application(useless, ALLOWED))
    assert not known.allow(useless)
    assert known.allow(ALLOWED)


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:3000/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:3000/callback",
        "https://app.example.com",
        "https://app.example.com:8443/a/b;c?d=e&f=%20",
        "https://xn--bcher-kva.example/callback",
        "com.example.app:/callback",
        "com.example.app://callback",
    ],
)
def test_apps_on_this_machine_and_on_phones_can_be_gone_back_to(uri: str) -> None:
    assert addresses_of(application(uri)).allow(uri)
    assert addresses_of(application(), RETURN_URIS=uri).allow(uri)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
@pytest.mark.parametrize("known", ["", ":8080"])
@pytest.mark.parametrize("rest", ["", "/", "/callback", "?a=b", "/callback?a=b"])
def test_a_loopback_address_may_have_any_port(host: str, known: str, rest: str) -> None:
    registered = f"http://{host}{known}{rest}"
    for addresses in (
        addresses_of(application(registered)),
        addresses_of(application(), RETURN_URIS=registered),
    ):
        for port in ("", ":1", ":80", ":51004", ":65535"):
            assert addresses.allow(f"http://{host}{port}{rest}")


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:08080/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:\u0661/cb",
        "http://127.0.0.1:+1/cb",
        "http://127.0.0.1:1@evil.example/cb",
        "http://127.0.0.1:1:2/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:8081/cb/",
        "http://127.0.0.1:8081/cb?",
        "http://127.0.0.1:8081/cb#",
        "http://127.0.0.1:8081/cb\n",
        "http://127.0.0.1:8081\\cb",
        "http://127.0.0.2:8081/cb",
        "http://127.1:8081/cb",
        "http://[::1]:8081/cb",
        "http://[0:0:0:0:0:0:0:1]:8081/cb",
        "HTTP://127.0.0.1:8081/cb",
        "https://127.0.0.1:8081/cb",
        "http://localhost:8081/cb",
    ],
)
def test_what_only_resembles_a_loopback_address_is_refused(uri: str) -> None:
    assert not addresses_of(application(), RETURN_URIS="http://127.0.0.1:8080/cb").allow(uri)
    assert not addresses_of(application("http://127.0.0.1:8080/cb")).allow(uri)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "app.localhost"])
def test_only_the_two_numbers_of_loopback_have_any_port(host: str) -> None:
    known = addresses_of(application(), RETURN_URIS=f"http://{host}:8080/cb")
    assert not known.allow(f"http://{host}:8081/cb")


def test_nylas_is_asked_once_for_many_people() -> None:
    nylas = application(OF_NYLAS)
    known = addresses_of(nylas)
    assert all(known.allow(OF_NYLAS) and known.client_id() == "app-1" for _ in range(20))
    assert len(nylas.requests) == 1
    assert nylas.requests[0].url.path == "/v3/applications"


@pytest.mark.usefixtures("no_waiting")
def test_an_address_that_was_just_added_at_nylas_is_found() -> None:
    nylas = application(OF_NYLAS)
    known = addresses_of(nylas)
    assert not known.allow(ALLOWED)
    nylas.content = application(OF_NYLAS, ALLOWED).content
    assert known.allow(ALLOWED)


def test_strangers_do_not_make_the_page_ask_nylas_again_and_again() -> None:
    nylas = application(OF_NYLAS)
    known = addresses_of(nylas)
    assert known.allow(OF_NYLAS)
    assert not any(known.allow(f"https://evil.example/{number}") for number in range(50))
    assert len(nylas.requests) == 1


@pytest.mark.usefixtures("no_waiting")
def test_while_nylas_does_not_answer_what_it_told_last_counts() -> None:
    nylas = application(OF_NYLAS)
    known = addresses_of(nylas)
    assert known.allow(OF_NYLAS)
    nylas.status = 503
    assert not known.allow(ALLOWED)
    assert known.allow(OF_NYLAS)
    assert known.client_id() == "app-1"


def test_a_process_that_starts_while_nylas_is_down_knows_what_the_others_know() -> None:
    store = Store()
    assert addresses_of(application(OF_NYLAS), store=store).allow(OF_NYLAS)
    known = addresses_of(down(), store=store)
    assert known.allow(OF_NYLAS)
    assert known.client_id() == "app-1"


def test_an_instance_takes_over_what_one_of_the_version_before_wrote() -> None:
    store = Store()
    store.put("application", ["app-1", OF_NYLAS], seconds=60)
    known = addresses_of(down(), store=store)
    assert known.client_id() == "app-1"
    assert known.allow(OF_NYLAS)


@pytest.mark.parametrize("written", ["text", [], [1, 2], {"a": "b"}, 7, [None]])
def test_what_another_version_wrote_is_not_taken_for_addresses(written: object) -> None:
    store = Store()
    store.put("application", written, seconds=60)
    with pytest.raises(UpstreamError):
        addresses_of(down(), store=store).allow(OF_NYLAS)


def test_a_key_that_nylas_refuses_is_an_error_but_for_what_stands_in_the_settings() -> None:
    known = addresses_of(Nylas(status=401), RETURN_URIS=ALLOWED)
    assert known.allow(ALLOWED)
    with pytest.raises(UpstreamError):
        known.allow(OF_NYLAS)


def test_an_address_that_was_taken_away_at_nylas_is_refused_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cached_answer, "GOOD_SECONDS", 0.05)
    nylas = application(OF_NYLAS)
    known = addresses_of(nylas)
    assert known.allow(OF_NYLAS)
    nylas.content = application().content
    time.sleep(0.1)
    assert not known.allow(OF_NYLAS)


def test_browsers_may_ask_from_the_origins_of_allowed_addresses() -> None:
    known = addresses_of(
        application("https://APP.example.com:443/a", "com.example.app:/back", "http://a.test/x"),
        RETURN_URIS="http://localhost:80/x http://localhost:3000/x https://b.example:8443/?c=d",
    )
    assert known.origins() == {
        "https://app.example.com",
        "http://localhost",
        "http://localhost:3000",
        "https://b.example:8443",
    }


def test_what_nobody_is_sent_back_to_is_named() -> None:
    known = addresses_of(down(), RETURN_URIS=ALLOWED)
    of_nylas = Application(client_id="app-1", callback_uris=(OF_NYLAS, "exampleapp://callback"))
    assert known.of(of_nylas) == {ALLOWED, OF_NYLAS}
    assert known.unusable(of_nylas) == {"exampleapp://callback"}

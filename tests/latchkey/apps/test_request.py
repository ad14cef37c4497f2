import random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from latchkey.apps import AppRequest, RequestRefused, UntrustedRequest, read_request
from latchkey.infra.codec import from_json, to_json
from latchkey.infra.sealing import Sealer
from latchkey.providers import PROVIDERS
from tests.conftest import SECRET
from tests.latchkey.apps.test_return_addresses import ALLOWED, addresses_of, application

KNOWN = addresses_of(
    application(), NYLAS_CLIENT_ID="app-1", RETURN_URIS=f"{ALLOWED} {ALLOWED}?from=us&x=[1]"
)
USUAL = {"client_id": "app-1", "redirect_uri": ALLOWED, "response_type": "code"}
CREDENTIAL = "0F6e2b5c-1d3e-4a5b-8c7d-9e0f1a2b3c4d"
STATES = {
    "plain": "abc",
    "signs": "a b+c&d=e?f#g/h%20%",
    "languages": "größe 名前 имя שם",
    "pictures": "😀" * 256,
    "controls": "\x00\r\n\t\x7f",
    "directions": "\u202e\u200b\ufeff",
    "halves": "e\u0301",
    "the end of what there is": "\U0010ffff",
    "as long as may be": "a" * 1024,
    "words of ours": "&code=stolen&error=x",
}


def read(*, complete: bool = True, **changes: Any) -> AppRequest:
    """What comes of a query; None leaves a parameter out."""
    given = {name: value for name, value in (USUAL | changes).items() if value is not None}
    return read_request(MultiDict(given), KNOWN, complete=complete)


def refused(**changes: Any) -> dict[str, str]:
    """What the app hears."""
    with pytest.raises(RequestRefused) as raised:
        read(**changes)
    told = heard(raised.value.url)
    assert raised.value.error == told["error"]
    assert str(raised.value) == f"{told['error']}: {told['error_description']}"
    return told


def heard(url: str) -> dict[str, str]:
    assert url.startswith(f"{ALLOWED}?")
    pairs = parse_qsl(url.removeprefix(f"{ALLOWED}?"), keep_blank_values=True)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def test_the_least_that_nylas_takes_is_enough() -> None:
    assert read() == AppRequest(client_id="app-1", redirect_uri=ALLOWED)


def test_everything_that_nylas_takes_is_read() -> None:
    request = read(
        provider="google", prompt="detect", login_hint=" someone@example.com ", state="s",
        scope="https://mail.google.com/ openid", access_type="offline",
        code_challenge=f"c.-_~{'c' * 38}",
        code_challenge_method="S256", credential_id=CREDENTIAL,
        options="exclude_google_granted_scopes,smtp_required", metadata="ignored", other="ignored",
    )  # fmt: skip
    assert request == AppRequest(
        client_id="app-1",
        redirect_uri=ALLOWED,
        state="s",
        providers=("google",),
        choose=False,
        login_hint="someone@example.com",
        scope=("https://mail.google.com/", "openid"),
        challenge=f"c.-_~{'c' * 38}",
        method="s256",
        credential_id=CREDENTIAL,
        smtp_required=True,
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"provider": "imap"}, {"providers": ("imap",), "choose": False}),
        ({"provider": "yahoo, google"}, {"providers": ("yahoo", "google"), "choose": True}),
        ({"provider": "imap,imap,ews"}, {"providers": ("imap", "ews"), "choose": True}),
        ({"provider": "imap,ews", "prompt": "detect"}, {"providers": ("imap", "ews")}),
        ({"provider": ",".join(PROVIDERS)}, {"providers": tuple(PROVIDERS), "choose": True}),
        ({"prompt": "select_provider"}, {"choose": True}),
        ({"prompt": "select_provider,detect"}, {"choose": True}),
        ({"prompt": "select_provider, detect"}, {"choose": True}),
        ({"prompt": "detect"}, {"choose": False}),
        ({"prompt": "detect,select_provider"}, {"choose": False}),
        ({"prompt": "select_account"}, {"choose": False, "account_prompt": "select_account"}),
        ({"prompt": "login select_account"}, {"account_prompt": "login"}),
        ({"provider": "imap,ews", "prompt": "login"}, {"choose": True, "account_prompt": "login"}),
        (
            {"prompt": "login,select_account,select_provider,detect"},
            {"choose": True, "account_prompt": "login"},
        ),
        ({"code_challenge": "c"}, {"challenge": "c", "method": "plain"}),
        ({"code_challenge": "c", "code_challenge_method": "plain"}, {"method": "plain"}),
        ({"code_challenge": "c" * 43, "code_challenge_method": "s256"}, {"method": "s256"}),
        ({"code_challenge": "c" * 86, "code_challenge_method": "S256"}, {"method": "s256"}),
        ({"access_type": "online"}, {}),
        ({"provider": "google,"}, {"providers": ("google",), "choose": False}),
        ({"provider": "imap,, google"}, {"providers": ("imap", "google"), "choose": True}),
        ({"provider": ", "}, {"providers": (), "choose": False}),
        ({"scope": " a  b "}, {"scope": ("a", "b")}),
        ({"scope": "  "}, {"scope": ()}),
        ({"smtp_required": "true"}, {"smtp_required": True}),
        ({"smtp_required": "false"}, {"smtp_required": False}),
        ({"smtp_required": "false", "options": "smtp_required"}, {"smtp_required": True}),
        ({"smtp_required": "true", "options": "other"}, {"smtp_required": True}),
        ({"options": "smtp_required"}, {"smtp_required": True}),
        ({"options": "a smtp_required"}, {"smtp_required": True}),
        ({"options": "not_smtp_required"}, {"smtp_required": False}),
        ({"login_hint": "a" * 1000}, {"login_hint": "a" * 254}),
        ({"scope": "a" * 2000}, {"scope": ("a" * 2000,)}),
        ({"nonce": "n-0S6 _WzA2Mj~" + "n" * 241}, {"nonce": "n-0S6 _WzA2Mj~" + "n" * 241}),
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"theme": "Dark"}, {"theme": ""}),
        ({"state": "", "provider": "", "scope": "", "code_challenge": ""}, {"providers": ()}),
    ],
)
def test_each_parameter_is_understood(given: dict[str, Any], expected: dict[str, Any]) -> None:
    request = read(**given)
    assert {name: getattr(request, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("given", "error", "named"),
    [
        ({"response_type": None}, "invalid_request", "response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "response_type"),
        ({"response_type": "adminconsent"}, "unsupported_response_type", "response_type"),
        ({"provider": "aol"}, "invalid_request", "provider"),
        ({"provider": "IMAP"}, "invalid_request", "provider"),
        ({"prompt": "none"}, "invalid_request", "prompt"),
        ({"prompt": "detect,"}, "invalid_request", "prompt"),
        ({"state": "a" * 1025}, "invalid_request", "state"),
        ({"state": "😀" * 257}, "invalid_request", "state"),
        ({"nonce": "a" * 256}, "invalid_request", "nonce"),
        ({"nonce": "ü"}, "invalid_request", "nonce"),
        ({"scope": "a\tb"}, "invalid_scope", "scope"),
        ({"scope": "a\n"}, "invalid_scope", "scope"),
        ({"scope": "ä"}, "invalid_scope", "scope"),
        ({"scope": "a" * 2001}, "invalid_scope", "scope"),
        ({"access_type": "always"}, "invalid_request", "access_type"),
        ({"code_challenge": "a" * 129}, "invalid_request", "code_challenge"),
        ({"code_challenge": "a+b"}, "invalid_request", "code_challenge"),
        ({"code_challenge": "ü"}, "invalid_request", "code_challenge"),
        (
            {"code_challenge": "c" * 42, "code_challenge_method": "s256"},
            "invalid_request",
            "code_challenge",
        ),
        (
            {"code_challenge": "c", "code_challenge_method": "S512"},
            "invalid_request",
            "code_challenge_method",
        ),
        ({"code_challenge_method": "S256"}, "invalid_request", "code_challenge"),
        ({"code_challenge_method": "plain"}, "invalid_request", "code_challenge"),
        ({"credential_id": "1"}, "invalid_request", "credential_id"),
        ({"credential_id": CREDENTIAL + "\n"}, "invalid_request", "credential_id"),
    ],
)
def test_the_app_hears_what_is_wrong_with_its_request(
    given: dict[str, Any], error: str, named: str
) -> None:
    told = refused(**{"state": "st/ate", **given})
    assert told["error"] == error
    assert told["error_description"].startswith(named)
    assert told["error_code"] == "400"
    assert told["state"] == given.get("state", "st/ate")
    assert len(told) == 4


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("response_type", "code"),
        ("provider", f"one or more of {', '.join(PROVIDERS)}"),
        ("prompt", "one or more of select_provider, detect, select_account, login"),
        ("scope", "names with spaces between them"),
        ("access_type", "online or offline"),
        ("code_challenge", "up to 128 letters, digits or any of -._~"),
        ("code_challenge_method", "plain or S256"),
        ("credential_id", "a UUID"),
    ],
)
def test_the_app_hears_what_would_be_right(name: str, right: str) -> None:
    assert refused(**{name: "wrong\\"})["error_description"] == f"{name} must be {right}"


def test_a_challenge_is_one_of_s256_where_plain_ones_are_not_good_enough() -> None:
    def ask(**more: str) -> AppRequest:
        query = MultiDict(USUAL | more)
        return read_request(query, KNOWN, complete=True, plain_allowed=False)

    for plain in ({}, {"code_challenge_method": "plain"}):
        with pytest.raises(RequestRefused, match=r"code_challenge_method must be S256$"):
            ask(code_challenge="c" * 43, **plain)
    with pytest.raises(RequestRefused, match=r"code_challenge is not one of S256$"):
        ask(code_challenge="c" * 42, code_challenge_method="S256")
    assert ask(code_challenge="c" * 43, code_challenge_method="S256").method == "s256"
    assert ask().challenge == ""


@pytest.mark.parametrize("name", ["state", "provider", "scope", "response_type", "login_hint"])
def test_a_parameter_that_comes_twice_is_refused(name: str) -> None:
    query = MultiDict([*USUAL.items(), (name, "code"), (name, "code")])
    with pytest.raises(RequestRefused) as raised:
        read_request(query, KNOWN, complete=True)
    told = heard(raised.value.url)
    assert (told["error"], told["error_description"]) == (
        "invalid_request",
        f"{name} must be given once",
    )


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": None},
        {"client_id": ""},
        {"client_id": "app-2"},
        {"client_id": "APP-1"},
        {"client_id": "app-1 "},
        {"redirect_uri": None},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example"},
        {"client_id": "app-2", "response_type": "token"},
        {"redirect_uri": "https://evil.example", "response_type": "token", "state": "a" * 300},
    ],
)
@pytest.mark.parametrize("complete", [True, False])
def test_whoever_is_not_known_hears_nothing(given: dict[str, Any], complete: bool) -> None:
    if not complete and not given.get("client_id", "x"):
        # On the first page, the address to go back to is enough.
        assert read(complete=False, **given).client_id == "app-1"
        return
    why = "client_id is not that of the Nylas application|redirect_uri is not allowed"
    with pytest.raises(UntrustedRequest, match=f"^({why})$"):
        read(complete=complete, **given)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("second", ["same", "https://evil.example", ""])
def test_who_is_named_twice_is_not_known(name: str, second: str) -> None:
    for values in ([USUAL[name], second], [second, USUAL[name]]):
        doubled = [(name, USUAL[name] if value == "same" else value) for value in values]
        rest = [item for item in USUAL.items() if item[0] != name]
        with pytest.raises(UntrustedRequest):
            read_request(MultiDict([*rest, *doubled]), KNOWN, complete=True)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_the_app_gets_its_state_back_as_it_was(state: str) -> None:
    sent = MultiDict(parse_qsl(urlencode(USUAL | {"state": state})))
    request = read_request(sent, KNOWN, complete=True)
    assert heard(request.back(code="c")) == {"code": "c", "state": state}
    assert heard(request.denied())["state"] == state


@given(state=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256))
def test_any_state_comes_back_through_address_and_cookie(state: str) -> None:
    sealer = Sealer([SECRET], purpose="flow")
    kept = sealer.open(sealer.seal(to_json(read(state=state))), max_age=60)
    request = from_json(AppRequest, kept)
    assert request == read(state=state)
    assert heard(request.back(code="c")) == {"code": "c", "state": state}


@given(
    given=st.dictionaries(
        st.sampled_from(["response_type", "provider", "prompt", "login_hint", "state", "scope",
                         "access_type", "code_challenge", "code_challenge_method",
                         "credential_id", "options", "x"]),
        st.one_of(st.text(max_size=300), st.sampled_from(["code", "imap", "S256", "plain", ","])),
    )
)  # fmt: skip
def test_whatever_else_is_sent_the_app_is_asked_or_told(given: dict[str, str]) -> None:
    try:
        request = read_request(MultiDict(USUAL | given), KNOWN, complete=True)
    except RequestRefused as error:
        told = heard(error.url)
    else:
        assert from_json(AppRequest, to_json(request)) == request
        told = heard(request.denied())
    assert told["error"]
    assert told.get("state", "") == given.get("state", "")


def test_a_problem_is_told_and_a_state_that_was_not_sent_is_left_out() -> None:
    assert read(state="").back(code="c") == f"{ALLOWED}?code=c"
    assert heard(read().denied("wrong_password"))["error_code"] == "25022"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"provider": "imap,ews", "prompt": "detect", "options": "smtp_required"},
        {"provider": "yahoo,google", "prompt": "login", "theme": "dark", "scope": "a b"},
        {"provider": "imap", "prompt": "select_provider", "state": "s", "login_hint": "a@b.c"},
        {"code_challenge": "c", "credential_id": CREDENTIAL, "nonce": "n"},
        {"code_challenge": "c" * 43, "code_challenge_method": "S256"},
    ],
)
def test_a_query_asks_for_the_same_again(given: dict[str, Any]) -> None:
    request = read(**given)
    query = request.query()
    assert read_request(MultiDict(query), KNOWN, complete=True) == request
    usual = {"prompt": "detect"} | (
        {"code_challenge_method": "plain"} if "code_challenge" in given else {}
    )
    assert query.keys() == (USUAL | usual | given).keys()


def test_an_address_with_a_query_keeps_it_to_the_letter() -> None:
    address = f"{ALLOWED}?from=us&x=[1]"
    request = read(redirect_uri=address, state="s")
    assert request.back(code="c") == f"{address}&code=c&state=s"


def random_text(length: int, first: int, last: int) -> str:
    letters = random.Random(1)  # noqa: S311 (only so that nothing repeats)
    return "".join(chr(letters.randint(first, last)) for _ in range(length))


def test_the_longest_state_leaves_room_for_all_that_apps_usually_send() -> None:
    google = "https://www.googleapis.com/auth/"
    names = "gmail.modify gmail.send gmail.labels calendar calendar.events contacts drive.readonly"
    read(
        state=random_text(256, 0x10000, 0x10FFFF), provider=",".join(PROVIDERS), prompt="detect",
        login_hint=f"{random_text(64, 97, 122)}@{random_text(60, 97, 122)}.test",
        scope=" ".join(google + name for name in names.split()),
        code_challenge=random_text(86, 65, 90), code_challenge_method="S256",
        credential_id=CREDENTIAL, options="smtp_required",
    )  # fmt: skip


def test_what_no_cookie_can_hold_is_refused() -> None:
    state, scope = random_text(256, 0x10000, 0x10FFFF), random_text(1900, 35, 91)
    told = refused(state=state, scope=scope)
    assert told["error"] == "invalid_request"
    assert told["error_description"] == "the parameters are too long together"
    assert told["state"] == state


def test_what_is_usual_takes_no_room_in_the_cookie() -> None:
    assert to_json(read()) == {"client_id": "app-1", "redirect_uri": ALLOWED}

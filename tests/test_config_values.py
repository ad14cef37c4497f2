from pathlib import Path

import pytest

from config import SANDBOX_SECRET_KEY, ConfigError
from tests.conftest import KEY, make_settings
from tests.test_config import GOOD, SECRET, load, problems


@pytest.mark.parametrize(
    ("key", "vendor"),
    [
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Stripe or OpenAI"),
        ("sk-proj-4eC39HqLyjWDarjtT1zdp7dc", "Stripe or OpenAI"),
        ("rk_test_4eC39HqLyjWDarjtT1zdp7dc", "Stripe or OpenAI"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "GitHub"),
        ("github_pat_11ABCDEFG0abcdefghijkl", "GitHub"),
        ("glpat-abcdefghijklmnopqrst", "GitLab"),
        ("xoxb-123456789012-abcdef", "Slack"),
        ("AKIAIOSFODNN7EXAMPLE", "AWS"),
        ("AIzaSyA1234567890abcdefghijklmnopqrstu", "Google"),
        ("GOCSPX-1234567890abcdef", "Google"),
        ("SG.abcdefghijklmnop.qrstuvwxyz", "SendGrid"),
        ("SK0123456789abcdef0123456789abcdef", "Twilio"),
    ],
)
def test_a_key_of_another_vendor_is_recognised(key: str, vendor: str) -> None:
    text = problems(NYLAS_API_KEY=key, SECRET_KEY=SECRET)
    assert f"NYLAS_API_KEY looks like a key of {vendor}, not like one of Nylas." in text
    assert key not in text


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "tab\tkey", "nul\0key"])
def test_a_key_with_characters_that_no_key_has_is_refused(key: str) -> None:
    text = problems(NYLAS_API_KEY=key, SECRET_KEY=SECRET)
    assert "NYLAS_API_KEY holds a space, a line break or another character no key has." in text


@pytest.mark.parametrize(
    "uri",
    [
        "https://api.eu.nylas.com",
        "https://api.eu.nylas.com/",
        "https://localhost:8443",
        "http://localhost:5000",
        "http://nylas.localhost",
        "http://127.0.0.1:5000",
        "http://127.8.8.8",
        "http://[::1]:5000",
    ],
)
def test_nylas_is_reached_by_https_or_on_this_machine(uri: str) -> None:
    assert load(**GOOD, NYLAS_API_URI=uri).nylas_api_uri == uri.removesuffix("/")


@pytest.mark.parametrize("name", ["NYLAS_API_URI", "PUBLIC_URL"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://api.us.nylas.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0",
        "ftp://localhost",
        "javascript:alert(1)",
        "api.us.nylas.com",
        "https://",
        "https://:443",
        "https://user:word@api.us.nylas.com",
        "https://api.us.nylas.com/../v3",
        "https://api.us.nylas.com/?a=b",
        "https://api.us.nylas.com/#a",
        "https://api.us.nylas.com:port",
        "https://api.us.nylas.com:99999",
        "https://api us nylas com",
        "https://[::1",
    ],
)
def test_any_other_address_is_refused(name: str, uri: str) -> None:
    text = problems(**GOOD, **{name: uri})
    assert f"{name} must" in text
    assert "word" not in text


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("q8Zr3vTn-6LwXy1_uKdB0mPa9sHfEjG", "too short"),
        ("change-me-change-me-change-me-1234567890", "placeholder"),
        ("CHANGEME0123456789abcdefghijklmnopqrst", "placeholder"),
        ("your-secret-key-goes-here-0123456789abc", "placeholder"),
        ("replace-this-by-something-random-12345", "placeholder"),
        ("a" * 64, "placeholder"),
        ("abcabcabcabcabcabcabcabcabcabcabcabcabc", "placeholder"),
        (SANDBOX_SECRET_KEY, "placeholder"),
    ],
)
@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "RESULT_WEBHOOK_SECRET"])
def test_a_guessable_secret_key_is_refused(name: str, secret: str, why: str) -> None:
    text = problems(**{**GOOD, name: secret})
    assert f"{name} is " in text
    assert why in text
    assert secret not in text


def test_former_keys_are_a_list() -> None:
    others = (SECRET[::-1], SECRET.swapcase())
    settings = load(**GOOD, SECRET_KEY_FALLBACKS=f"{others[0]}, {others[1]}")
    assert settings.secret_key_fallbacks == others
    assert load(**GOOD).secret_key_fallbacks == ()


@pytest.mark.parametrize("port", ["1", "80", "65535"])
def test_a_port_is_a_number(port: str) -> None:
    assert load(**GOOD, PORT=port).port == int(port)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8e3", "8000.0", "٨٠٠٠", "http", "9" * 5000])
def test_anything_else_is_no_port(port: str) -> None:
    assert "PORT must be a whole number from 1 to 65535." in problems(**GOOD, PORT=port)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_sandbox_listens_on_this_machine(host: str) -> None:
    assert load(SANDBOX="true", HOST=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.com"])  # noqa: S104 (refused)
def test_the_sandbox_listens_nowhere_else(host: str) -> None:
    assert "HOST must be 127.0.0.1 in the sandbox" in problems(SANDBOX="true", HOST=host)
    assert load(**GOOD, HOST=host).host == host


def test_the_sandbox_answers_to_no_public_name() -> None:
    settings = load(
        SANDBOX="true", PUBLIC_URL="https://connect.example.com", TRUSTED_HOSTS="example.com"
    )
    assert not [name for name in settings.answers_to if "example" in name]


def test_the_page_answers_to_its_public_name_and_to_trusted_ones() -> None:
    settings = load(
        **GOOD, PUBLIC_URL="https://connect.example.com:8443", TRUSTED_HOSTS="a.test, .b.test"
    )
    assert settings.answers_to[-3:] == ("connect.example.com", "a.test", ".b.test")
    assert settings.public_url == "https://connect.example.com:8443"


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "#1234567", "#123456;}", "#123456\n1"])
def test_a_colour_is_six_digits(color: str) -> None:
    assert "BRAND_COLOR must be a colour like #1f5fd6." in problems(**GOOD, BRAND_COLOR=color)


def test_a_logo_is_a_picture_of_sane_size(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_bytes(b"x" * (1024 * 1024))
    assert load(**GOOD, BRAND_LOGO=str(logo)).brand_logo == logo
    logo.write_bytes(b"x" * (1024 * 1024 + 1))
    assert "BRAND_LOGO must be a file of 1 MB at most." in problems(**GOOD, BRAND_LOGO=str(logo))
    assert "BRAND_LOGO must be the path" in problems(**GOOD, BRAND_LOGO="config.py")
    assert "BRAND_LOGO must be the path" in problems(**GOOD, BRAND_LOGO=str(tmp_path))


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com",
        "https://app.example.com:8443/callback?from=mail&x=[1]",
        "http://localhost:3000/callback",
        "http://[::1]/callback",
        "com.example.app:/callback",
        "com.example.app://callback",
    ],
)
def test_people_may_be_sent_back_to_apps_and_to_this_machine(uri: str) -> None:
    assert load(**GOOD, RETURN_URIS=f"{uri}, https://b.example").return_uris == (
        uri,
        "https://b.example",
    )


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.com/callback",
        "app.example.com/callback",
        "//app.example.com/callback",
        "https:///callback",
        "https:app.example.com",
        "https://someone@app.example.com/callback",
        "https://someone:word@app.example.com/callback",
        "https://app.example.com/callback#part",
        "https://app.example.com/callback#",
        "https://app.example.com\\callback",
        "https://bücher.example/callback",
        "https://app..example.com/callback",
        f"https://{'a' * 64}.example.com/callback",
        "https://app.example.com:0/callback",
        "https://app.example.com:99999/callback",
        "https://[::1/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "exampleapp://callback",
    ],
)
def test_any_other_address_is_nowhere_to_send_people_back_to(uri: str) -> None:
    text = problems(**GOOD, RETURN_URIS=f"https://b.example, {uri}")
    assert "RETURN_URIS must" in text
    assert "word" not in text


@pytest.mark.parametrize(
    "value",
    ["maybe", "client", "client=", "client=5", "client=5/5x", "x=1/1m", "client=0/5m",
     "client=5/0m", "client=5/5m,"],
)  # fmt: skip
def test_limits_that_cannot_be_read_are_named(value: str) -> None:
    with pytest.raises(ConfigError, match="LIMITS must"):
        make_settings(LIMITS=value)


def test_limits_are_on_except_in_the_sandbox() -> None:
    assert make_settings(NYLAS_API_KEY=KEY, LIMITS="").limits["mailbox"] == ((5, 300), (10, 3600))
    assert make_settings(LIMITS="").limits == {}
    assert make_settings(LIMITS="on").limits
    assert make_settings(NYLAS_API_KEY=KEY, LIMITS="off").limits == {}


def test_limits_that_are_not_named_keep_their_numbers() -> None:
    limits = make_settings(LIMITS="client=80/5m,1/2d").limits
    assert limits["client"] == ((80, 300), (1, 2 * 86400))
    assert limits["mailbox"] == ((5, 300), (10, 3600))


def test_ports_and_the_dns_server_are_numbers() -> None:
    settings = load(**GOOD, MAIL_PORTS="1993, 2465", DNS_SERVER="[2001:db8::53]:5353")
    assert settings.mail_ports == (1993, 2465)
    assert settings.dns_server == ("2001:db8::53", 5353)


@pytest.mark.parametrize("server", ["dns.example.com:53", "192.0.2.53", "192.0.2.53:0", ":53"])
def test_a_dns_server_is_an_address_with_a_port(server: str) -> None:
    assert "DNS_SERVER must be an IP address with a port" in problems(**GOOD, DNS_SERVER=server)
    assert "MAIL_PORTS must be a whole number" in problems(**GOOD, MAIL_PORTS="993,65536")


def test_the_usual_language_is_one_of_those_that_are_offered() -> None:
    text = problems(**GOOD, LANGUAGES="de, fr", DEFAULT_LANGUAGE="it")
    assert (
        "DEFAULT_LANGUAGE is it, which LANGUAGES does not have: set DEFAULT_LANGUAGE to one" in text
    )
    assert load(**GOOD, LANGUAGES="de, fr", DEFAULT_LANGUAGE="fr").default_language == "fr"


def test_the_first_language_that_is_offered_is_the_usual_one_unless_another_is_set() -> None:
    assert load(**GOOD, LANGUAGES="pt-br, fr").default_language == "pt-BR"
    assert load(**GOOD, LANGUAGES="de, en").default_language == "en"
    assert load(**GOOD).default_language == "en"
    assert "LANGUAGES must be one of ar, " in problems(**GOOD, LANGUAGES=" , ")


def test_a_language_that_the_pages_do_not_have_is_refused_with_those_they_have() -> None:
    assert "DEFAULT_LANGUAGE must be one of ar, " in problems(**GOOD, DEFAULT_LANGUAGE="tlh")


def test_only_the_sandbox_opens_to_the_network() -> None:
    assert "SANDBOX_LAN is true, but SANDBOX is not" in problems(**GOOD, SANDBOX_LAN="true")


@pytest.mark.parametrize(
    ("contact", "good"),
    [
        ("mailto:security@example.com", True),
        ("https://example.com/security", True),
        ("security@example.com", False),
        ("http://example.com/security", False),
    ],
)
def test_a_security_contact_is_a_link_to_a_mailbox_or_a_page(contact: str, *, good: bool) -> None:
    if good:
        assert load(**GOOD, SECURITY_CONTACT=contact).security_contact == contact
    else:
        assert "SECURITY_CONTACT must" in problems(**GOOD, SECURITY_CONTACT=contact)


@pytest.mark.parametrize(
    "address", ["https://example.com:port/", "https://example.com:0/", "https://[example.com/"]
)
def test_the_address_of_a_service_has_a_host_and_a_port_that_can_be_reached(address: str) -> None:
    for name in ("SECURITY_CONTACT", "GOOGLE_TOKEN_URL", "RESULT_WEBHOOK_URL"):
        text = problems(**GOOD, **{name: address})
        assert f"{name} must be an address like https://login.example.com/path" in text
    good = "https://example.com:8443/path?a=b"
    assert load(**GOOD, SECURITY_CONTACT=good).security_contact == good


@pytest.mark.parametrize(
    ("values", "listens_at"),
    [
        ({}, ("127.0.0.1:8000",)),
        ({"HOST": "0.0.0.0", "PORT": "80", "METRICS_PORT": "9000"}, ("0.0.0.0:80", "0.0.0.0:9000")),  # noqa: S104
        ({"HOST": "::1"}, ("[::1]:8000",)),
        ({"HOST": "[::1]"}, ("[::1]:8000",)),
    ],
)  # fmt: skip
def test_the_server_listens_at_its_port_and_at_that_for_metrics(
    values: dict[str, str], listens_at: tuple[str, ...]
) -> None:
    assert load(**GOOD, **values).listens_at == listens_at

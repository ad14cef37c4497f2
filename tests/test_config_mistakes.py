"""Wrong configurations: each stops the start, or warns, with the setting's name and what to do."""

import pytest

from config import Settings
from tests.test_config import GOOD, KEY, SECRET, load, problems

OTHER = SECRET[::-1]
UUID = "7d6f5f3e-9c7b-4c5e-8f4e-0a1b2c3d4e5f"
GOOGLE_ID = "1234-abc.apps.googleusercontent.com"
GOOGLE_SECRET = "GOCSPX-abcdefghijklmnop"

MISTAKES = [
    ({"NYLAS_API_KEY": f"{KEY} {KEY}"}, "NYLAS_API_KEY holds a space"),
    ({"NYLAS_API_KEY": f'{KEY}"'}, "NYLAS_API_KEY holds a space"),
    ({"NYLAS_API_KEY": "key-0123456789abcdef0123456789abcdef"}, "looks like a key of Mailgun"),
    ({"NYLAS_API_KEY": "xkeysib-0123456789abcdef"}, "looks like a key of Brevo"),
    ({"NYLAS_API_KEY": "0123456789abcdef0123456789abcdef-us12"}, "looks like a key of Mailchimp"),
    ({"NYLAS_API_KEY": f"Bearer {KEY}"}, "NYLAS_API_KEY begins with Bearer, as in a header: give"),
    ({"NYLAS_API_KEY": f"bearer:{KEY}"}, "NYLAS_API_KEY begins with Bearer, as in a header: give"),
    ({"NYLAS_API_KEY": "<your key>"}, "NYLAS_API_KEY is a placeholder: make a key in the Nylas"),
    ({"NYLAS_API_KEY": "your-api-key"}, "NYLAS_API_KEY is a placeholder: make a key in the Nylas"),
    ({"NYLAS_API_KEY": "nyk_v0_xxxxxxxx"}, "NYLAS_API_KEY is a placeholder: make a key in the"),
    ({"NYLAS_API_KEY": "${NYLAS_KEY}"}, "NYLAS_API_KEY is a placeholder: make a key in the Nylas"),
    ({"SECRET_KEY": "$(openssl rand -base64 48 | tr -d =)"}, "SECRET_KEY is what nothing fills in"),
    ({"SECRET_KEY": "<at least 32 random characters of your own>"}, "SECRET_KEY is what nothing"),
    ({"LINK_KEY": "${LINK_KEY:?a key for links is missing}"}, "LINK_KEY is what nothing fills in"),
    ({"PUBLIC_URL": "https://a.example, https://b.example"}, "PUBLIC_URL must be one address; TRU"),
    ({"NYLAS_API_URI": "eu"}, "must be an address: https://api.us.nylas.com, for Europe https://"),
    ({"NYLAS_API_URI": "EU"}, "must be an address: https://api.us.nylas.com, for Europe https://"),
    ({"NYLAS_API_URI": "api.eu.nylas.com"}, "NYLAS_API_URI must be an address: https://api."),
    ({"NYLAS_API_URI": "https://api.us.nylas.com/v3"}, "NYLAS_API_URI must end after the host"),
    ({"NYLAS_CLIENT_ID": KEY}, "NYLAS_CLIENT_ID is an API key: it must be the client ID"),
    ({"NYLAS_CLIENT_ID": GOOGLE_ID}, "NYLAS_CLIENT_ID must be the client ID"),
    ({"NYLAS_CLIENT_ID": f"{UUID}, {UUID}"}, "NYLAS_CLIENT_ID must be the client ID"),
    ({"NYLAS_CLIENT_ID": f"https://dashboard.example.com/{UUID}"}, "NYLAS_CLIENT_ID must be"),
    ({"TRUSTED_HOSTS": "https://connect.example.com"}, "TRUSTED_HOSTS must be host names"),
    ({"TRUSTED_HOSTS": "a.example, b.example/path"}, "without https://, paths and asterisks"),
    ({"TRUSTED_HOSTS": "*.example.com"}, "TRUSTED_HOSTS must be host names like"),
    ({"TRUSTED_HOSTS": "*"}, "TRUSTED_HOSTS must be host names like"),
    ({"TRUSTED_HOSTS": "someone@example.com"}, "TRUSTED_HOSTS must be host names like"),
    ({"TRUSTED_PROXIES": "true"}, "TRUSTED_PROXIES must be a whole number from 0 to 10."),
    ({"TRUSTED_PROXIES": "10.0.0.0/8"}, "TRUSTED_PROXIES must be a whole number from 0 to 10."),
    ({"HOST": "0.0.0.0:8000"}, "HOST must be an IP address or a host name alone"),
    ({"HOST": "http://localhost"}, "HOST must be an IP address or a host name alone"),
    ({"HOST": "[::1]:8000"}, "the port is set by PORT."),
    ({"PORT": "80000"}, "PORT must be a whole number"),
    ({"PORT": "8000/tcp"}, "PORT must be a whole number from 1 to 65535, without a unit."),
    ({"NYLAS_DETECTS_PER_MINUTE": "20/min"}, "from 1 to 10000, without a unit."),
    ({"WEB_CONCURRENCY": "2 workers"}, "WEB_CONCURRENCY must be a whole number from 1 to 64, wi"),
    ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"WEB_CONCURRENCY": "1000"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"WEB_CONCURRENCY": "auto"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"PUBLIC_URL": "http://connect.example.com"}, "PUBLIC_URL must start with https://"),
    ({"PUBLIC_URL": "connect.example.com"}, "PUBLIC_URL must be an address like https://"),
    ({"PUBLIC_URL": "https://connect.example.com?x=1"}, "PUBLIC_URL must have no ? or # in it."),
    ({"PUBLIC_URL": "https://connect.example.com/connect?x=1"}, "PUBLIC_URL must have no ? or # "),
    ({"PUBLIC_URL": "https://connect.example.com/connect#x"}, "PUBLIC_URL must have no ? or # in"),
    ({"PUBLIC_URL": "https://connect.example.com/a b"}, "PUBLIC_URL must have a path like"),
    ({"REDIS_URL": "cache.example.com:6379"}, "REDIS_URL must be an address like redis://host:"),
    ({"REDIS_URL": "https://cache.example.com"}, "REDIS_URL must be an address like redis://host:"),
    ({"SECRET_KEY": SECRET[:20]}, "SECRET_KEY is too short: it needs at least 32 random"),
    ({"GOOGLE_CLIENT_ID": GOOGLE_ID}, "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET belong together"),
    ({"RETURN_URIS": "https://*.example.com/cb"}, "RETURN_URIS must name each host in full, wi"),
    ({"RETURN_URIS": "https://a.example/;https://b.example"}, "RETURN_URIS must be separated by "),
    ({"BRAND_NAME": "Northwind\nTraders"}, "BRAND_NAME must be a line of text."),
    ({"BRAND_NAME": "Northwind\u202e"}, "BRAND_NAME must be a line of text."),
    ({"BRAND_NAME": "N" * 201}, "BRAND_NAME must have 200 characters at most."),
    ({"BRAND_COLOR": "navy"}, "BRAND_COLOR must be a colour like #1f5fd6."),
    ({"BRAND_LOGO": "/nowhere/logo.svg"}, "there is none at /nowhere/logo.svg."),
    ({"SECRET_KEY": f"{SECRET}'"}, "SECRET_KEY has a quotation mark at one end"),
    ({"GOOGLE_CLIENT_ID": GOOGLE_SECRET, "GOOGLE_CLIENT_SECRET": GOOGLE_ID}, "look swapped."),
    ({"GOOGLE_CLIENT_ID": GOOGLE_ID, "GOOGLE_CLIENT_SECRET": GOOGLE_ID}, "look swapped."),
    ({"GOOGLE_CLIENT_ID": "two words", "GOOGLE_CLIENT_SECRET": "x"}, "GOOGLE_CLIENT_ID holds a"),
    ({"ZOOM_CLIENT_ID": "x", "ZOOM_CLIENT_SECRET": 'half"'}, "ZOOM_CLIENT_SECRET holds a space"),
    ({"MICROSOFT_CLIENT_ID": UUID, "MICROSOFT_CLIENT_SECRET": UUID}, "use the secret's value."),
    ({"MICROSOFT_CLIENT_ID": "abc~def", "MICROSOFT_CLIENT_SECRET": UUID}, "or the client ID"),
    ({"SANDBOX": "true"}, "keep one of them. To try the sandbox beside a .env: NYLAS_API_KEY= "),
]  # fmt: skip


@pytest.mark.parametrize(("values", "sentence"), MISTAKES)
def test_a_mistake_stops_the_start_with_what_to_do(values: dict[str, str], sentence: str) -> None:
    text = problems(**{**GOOD, **values})
    assert sentence in text
    assert any(name in line for name in values for line in text.splitlines() if sentence in line)
    for name, value in values.items():
        assert value not in text or "SECRET" not in name


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"LINK_KEY": SECRET}, "SECRET_KEY and LINK_KEY"),
        ({"METRICS_TOKEN": SECRET}, "SECRET_KEY and METRICS_TOKEN"),
        ({"LINK_KEY_FALLBACKS": f"{OTHER}, {SECRET}"}, "SECRET_KEY and LINK_KEY_FALLBACKS"),
        ({"SECRET_KEY_FALLBACKS": OTHER, "LINK_KEY": OTHER}, "SECRET_KEY_FALLBACKS and LINK_KEY"),
        ({"RESULT_WEBHOOK_URL": "https://a.example", "RESULT_WEBHOOK_SECRET": SECRET},
         "SECRET_KEY and RESULT_WEBHOOK_SECRET"),
    ],
)  # fmt: skip
def test_a_secret_with_two_purposes_stops_the_start_and_is_not_shown(
    values: dict[str, str], names: str
) -> None:
    text = problems(**GOOD, **values)
    assert f"{names} have the same value: each needs one of its own." in text
    assert not any(secret in text for secret in (KEY, SECRET, OTHER))


def test_what_the_app_knows_anyway_may_be_the_same() -> None:
    values = {"RESULT_WEBHOOK_URL": "https://a.example", "RESULT_WEBHOOK_SECRET": OTHER}
    assert load(**GOOD, LINK_KEY=OTHER, **values).link_keys == (OTHER,)


def test_a_key_among_its_own_fallbacks_is_let_through() -> None:
    values = {"NYLAS_API_KEY_FALLBACKS": KEY, "SECRET_KEY_FALLBACKS": f"{SECRET}, {SECRET}"}
    assert load(**GOOD, **values).secret_keys == (SECRET, SECRET, SECRET)


@pytest.mark.parametrize(
    "values",
    [
        {"TRUSTED_HOSTS": "a.example, .b.example internal-name 10.0.0.1 [::1] c.example:8443"},
        {"HOST": "::"},
        {"HOST": "2001:db8::1"},
        {"HOST": "localhost"},
        {"HOST": "0.0.0.0", "PUBLIC_URL": "https://a.example"},  # noqa: S104 (a setting's value)
        {"NYLAS_CLIENT_ID": UUID},
        {"NYLAS_API_URI": "https://api.eu.nylas.com"},
        {"NYLAS_API_URI": "https://api.eu.nylas.com/"},
        {"PUBLIC_URL": "https://connect.example.com/"},
        {"PUBLIC_URL": "https://example.com/connect/"},
        {"GOOGLE_CLIENT_ID": GOOGLE_ID, "GOOGLE_CLIENT_SECRET": GOOGLE_SECRET},
        {"MICROSOFT_CLIENT_ID": UUID, "MICROSOFT_CLIENT_SECRET": "abc8Q~defGHI.jkl_mno-pqr"},
    ],
)
def test_what_is_right_is_let_through(values: dict[str, str]) -> None:
    assert load(**GOOD, **values).nylas_api_key == KEY


def test_an_address_of_this_machine_may_have_brackets() -> None:
    assert load(**GOOD, HOST="[::1]").host == "::1"


PUBLIC = "https://connect.example.com"
EVERYWHERE = "0.0.0.0"  # noqa: S104 (a setting's value)


@pytest.mark.parametrize(
    ("settings", "warned"),
    [
        (load(**GOOD, HOST=EVERYWHERE), "PUBLIC_URL"),
        (load(**GOOD, HOST="::"), "PUBLIC_URL"),
        (load(**GOOD, HOST="192.0.2.7"), "PUBLIC_URL"),
        (load(**GOOD, HOST=EVERYWHERE, PUBLIC_URL=PUBLIC), ""),
        (load(**GOOD, HOST=EVERYWHERE, TRUSTED_HOSTS="connect.example.com"), ""),
        (load(**GOOD), ""),
        (load(SANDBOX="true", PUBLIC_URL=PUBLIC), "SANDBOX"),
        (load(SANDBOX="true", PUBLIC_URL="http://localhost:8000"), ""),
    ],
)
def test_what_is_probably_not_meant_is_warned_of(settings: Settings, warned: str) -> None:
    assert bool(settings.warnings) is bool(warned)
    assert all(warned in sentence for sentence in settings.warnings)


@pytest.mark.parametrize("end", [" ", "\n", "\r\n", "\t", " \r\n"])
def test_blanks_and_line_breaks_at_the_end_are_no_part_of_a_value(end: str) -> None:
    values = {**GOOD, "PUBLIC_URL": PUBLIC, "PORT": "9000", "MICROSOFT_TENANT": "common"}
    assert load(**{name: f"{value}{end}" for name, value in values.items()}) == load(**values)


@pytest.mark.parametrize(
    ("meant", "writings"),
    [(True, "true True TRUE yes Yes on 1"), (False, "false False no No off 0")],
)
def test_a_switch_is_read_as_people_write_it(meant: bool, writings: str) -> None:
    for written in writings.split():
        assert load(**GOOD, AUTO_RETURN=written).auto_return is meant


@pytest.mark.parametrize(
    "pasted", ["https://connect.example.com/", "https://connect.example.com//"]
)
def test_a_slash_at_the_end_of_the_address_is_no_part_of_it(pasted: str) -> None:
    assert load(**GOOD, PUBLIC_URL=pasted).public_url == PUBLIC


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://connect.example.com.", PUBLIC),
        ("https://connect.example.com./", PUBLIC),
        ("https://connect.example.com.:8443/page", f"{PUBLIC}:8443/page"),
        ("https://connect.example.com/page.", f"{PUBLIC}/page."),
    ],
)
def test_a_dot_at_the_end_of_the_host_name_is_no_part_of_it(written: str, read: str) -> None:
    assert load(**GOOD, PUBLIC_URL=written).public_url == read

"""Wrong configurations: each stops the start, or warns, with the setting's name and what to do."""

import pytest

from config import Settings
from tests.test_config import GOOD, KEY, SECRET, load, problems

UUID = "7d6f5f3e-9c7b-4c5e-8f4e-0a1b2c3d4e5f"
GOOGLE_ID = "1234-abc.apps.googleusercontent.com"
GOOGLE_SECRET = "GOCSPX-abcdefghijklmnop"

MISTAKES = [
    ({"NYLAS_API_KEY": f"{KEY} {KEY}"}, "NYLAS_API_KEY holds a space"),
    ({"NYLAS_API_KEY": f'{KEY}"'}, "NYLAS_API_KEY holds a space"),
    ({"NYLAS_API_KEY": "key-0123456789abcdef0123456789abcdef"}, "looks like a key of Mailgun"),
    ({"NYLAS_API_KEY": "xkeysib-0123456789abcdef"}, "looks like a key of Brevo"),
    ({"NYLAS_API_KEY": "0123456789abcdef0123456789abcdef-us12"}, "looks like a key of Mailchimp"),
    ({"NYLAS_API_URI": "eu"}, "NYLAS_API_URI must be an address like https://api.us.nylas.com."),
    ({"NYLAS_API_URI": "api.eu.nylas.com"}, "must be an address like https://api.us.nylas.com."),
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
    ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"WEB_CONCURRENCY": "1000"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"WEB_CONCURRENCY": "auto"}, "WEB_CONCURRENCY must be a whole number from 1 to 64."),
    ({"PUBLIC_URL": "http://connect.example.com"}, "PUBLIC_URL must start with https://"),
    ({"PUBLIC_URL": "connect.example.com"}, "PUBLIC_URL must be an address like https://"),
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
    "values",
    [
        {"TRUSTED_HOSTS": "a.example, .b.example internal-name 10.0.0.1 [::1] c.example:8443"},
        {"HOST": "::"},
        {"HOST": "2001:db8::1"},
        {"HOST": "localhost"},
        {"HOST": "0.0.0.0", "PUBLIC_URL": "https://a.example"},  # noqa: S104 (a setting's value)
        {"NYLAS_CLIENT_ID": UUID},
        {"NYLAS_API_URI": "https://api.eu.nylas.com/"},
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

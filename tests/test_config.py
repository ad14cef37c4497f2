import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config import (
    OAUTH_PROVIDERS,
    ROOT,
    SANDBOX_API_KEY,
    SANDBOX_LINK_KEY,
    SANDBOX_SECRET_KEY,
    VARIABLES,
    Client,
    ConfigError,
    Settings,
    load_settings,
)
from latchkey.providers import PROVIDERS

KEY = "nyk_v0_some-key-of-nylas"
SECRET = "q8Zr3vTn-6LwXy1_uKdB0mPa9sHfEjGc"
LINK_KEY = "Zr3vTn-6LwXy1_uKdB0mPa9sHfEjGcq8"
GOOD = {"NYLAS_API_KEY": KEY, "SECRET_KEY": SECRET}
NOWHERE = Path("/nowhere/.env")
CLIENTS = tuple(provider.upper() for provider in OAUTH_PROVIDERS)
SECRETS = [variable.name for variable in VARIABLES if variable.secret]


def load(env_file: Path = NOWHERE, /, **environ: str) -> Settings:
    return load_settings(environ, env_file)


def problems(env_file: Path = NOWHERE, /, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ, env_file)
    return caught.value.format_message()


def test_a_key_and_a_secret_are_enough() -> None:
    settings = load(**GOOD)
    assert settings.nylas_api_key == KEY
    assert settings.nylas_api_uri == "https://api.us.nylas.com"
    assert settings.secret_key == SECRET
    assert settings.sandbox is False
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.answers_to == ("localhost", ".localhost", "127.0.0.1", "[::1]")


def test_the_sandbox_needs_nothing_else() -> None:
    settings = load(SANDBOX="true")
    assert settings.nylas_api_key == SANDBOX_API_KEY
    assert settings.secret_key == SANDBOX_SECRET_KEY


def test_an_empty_environment_is_not_the_environment_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANDBOX", "true")
    assert "NYLAS_API_KEY is missing" in problems()
    assert load_settings(env_file=NOWHERE).sandbox


def test_all_problems_are_told_at_once() -> None:
    text = problems(
        NYLAS_API_URI="api.nylas.com",
        SANDBOX="maybe",
        SECRET_KEY="short",
        PUBLIC_URL="https://example.com/path?x=1",
        TRUSTED_PROXIES="one",
        ALLOW_ANY_MAIL_HOST="2",
        BRAND_LOGO="no-such-file.svg",
        BRAND_COLOR="blue",
        LOG_LEVEL="loud",
        PORT="0",
        WEB_CONCURRENCY="0",
    )
    told = [line.split()[1] for line in text.splitlines()[1:]]
    assert told == [
        "NYLAS_API_URI", "SANDBOX", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES",
        "ALLOW_ANY_MAIL_HOST", "BRAND_LOGO", "BRAND_COLOR", "LOG_LEVEL", "PORT", "WEB_CONCURRENCY",
    ]  # fmt: skip


def told_about(api_key: str, secret: str, former: str) -> str:
    """Every way to print the error about three secrets that cannot be used."""
    names = ("NYLAS_API_KEY", "SECRET_KEY", "SECRET_KEY_FALLBACKS")
    with pytest.raises(ConfigError) as caught:
        load_settings(dict(zip(names, (f"{api_key} x", secret, former), strict=True)), NOWHERE)
    return f"{caught.value.format_message()}{caught.value!r}{caught.value.args}"


@given(
    api_key=st.text(st.characters(codec="utf-8"), min_size=6),
    secret=st.text(st.characters(codec="ascii"), min_size=6, max_size=31),
    former=st.text(st.characters(categories=["L", "N"]), min_size=6, max_size=31),
)
def test_no_secret_is_ever_in_the_text_of_a_problem(api_key: str, secret: str, former: str) -> None:
    assume(api_key.strip() and secret.strip())
    assert told_about(api_key, secret, former) == told_about("another", "another", "another")


def test_a_key_and_the_sandbox_at_once_are_refused() -> None:
    assert "NYLAS_API_KEY and SANDBOX=true are both set" in problems(**GOOD, SANDBOX="true")
    # Also when the key is no good: whoever wrote it did not want the sandbox.
    assert "both set" in problems(NYLAS_API_KEY="sk-123", SANDBOX="true")


@pytest.mark.parametrize("off", [{}, {"SANDBOX": "false"}, {"SANDBOX": ""}, {"NYLAS_API_KEY": " "}])
def test_without_a_key_the_sandbox_must_be_asked_for(off: Mapping[str, str]) -> None:
    text = problems(SECRET_KEY=SECRET, **off)
    assert "NYLAS_API_KEY is missing (or set SANDBOX=true to try the page without)." in text


def test_links_need_a_key_of_their_own() -> None:
    assert load(**GOOD).link_keys == ()
    former = LINK_KEY[::-1]
    settings = load(**GOOD, LINK_KEY=LINK_KEY, LINK_KEY_FALLBACKS=former)
    assert settings.link_keys == (LINK_KEY, former)
    missing = problems(**GOOD, LINK_REQUIRED="true")
    assert "LINK_KEY is missing: LINK_REQUIRED=true" in missing
    text = problems(**GOOD, LINK_KEY=SECRET)
    assert "SECRET_KEY and LINK_KEY have the same value: each needs one of its own." in text
    assert load(SANDBOX="true", LINK_REQUIRED="true").link_keys == (SANDBOX_LINK_KEY,)
    assert "placeholder" in problems(**GOOD, LINK_KEY=SANDBOX_LINK_KEY)


def test_the_folder_of_marks_is_beside_the_program_unless_told_otherwise() -> None:
    assert load(**GOOD).state_dir == ROOT / "state"
    assert load(**GOOD, STATE_DIR="/var/lib/latchkey").state_dir == Path("/var/lib/latchkey")


def test_a_missing_secret_key_is_refused() -> None:
    assert "SECRET_KEY is missing" in problems(NYLAS_API_KEY=KEY)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    others = {key: value for key, value in GOOD.items() if key != name}
    value = SECRET[::-1]
    if name == "REDIS_URL":
        value = f"rediss://:{value}@cache.example.com:6379/0"
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    provider = name.partition("_")[0]
    if provider.startswith(CLIENTS):
        others[f"{provider}_CLIENT_ID"] = "ours"
    if name == "RESULT_WEBHOOK_SECRET":
        others["RESULT_WEBHOOK_URL"] = "https://app.example.com/notices"
    settings = load(**others, **{f"{name}_FILE": str(file)})
    if provider.startswith(CLIENTS):
        assert settings.clients[provider.lower()].secret == value
    else:
        assert getattr(settings, name.lower()) in (value, (value,))


@pytest.mark.parametrize("provider", OAUTH_PROVIDERS)
def test_a_client_is_complete_or_not_there(provider: str) -> None:
    name = provider.upper()
    assert load(**GOOD).clients == {}
    for half in ("ID", "SECRET"):
        assert f"{name}_CLIENT_ID and {name}_CLIENT_SECRET" in problems(
            **GOOD, **{f"{name}_CLIENT_{half}": "something"}
        )
    both = {f"{name}_CLIENT_ID": "ours", f"{name}_CLIENT_SECRET": "secret"}
    client = load(
        **GOOD,
        **both,
        **{f"{name}_SCOPES": "one two", f"{name}_TOKEN_URL": "http://localhost:1/token?x=1"},
    ).clients[provider]
    assert client == Client(
        id="ours",
        secret="secret",
        scopes=("one", "two"),
        endpoints={"token": "http://localhost:1/token?x=1"},
    )
    assert "secret" not in repr(client).replace("_secret", "")
    elsewhere = {"HOST": "192.0.2.1", **both}
    assert "PUBLIC_URL is missing" in problems(**GOOD, **elsewhere)
    assert f"{name}_TOKEN_URL must start with https" in problems(
        **GOOD, **both, **{f"{name}_TOKEN_URL": "http://example.com/token"}
    )


def test_the_address_for_notices_and_its_secret_belong_together() -> None:
    url, secret = "https://app.example.com/notices?of=latchkey", SECRET[::-1]
    both = {"RESULT_WEBHOOK_URL": url, "RESULT_WEBHOOK_SECRET": secret}
    settings = load(**GOOD, **both, RESULT_WEBHOOK_EMAIL="true")
    assert (settings.result_webhook_url, settings.result_webhook_secret) == (url, secret)
    assert settings.result_webhook_email
    usual = load(**GOOD)
    assert (usual.result_webhook_url, usual.result_webhook_email) == ("", False)
    for name, value in both.items():
        assert (
            "RESULT_WEBHOOK_URL and RESULT_WEBHOOK_SECRET belong together: set both."
            in problems(**GOOD, **{name: value})
        )
    text = problems(**GOOD, **{**both, "RESULT_WEBHOOK_SECRET": "short"})
    assert "RESULT_WEBHOOK_SECRET is too short" in text
    assert "belong together" not in text


@pytest.mark.parametrize("url", ["http://app.example.com/notices", "app.example.com", "ftp://a.b"])
def test_notices_go_by_https_or_to_this_machine(url: str) -> None:
    more = {"RESULT_WEBHOOK_SECRET": SECRET[::-1], "RESULT_WEBHOOK_URL": url}
    assert "RESULT_WEBHOOK_URL must" in problems(**GOOD, **more)
    more["RESULT_WEBHOOK_URL"] = "http://127.0.0.1:5000/notices"
    assert load(**GOOD, **more).result_webhook_url == more["RESULT_WEBHOOK_URL"]


@pytest.mark.parametrize("tenant", ["a/b", "../x", "a b", "{x}"])
def test_an_odd_tenant_is_refused(tenant: str) -> None:
    assert "MICROSOFT_TENANT" in problems(**GOOD, MICROSOFT_TENANT=tenant)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_and_its_file_at_once_are_refused(name: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    text = problems(**{**GOOD, name: SECRET, f"{name}_FILE": str(file)})
    assert f"{name} and {name}_FILE are both set: keep one." in text


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not a text"])
def test_a_file_that_cannot_be_read_is_told(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content:
        file.write_bytes(content)
    others = {key: value for key, value in GOOD.items() if key != name}
    text = problems(**others, **{f"{name}_FILE": str(file)})
    assert f"{name} cannot be read from its file" in text


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("9000")
    assert load(**GOOD, PORT_FILE=str(file)).port == 8000


def test_the_env_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    odd = "nyk_${HOME}$PATH-key"
    lines = f"# a note\nNYLAS_API_KEY='{odd}'\nexport SECRET_KEY=\"{SECRET}\"\nPORT=9000 # why\n"
    env.write_text(f"{lines}BRAND_NAME='Example & Sons'\n")
    settings = load(env)
    assert settings.nylas_api_key == odd
    assert settings.secret_key == SECRET
    assert settings.port == 9000
    assert settings.brand_name == "Example & Sons"


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(f"NYLAS_API_KEY={KEY}\nSECRET_KEY={SECRET}\nPORT=9000\nHOST=10.0.0.1\n")
    settings = load(env, PORT="9001")
    assert (settings.host, settings.port) == ("10.0.0.1", 9001)


def test_an_env_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_bytes(b"NYLAS_API_KEY=\xff\xfe\n")
    assert f"{env} is no text in UTF-8." in problems(env, **GOOD)


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: str(variable.name))
def test_an_empty_value_is_the_default(variable: Any) -> None:
    if variable.name in GOOD:
        assert f"{variable.name} is missing" in problems(**{**GOOD, variable.name: ""})
    else:
        assert load(**GOOD, **{variable.name: "  "}) == load(**GOOD)


def test_settings_shown_as_text_hold_no_secret() -> None:
    former = SECRET[::-1]
    settings = load(**GOOD, SECRET_KEY_FALLBACKS=former)
    for secret in (KEY, SECRET, former):
        assert secret not in repr(settings)
        assert secret not in str(settings)


def test_settings_are_the_table_of_variables() -> None:
    plain = [var.name.lower() for var in VARIABLES if not var.name.startswith(CLIENTS)]
    names = [field.name for field in fields(Settings)]
    assert [
        name for name in names if name not in ("clients", "file_doubts", "microsoft_tenant")
    ] == plain
    hidden = [field.name.upper() for field in fields(Settings) if not field.repr]
    assert hidden == [name for name in SECRETS if not name.startswith(CLIENTS)]
    assert [field.name for field in fields(Client) if not field.repr] == ["secret"]


def test_settings_cannot_be_changed() -> None:
    settings = load(**GOOD)
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["flask", "--app", "app", "routes"], 2),
        (["flask", "--app", "app", "run"], 2),
        (["flask", "--app", "app", "doctor", "--json"], 2),
        (["gunicorn", "--config", "deploy/gunicorn.conf.py", "app:create_app()"], 1),
    ],
    ids=["flask routes", "flask run", "flask doctor", "gunicorn"],
)
def test_a_command_with_bad_settings_ends_with_plain_words(command: list[str], code: int) -> None:
    environ = {"PATH": os.environ["PATH"], "PORT": "none", "SANDBOX": "true", "SECRET_KEY": "tell"}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert "Latchkey cannot start. Please mend these settings:\n" in done.stderr
    assert "  - PORT must be a whole number from 1 to 65535.\n" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "tell" not in done.stdout + done.stderr


def test_tokens_are_given_back_only_where_the_provider_takes_them() -> None:
    names = [variable.name for variable in VARIABLES if variable.name.endswith("_REVOKE_URL")]
    assert names == [
        f"{key.upper()}_REVOKE_URL"
        for key, provider in PROVIDERS.items()
        if provider.oauth and "revoke" in provider.oauth.endpoints
    ]
    client = {"GOOGLE_CLIENT_ID": "ours", "GOOGLE_CLIENT_SECRET": "secret"}
    url = "http://localhost:1/revoke"
    assert load(**GOOD, **client, GOOGLE_REVOKE_URL=url).clients["google"].endpoints == {
        "revoke": url
    }

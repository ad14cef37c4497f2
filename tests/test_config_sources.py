"""Where settings come from, and what is said when nothing can come from there."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT
from latchkey.infra.settings import files
from tests.test_config import GOOD, KEY, SECRET, SECRETS, load, problems


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("end", ["", " ", "\n", "\r\n", "\t"])
def test_quotation_marks_and_blanks_around_a_value_of_the_environment_are_no_part_of_it(
    quote: str, end: str
) -> None:
    values = {**GOOD, "PUBLIC_URL": "https://connect.example.com", "PORT": "9000", "SANDBOX": "no"}
    wrapped = {name: f"{quote}{value}{end}{quote}{end}" for name, value in values.items()}
    assert load(**wrapped) == load(**values)


@pytest.mark.parametrize(
    "name", ["NYLAS_API_KEY", "SECRET_KEY", "METRICS_TOKEN", "PUBLIC_URL", "PORT", "SANDBOX"]
)
@pytest.mark.parametrize("marks", [('"', ""), ("", '"'), ("'", '"'), ("“", "”")])
def test_quotation_marks_without_a_partner_are_refused(name: str, marks: tuple[str, str]) -> None:
    values = {**GOOD, "METRICS_TOKEN": SECRET[::-1], "PUBLIC_URL": "https://a.example"}
    value = {**values, "PORT": "8000", "SANDBOX": "no"}[name]
    text = problems(**{**values, name: f"{marks[0]}{value}{marks[1]}"})
    assert f"- {name} " in text
    assert value not in text or value == "no"


def test_an_empty_value_of_the_environment_takes_back_what_the_file_says(env: Path) -> None:
    env.write_text(f"NYLAS_API_KEY={KEY}\nSECRET_KEY={SECRET}\nPORT=9000\n")
    assert load(env, NYLAS_API_KEY="", SANDBOX="true").sandbox
    assert load(env, PORT=" ").port == 8000


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("NYLAS_API_KEY: nyk_v0_hidden", 1),
        ("# a note\n\nNYLAS_API_KEY='nyk_v0_hidden\n", 3),
        ('PORT=1\nSECRET_KEY="hidden-hidden\nBRAND_NAME="x"\n', 2),
        ("\n\nhidden\n", 3),
    ],
)
def test_a_line_of_the_file_that_cannot_be_understood_is_named_and_not_shown(
    lines: str, line: int, env: Path
) -> None:
    env.write_text(lines)
    text = problems(env, **GOOD)
    assert f"line {line} of {env} cannot be understood. Write NAME=value" in text
    assert "hidden" not in text


def test_a_folder_in_place_of_the_file_is_said_so(env: Path) -> None:
    env.mkdir()
    assert f"{env} is a directory" in problems(env, **GOOD)


@pytest.fixture
def unreadable() -> Iterator[Path]:
    """A ``.env`` of another user, who keeps it to themselves."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        env = Path(folder) / ".env"
        env.write_text(f"NYLAS_API_KEY={KEY}\n")
        env.chmod(0o600 if os.getuid() == 0 else 0)
        as_root = os.getuid() == 0
        if as_root:
            os.seteuid(pwd.getpwnam("nobody").pw_uid)
        yield env
        if as_root:
            os.seteuid(0)


def test_a_file_of_another_user_is_named_with_its_rights(unreadable: Path) -> None:
    text = problems(unreadable, **GOOD)
    me = pwd.getpwuid(os.geteuid()).pw_name
    assert f"{unreadable} may not be read by the user {me}: it belongs to " in text
    assert " and has the mode -" in text
    assert len(text.splitlines()) == 1


def test_a_file_in_a_folder_of_another_user_is_named_with_the_rights_of_the_folder(
    unreadable: Path,
) -> None:
    me, folder = pwd.getpwuid(os.geteuid()).pw_name, unreadable.parent
    named = {"BRAND_FILE": "brand.toml", "BRAND_LOGO": "logo.svg", "PROVIDERS_FILE": "p.csv"}
    with _as_owner():
        folder.chmod(0)
    try:
        env = problems(unreadable, **GOOD)
        others = problems(**GOOD, **{name: str(folder / file) for name, file in named.items()})
    finally:
        with _as_owner():
            folder.chmod(0o755)
    told = f"may not be read by the user {me}: the folder {folder} belongs to "
    assert f"{unreadable} {told}" in env
    for name, file in named.items():
        assert f"{name} cannot be used: {folder / file} {told}" in others
    assert others.count(" and has the mode d---------.") == 3


@contextlib.contextmanager
def _as_owner() -> Iterator[None]:
    """As who started the tests, if that is root."""
    user = os.geteuid()
    os.seteuid(os.getuid())
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_user_without_a_name_is_called_by_its_number() -> None:
    names = {user.pw_uid: user.pw_name for user in pwd.getpwall()}
    unknown = next(uid for uid in range(60_000, 65_000) if uid not in names)
    assert files._user(unknown) == str(unknown)
    assert files._user(0) == names[0]


def test_rights_that_cannot_be_looked_up_are_left_out(tmp_path: Path) -> None:
    text = files.why_unreadable(tmp_path / "gone" / "file", PermissionError())
    assert re.fullmatch(r"may not be read by the user \w+", text)


def test_a_file_that_cannot_be_read_for_another_reason_is_said_so() -> None:
    path = "/" + "a" * 300
    text = problems(NYLAS_API_KEY_FILE=path, SECRET_KEY=SECRET)
    assert f"NYLAS_API_KEY cannot be read from its file: {path} cannot be read (OSError)" in text


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What starts the page, in a folder whose ``.env`` is a folder."""
    for name in ("app.py", "config.py", "Makefile"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("latchkey", "deploy", "templates", "static", "locales"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".env").mkdir()
    return tmp_path


COMMANDS = {
    "flask": [sys.executable, "-m", "flask", "--app", "app", "doctor"],
    "gunicorn": [
        *(sys.executable, "-m", "gunicorn"),
        *("--config", "deploy/gunicorn.conf.py", "app:create_app()"),
    ],
    "make": [
        *("make", "--no-print-directory", "--assume-old=.venv/run.stamp", "run"),
        f"BIN={Path(sys.executable).parent}",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_cannot_be_read_stops_every_command_with_one_line(
    command: str, copy: Path
) -> None:
    done = subprocess.run(
        COMMANDS[command],
        cwd=copy, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert len(lines) == 1
    assert f"Latchkey cannot start: {copy / '.env'} is a directory" in lines[0]
    assert "ready" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "does not exist"), ("", "is empty"), (" \n", "is empty"), ("/", "is a directory")],
)
def test_a_secrets_file_that_gives_nothing_is_named(
    name: str, content: str | None, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content == "/":
        file.mkdir()
    elif content is not None:
        file.write_text(content)
    others = {key: value for key, value in GOOD.items() if key != name}
    text = problems(**others, **{f"{name}_FILE": str(file)})
    assert f"{name} cannot be read from its file: {file} {why}" in text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f"{SECRET}\n{SECRET[::-1]}\n", "has several lines, but must hold the value alone"),
        (f"SECRET_KEY={SECRET}", "begins with SECRET_KEY=, but must hold the value alone"),
        (f"export SECRET_KEY = {SECRET}", "begins with SECRET_KEY=, but must hold the value alone"),
    ],
)
def test_a_secrets_file_with_more_than_the_secret_is_named_and_not_shown(
    content: str, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text(content)
    text = problems(NYLAS_API_KEY=KEY, SECRET_KEY_FILE=str(file))
    assert f"SECRET_KEY cannot be read from its file: {file} {why}." in text
    assert SECRET not in text


def test_a_secrets_file_may_hold_a_list_with_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / "former"
    file.write_text(f"{SECRET[::-1]}\r\n{SECRET.swapcase()}\r\n")
    former = load(**GOOD, SECRET_KEY_FALLBACKS_FILE=str(file)).secret_key_fallbacks
    assert former == (SECRET[::-1], SECRET.swapcase())


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("BRAND_COLOR = #1f5fd6", True),
        ("BRAND_COLOR=\t#1f5fd6 ", True),
        ("BRAND_COLOR= # as in the style guide", False),
        ("BRAND_COLOR=", False),
        ("BRAND_COLOR=#1f5fd6", False),
        ('BRAND_COLOR = "#1f5fd6"', False),
        ("BRAND_COLOR = #1f5fd6\nBRAND_NAME=North #1", True),
    ],
)
def test_a_value_that_is_taken_for_a_comment_is_warned_of(
    line: str, warned: bool, env: Path
) -> None:
    env.write_text(f"NYLAS_API_KEY={KEY}\nSECRET_KEY={SECRET}\n{line}\n")
    text = "BRAND_COLOR is empty in .env, as # behind a blank begins a comment"
    assert [text in warning for warning in load(env).warnings] == [True] * warned
    assert load(env, BRAND_COLOR="#1f5fd6").warnings == ()


def test_files_from_windows_are_read(env: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(f"\ufeff{SECRET}\r\n".encode())
    env.write_bytes(f"\ufeffNYLAS_API_KEY={KEY}\r\nSECRET_KEY_FILE={secret}\r\n".encode())
    settings = load(env)
    assert (settings.nylas_api_key, settings.secret_key) == (KEY, SECRET)


@pytest.mark.parametrize("secret", [KEY, SECRET, "redis://:word@cache.example.com/0", "ab/cd+ef=="])
def test_a_secret_in_place_of_its_path_is_not_shown(secret: str) -> None:
    text = problems(SECRET_KEY=SECRET, NYLAS_API_KEY_FILE=secret)
    assert "NYLAS_API_KEY cannot be read from its file: " in text
    assert secret not in text
    assert "word" not in text


def test_a_secrets_file_may_have_a_final_line_break_and_quotation_marks(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f'"{KEY}"\r\n')
    assert load(SECRET_KEY=SECRET, NYLAS_API_KEY_FILE=str(file)).nylas_api_key == KEY


MISSPELT = [
    ("NYLAS_APIKEY", "NYLAS_API_KEY"),
    ("NYLAS_API_KEYS", "NYLAS_API_KEY"),
    ("NYLAS_API_URL", "NYLAS_API_URI"),
    ("nylas_api_key", "NYLAS_API_KEY"),
    ("NYLAS-API-KEY", "NYLAS_API_KEY"),
    ("BRAND_COLOUR", "BRAND_COLOR"),
    ("SECERT_KEY", "SECRET_KEY"),
    ("PUBLIC_URI", "PUBLIC_URL"),
    ("TRUSTED_HOST", "TRUSTED_HOSTS"),
    ("GOOGLE_CLIENTID", "GOOGLE_CLIENT_ID"),
    ("MICROSFT_CLIENT_SECRET", "MICROSOFT_CLIENT_SECRET"),
    ("NYLAS_API_KEY_FIL", "NYLAS_API_KEY"),
    ("WEB_CONCURENCY", "WEB_CONCURRENCY"),
]


@pytest.mark.parametrize(("name", "meant"), MISSPELT)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_misspelt_name_stops_the_start(name: str, meant: str, place: str, env: Path) -> None:
    if place == "file":
        env.write_text(f"{name}=hidden\n")
        text = problems(env, **GOOD)
    else:
        text = problems(**GOOD, **{name: "hidden"})
    assert f"- {name} is no setting: did you mean {meant}" in text
    assert "hidden" not in text
    assert load(**GOOD, **{name: " "}) == load(**GOOD)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("NYLAS_KEY", "NYLAS_API_KEY"), ("NYLAS_API", "NYLAS_API_KEY")],
)
def test_in_the_file_a_word_too_many_or_too_few_is_noticed(
    name: str, meant: str, env: Path
) -> None:
    env.write_text(f"{name}=hidden\n")
    assert f"{name} is no setting: did you mean {meant}?" in problems(env, **GOOD)
    assert load(**GOOD, **{name: "another program's"}) == load(**GOOD)


@pytest.mark.parametrize("name", ["BRAND_NAME_FILE", "PUBLIC_URL_FILE"])
def test_a_file_for_what_is_no_secret_is_refused(name: str) -> None:
    text = problems(**GOOD, **{name: "/run/secrets/x"})
    assert f"{name} is no setting: only secrets come from a file." in text


OTHERS = [
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "HOME",
    "HOSTNAME",
    "HOSTTYPE",
    "PATH",
    "PORTS",
    "TERM",
    "USER",
    "LOGNAME",
    "DYNO",
    "PYTHONPATH",
    "BRAND",
    "SECRET_KEY_BASE",
    "REDIS_HOST",
    "REDIS_PORT",
    "REDIS_TLS_URL",
    "REDIS_PORT_6379_TCP",
    "REDIS_URL_2",
    "DATABASE_URL",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_PORT",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_API_KEY",
    "NYLAS_GRANT_ID",
    "PUBLIC_IP",
    "WEB_MEMORY",
    "LINK_TARGET",
    "METRICS_PATH",
]


@pytest.mark.parametrize("name", OTHERS)
def test_names_of_other_programs_in_the_environment_are_none_of_ours(name: str) -> None:
    assert load(**GOOD, **{name: "something"}) == load(**GOOD)


UNKNOWN = [
    ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
    ("TRUST_PROXY", "TRUSTED_PROXIES"),
    ("trust_proxy", "TRUSTED_PROXIES"),
    ("NYLAS_REGION", "NYLAS_API_URI"),
    ("REDIS_HOST", "REDIS_URL"),
    ("REDIRECT_URIS", "RETURN_URIS"),
    ("ALLOWED_HOSTS", "TRUSTED_HOSTS"),
    ("AZURE_CLIENT_ID", "MICROSOFT_CLIENT_ID"),
    ("MICROSOFT_REVOKE_URL", "MICROSOFT_TOKEN_URL"),
    ("RATE_LIMITS", "LIMITS"),
    ("WORKERS", "WEB_CONCURRENCY"),
    ("DEBUG", ""),
    ("SENTRY_DSN", ""),
]


@pytest.mark.parametrize(("name", "meant"), UNKNOWN)
def test_a_name_in_the_file_that_is_no_setting_is_warned_of(
    name: str, meant: str, env: Path
) -> None:
    env.write_text(f"{name}=hidden\n")
    hint = f": did you mean {meant}?" if meant else "."
    sentence = f"{name} in .env has no effect, as it is no setting{hint}"
    assert load(env, **GOOD).warnings == (sentence,)
    env.write_text(f"{name}=\n")
    assert load(env, **GOOD).warnings == ()
    assert load(**GOOD, **{name: "hidden"}).warnings == (), "the environment is for all programs"


OF_TOOLS = [
    "COMPOSE_PROJECT_NAME", "DOCKER_HOST", "FLASK_SKIP_DOTENV", "GUNICORN_CMD_ARGS", "LANG",
    "LC_ALL", "PROMETHEUS_MULTIPROC_DIR", "PYTHONUNBUFFERED", "SSL_CERT_FILE", "TZ", "HTTPS_PROXY",
    "https_proxy", "NO_PROXY",
]  # fmt: skip


@pytest.mark.parametrize("name", [*OF_TOOLS, "SECRET_KEY_FALLBACKS_FILE", "U2VjcmV0"])
def test_names_of_tools_and_parts_of_secrets_are_not_warned_of(
    name: str, env: Path, tmp_path: Path
) -> None:
    former = tmp_path / "former"
    former.write_text(SECRET[::-1])
    env.write_text(f"{name}={former}\n")
    assert load(env, **GOOD).warnings == ()

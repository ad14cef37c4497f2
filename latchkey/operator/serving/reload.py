"""SIGHUP: new settings are taken only when the page can start with them.

gunicorn itself ends when its configuration cannot be read again, a new worker does not start, or
another address is to be listened at while the old workers still hold theirs, so a line in a file
would end every sign-in that is under way.
"""

import subprocess
import sys
from collections.abc import Sequence

from gunicorn.arbiter import Arbiter

# In a process of its own: what the page imports must not be loaded here, before gevent patched it.
_TRIAL = """
import sys
from app import create_app
from config import ConfigError, load_settings
try:
    settings = load_settings()
    create_app(settings)
except ConfigError as error:
    sys.exit(error.format_message())
if list(settings.listens_at) != sys.argv[1:]:
    sys.exit("HOST, PORT and METRICS_PORT need a restart.")
"""
# Else the process would count itself among those whose metrics are added up.
_ALONE = ("env", "-u", "PROMETHEUS_MULTIPROC_DIR")
_SECONDS = 60

_reload = Arbiter.handle_hup


def handle_hup(arbiter: Arbiter, bind: Sequence[str]) -> None:
    """Read the settings again, or say why the ones before stay.

    :param bind: where the server listens.
    """
    try:
        trial = subprocess.run(  # noqa: S603 (a fixed command)
            [*_ALONE, sys.executable, "-c", _TRIAL, *bind],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        trouble = trial.stderr.strip() if trial.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        trouble = type(error).__name__
    if trouble:
        arbiter.log.error("Nothing is reloaded; the page goes on as before. %s", trouble)
    else:
        _reload(arbiter)

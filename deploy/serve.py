"""Start the server: ``python deploy/serve.py``, in containers and on platforms.

gunicorn reads ``WEB_CONCURRENCY`` before its file of settings, and cannot read an empty one, one in
quotation marks, or ``auto``; its traceback does not say what to do. So all settings are read first.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import ConfigError, load_settings

try:
    processes = load_settings().web_concurrency
except ConfigError as error:
    sys.exit(error.format_message())
os.environ["WEB_CONCURRENCY"] = str(processes)
server = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
# The same process goes on as gunicorn: signals reach it.
os.execv(sys.executable, [*server, "app:create_app()"])  # noqa: S606 (a fixed command)

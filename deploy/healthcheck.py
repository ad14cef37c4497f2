"""Exit code 0 when the page of this container answers: Docker's HEALTHCHECK, without a shell."""

import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from config import load_settings

connection = HTTPConnection("127.0.0.1", load_settings().port, timeout=2)
try:
    connection.request("GET", "/healthz")
    healthy = connection.getresponse().status == 200
except (OSError, HTTPException):
    healthy = False
sys.exit(not healthy)

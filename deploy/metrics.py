"""The directory through which the server's processes add up their metrics."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def metrics_directory() -> str:
    """Make the directory, once for each master process: it stays when settings are read again.

    In memory where that is possible: a read-only root file system has no other place for it.
    """
    memory = Path("/dev/shm")  # noqa: S108 (private to this user, see mkdtemp)
    folder = tempfile.mkdtemp(prefix="latchkey-metrics-", dir=memory if memory.is_dir() else None)
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: str, owner: int) -> None:
    # Workers are forks of the master, and end while it and its other workers go on.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)

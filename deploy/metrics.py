"""Where the server's processes leave their heartbeat, and add up their metrics."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 (what is made there is private to this user)
# Values in a file that its file system has no room for end a process by SIGBUS.
_ENOUGH = 8 * 1024 * 1024


def scratch_folder(*, room: int = 0) -> str:
    """Return a folder to write to: in memory, or where the system has its temporary files.

    :param room: bytes that have to be free in memory.
    :raises OSError: there is none.
    """
    # False as well on a file system that is mounted read-only.
    usable = os.access(_MEMORY, os.W_OK | os.X_OK)
    if usable and shutil.disk_usage(_MEMORY).free >= room:
        return str(_MEMORY)
    return tempfile.gettempdir()


@cache
def metrics_directory() -> str:
    """Make the directory, once for each master process: it stays when settings are read again.

    In memory where that is possible: a read-only root file system has no other place for it.

    :raises OSError: it cannot be made anywhere.
    """
    folder = tempfile.mkdtemp(prefix="latchkey-metrics-", dir=scratch_folder(room=_ENOUGH))
    atexit.register(_remove, folder, os.getpid())
    return folder


def _remove(folder: str, owner: int) -> None:
    # Workers are forks of the master, and end while it and its other workers go on.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)

"""Freed memory is overwritten: by the C library, or by taking its blocks again."""

import subprocess
import sys

from config import ROOT

_LARGE = """
import ctypes
from latchkey.infra.freed_memory import overwrite_when_freed
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
if {wiped}:
    assert overwrite_when_freed()
place = libc.malloc(ctypes.c_size_t(100_000))
ctypes.memset(place, 65, 100_000)
libc.free(place)
print(ctypes.string_at(place + 1000, 10))
"""
_SMALL = """
import ctypes
from latchkey.infra.freed_memory import overwrite_freed
text = b"a canary, " * int("20")
place, length = id(text), len(text)
del text
if {wiped}:
    overwrite_freed(length)
print(ctypes.string_at(place + 100, 10))
"""


def left(program: str, *, wiped: bool) -> str:
    """What is left where something was, in a process of its own."""
    code = program.format(wiped=wiped)
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_what_the_c_library_frees_is_overwritten() -> None:
    assert left(_LARGE, wiped=False) == "b'AAAAAAAAAA'\n"
    assert left(_LARGE, wiped=True) != "b'AAAAAAAAAA'\n"


def test_small_blocks_of_python_are_overwritten() -> None:
    assert "nary" in left(_SMALL, wiped=False)
    assert "nary" not in left(_SMALL, wiped=True)

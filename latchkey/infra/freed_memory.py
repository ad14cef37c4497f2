"""Freed memory: overwritten, so that passwords which Python has freed are not left in it.

Python overwrites nothing when it frees an object: what a request held can be read in the memory of
the process until that place is used again, which may take hours. What is still referred to is not
touched here, and the last request of all may stay.
"""

import ctypes
from itertools import repeat

# Blocks up to this size are Python's own (pymalloc); larger ones are the C library's.
PYTHONS_OWN = 512
# More than are usually free of one size.
_BLOCKS = 512
# Of a text: as bytes, and as characters that are ASCII.
_HEADS = (33, 49)
_M_PERTURB, _PATTERN = -6, 0xAA


# Not counted, as both are tried in processes of their own: what they do to this one lasts.
def overwrite_when_freed() -> bool:  # pragma: no cover
    """Have the C library overwrite what it frees; False where it cannot.

    Source: ``mallopt(3)``, ``M_PERTURB``, of glibc. musl and macOS have no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return bool(mallopt and mallopt(_M_PERTURB, _PATTERN))


def overwrite_freed(length: int) -> None:  # pragma: no cover
    """Write zeros over the free blocks that a text of ``length`` bytes may have lain in.

    Python hands its own blocks out again by size, so taking as many as may be free reaches them.
    """
    if length + max(_HEADS) <= PYTHONS_OWN:
        for head in _HEADS:
            size = length + head - min(_HEADS)
            # This runs after each form; a loop in Python takes more than three times as long.
            _ = list(map(bytes, repeat(size, _BLOCKS)))

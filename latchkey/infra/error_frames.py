"""Errors that libraries raise: some hold on to the frames that they came through.

Where a library keeps its own error in a variable of the frame that raises it, both hold on to each
other, and to every caller: the request, with the password in it, would stay until the next large
run of the garbage collector.
"""


def forget_frames(error: BaseException) -> None:
    """Forget where ``error``, and what it came of, were raised."""
    before: BaseException | None = error
    while before is not None:
        before.__traceback__ = None
        before = before.__cause__ or before.__context__

import socket
import subprocess
import sys

from bench import ports
from config import ROOT

ASKED_FOR_OURS_FIRST = """
from bench import ports
blocks = iter([{ours}, *range(1000)])
ports.secrets.randbelow = lambda _: next(blocks)
print(ports.free_port())
"""

# The children of one process, one after another: `make mutants` tries each mutant in one.
ASKED_FOR_BY_CHILDREN = """
import os
from bench import ports
for _ in range(2):
    if not os.fork():
        print(ports.free_port(), flush=True)
        os._exit(0)
    os.wait()
"""


def test_another_process_gets_no_port_of_this_one() -> None:
    ours = (ports.free_port() - ports._FIRST) // ports._BLOCK
    ran = subprocess.run(
        [sys.executable, "-c", ASKED_FOR_OURS_FIRST.format(ours=ours)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    theirs = (int(ran.stdout) - ports._FIRST) // ports._BLOCK
    assert theirs != ours


def test_each_child_of_a_process_gets_a_port() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ASKED_FOR_BY_CHILDREN],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert len(ran.stdout.split()) == 2


def test_a_port_that_somebody_listens_on_is_left_out() -> None:
    first = ports.free_port()
    with socket.create_server(("127.0.0.1", first + 1)):
        assert ports.free_port() != first + 1

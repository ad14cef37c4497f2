"""Passwords in the memory of a real server, long after their requests: all of it is searched."""

import asyncio
import random
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.browser import Browser
from bench.driver import Crowd, control
from bench.person import Person
from bench.servers import Program, Stage
from bench.upstream import API_KEY

PEOPLE, PAGES = 120, 300
# What the last request of each kind leaves cannot be overwritten by a later one.
MOST_LEFT = 4


def memory(pid: int) -> bytes:
    """All that a process can read of its own memory (proc(5))."""
    pieces = []
    with Path(f"/proc/{pid}/mem").open("rb", 0) as content:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_, name = line.split(maxsplit=5) + [""] * (len(line.split()) < 6)
            if "r" in rights and not name.startswith("[v"):
                start, end = (int(part, 16) for part in span.split("-"))
                content.seek(start)
                pieces.append(content.read(end - start))
    return b"\n".join(pieces)


def passwords() -> list[str]:
    """Passwords that nobody else has; each could be an app password of Apple's, too."""
    letters = random.SystemRandom()
    return ["".join(letters.choices(string.ascii_lowercase, k=16)) for _ in range(PEOPLE)]


async def sign_in_with(canaries: list[str], page: Program, address: Callable[[int], str]) -> None:
    crowd = Crowd(port=page.port, companies=40)
    for number, canary in enumerate(canaries):
        person: Person = crowd.person(number)
        person.email, person.password = address(number), canary
        journey = await person.walk()
        assert journey.ending == "connected", journey.detail
    browser = Browser(port=page.port, source="127.0.0.1", patience=30.0)
    for _ in range(PAGES):
        assert (await browser.get("/")).status == 200
    browser.close()


@pytest.mark.parametrize(
    "address", ["person{}@company.example", "person{}@icloud.com"], ids=["imap", "icloud"]
)
def test_hardly_a_password_is_left_in_memory(address: str) -> None:
    canaries = passwords()
    with Stage() as stage:
        upstream = stage.upstream()
        lifted = {"NYLAS_SIGN_INS_PER_SECOND": "10000", "NYLAS_DETECTS_PER_MINUTE": "10000"}
        page = stage.page(upstream, **lifted)
        page.start()
        control(upstream.port, forget=True, sign_in_seconds=0.02, sign_ins_per_second=0)
        with ThreadPoolExecutor(1) as thread:
            walks = sign_in_with(canaries, page, address.format)
            thread.submit(asyncio.run, walks).result()
        found = b"\n".join(memory(pid) for pid in page.pids())
    assert API_KEY.encode() in found, "what is surely there is found"
    left = [canary for canary in canaries if canary.encode() in found]
    assert len(left) <= MOST_LEFT, f"{len(left)} of {PEOPLE}"

"""What a sign-in costs over the wire: the bytes of each answer, as the server sent them.

    .venv/bin/python -m tests.wire http://localhost:8000

As a browser does, it loads each file of the pages once. It goes the way without a script; with one,
the answer to the password is a 204 instead of a 303, which has some bytes less.
"""

import sys
from dataclasses import dataclass

import httpx

from tests.pages import Page, Visitor

# What the sandbox's default brand may cost in English; 1 KB is 1,000 bytes.
REQUESTS = 4
FIRST_PAGE = 10_500
JOURNEY = 20_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer.

    :ivar head: bytes of the status line and the headers, with the empty line after them.
    :ivar body: bytes of the body, compressed if it was sent so.
    """

    what: str
    head: int
    body: int

    @property
    def size(self) -> int:
        return self.head + self.body

    def __str__(self) -> str:
        return f"{self.head:5} + {self.body:5} = {self.size:5}  {self.what}"


class Journey:
    """A sign-in from the first page to the confirmation.

    :ivar first: the answers of the first page.
    :ivar answers: all of them.
    """

    def __init__(self, url: str) -> None:
        self.answers: list[Answer] = []
        self._loaded: set[str] = set()
        self._visitor = Visitor.at(url)
        self._visitor.client.event_hooks["response"] = [self._count]
        page = self._with_files(self._visitor.get("/"))
        self.first = tuple(self.answers)
        page = self._with_files(self._visitor.submit(page, email="someone@example.com"))
        page = self._with_files(self._visitor.submit(page, password="secret"))
        assert page.heading == "Your mailbox is connected"

    def _count(self, response: httpx.Response) -> None:
        response.read()
        asked = response.request
        status_line = f"{response.http_version} {response.status_code} {response.reason_phrase}\r\n"
        headers = (name + b": " + value + b"\r\n" for name, value in response.headers.raw)
        self.answers.append(
            Answer(
                what=f"{response.status_code} {asked.method} {asked.url.raw_path.decode()}",
                head=len(status_line) + sum(map(len, headers)) + len("\r\n"),
                body=response.num_bytes_downloaded,
            )
        )

    def _with_files(self, page: Page) -> Page:
        files = [
            str(node.get("href") or node.get("src"))
            for tag in ("link", "script", "img")
            for node in page.tree.iter(tag)
        ]
        for url in files:
            if url not in self._loaded:
                self._loaded.add(url)
                self._visitor.client.get(url)
        return page


def size(answers: tuple[Answer, ...] | list[Answer]) -> int:
    """The bytes of all these answers."""
    return sum(answer.size for answer in answers)


def main(url: str) -> None:
    """List the answers of a journey."""
    journey = Journey(url)
    print(" head    body   bytes", *journey.answers, sep="\n")
    print(f"{size(journey.first)} for the first page, {size(journey.answers)} in all")


if __name__ == "__main__":
    main(sys.argv[1])

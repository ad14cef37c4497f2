"""``python -m bench.in_process FOLDER PEOPLE``: people sign in in one process, without a server.

What is counted is the app of FOLDER alone: from the call of its WSGI app to the last byte of the
answer. It prints JSON: milliseconds of processor time for each kind of request, how often Python's
garbage collector ran, and what a sign-in leaves for it.
"""

import argparse
import asyncio
import gc
import importlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.browser import Answer, Browser
from bench.driver import address
from bench.person import Person, page_name

_WARMING_UP = 5
_LEAVING = 20
# As in point 1: one of three is the first of their company.
_OF_A_COMPANY = 3


@dataclass(kw_only=True)
class InProcess(Browser):
    """The browser of one person, who shares the process with the app.

    :ivar milliseconds: processor time of each request, by its kind (see ``Visit.page``).
    """

    app: Any
    milliseconds: dict[str, list[float]]

    async def get(self, path: str) -> Answer:
        """As ``Browser.get``."""
        return self._call("GET", path, None)

    async def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """As ``Browser.post``."""
        return self._call("POST", path, form)

    def _call(self, method: str, path: str, form: Mapping[str, str] | None) -> Answer:
        host = "http://127.0.0.1"
        headers = [
            ("Accept-Language", "en-GB,en;q=0.7"), ("Sec-Fetch-Site", "same-origin"),
            ("Origin", host), ("Cookie", self._cookie_header()),
        ]  # fmt: skip
        environ = EnvironBuilder(
            path, host, method=method, headers=headers, data=form,
            environ_base={"REMOTE_ADDR": self.source},
        ).get_environ()  # fmt: skip
        began = time.process_time()
        content, status, answered = run_wsgi_app(self.app, environ, buffered=True)
        spent = 1000 * (time.process_time() - began)
        self.milliseconds[page_name(method, path)].append(spent)
        for cookie in answered.getlist("Set-Cookie"):
            self._keep(cookie)
        return Answer(
            status=int(status.split()[0]),
            headers={name.lower(): value for name, value in answered},
            text=b"".join(content).decode(),
        )


def main() -> None:
    """Let the people of the command line sign in, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("people", type=int)
    parser.add_argument("--left", action="store_true", help="also count what sign-ins leave")
    arguments = parser.parse_args()
    # The app of that folder, which may be of another version than this program.
    os.chdir(arguments.folder)
    sys.path[0] = arguments.folder
    app = importlib.import_module("app").create_app()
    _sign_in(app, "warming-up", _WARMING_UP)
    before = gc.get_stats()
    milliseconds = _sign_in(app, "counted", arguments.people)
    collections = [
        now["collections"] - then["collections"]
        for now, then in zip(gc.get_stats(), before, strict=True)
    ]
    print(
        json.dumps(
            {
                "milliseconds": {kind: sum(each) for kind, each in milliseconds.items()},
                "collections": collections,
                "left": _left_by_each(app) if arguments.left else 0.0,
            }
        ),
        flush=True,
    )
    # Threads of the app may wait for something that does not come any more.
    os._exit(0)


def _left_by_each(app: Any) -> float:
    """Objects that a sign-in leaves, and only the garbage collector finds."""
    gc.collect()
    gc.disable()
    _sign_in(app, "leaving", _LEAVING)
    return gc.collect() / _LEAVING


def _sign_in(app: Any, name: str, people: int) -> dict[str, list[float]]:
    milliseconds: dict[str, list[float]] = defaultdict(list)
    for number in range(people):
        browser = InProcess(port=80, source=address(number), app=app, milliseconds=milliseconds)
        company = f"{name}-{number // _OF_A_COMPANY}"
        person = Person(browser=browser, email=f"person{number}@{company}.example")
        journey = asyncio.run(person.walk())
        if journey.ending != "connected":
            raise RuntimeError(f"a sign-in ended otherwise: {journey.ending} {journey.detail}")
    return milliseconds


if __name__ == "__main__":
    main()

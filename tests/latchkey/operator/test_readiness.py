import json
import time
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from bench.ports import free_port
from tests.conftest import KEY, SECRET
from tests.servers import serve, wait_for
from tests.test_servers import ask, gunicorn, stop

pytestmark = pytest.mark.slow


class Nylas:
    """Refuses the key, or lists these connectors."""

    def __init__(self, *, refuses: bool, connectors: list[str]) -> None:
        self.refuses = refuses
        self.connectors = connectors

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status = "401 Unauthorized" if self.refuses else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps({"data": [{"provider": key} for key in self.connectors]}).encode()]


def readiness(port: int, wanted: str) -> set[str]:
    """The answers of both processes, once all of them are as wanted or time is up."""
    for _ in range(100):
        answers = [ask(port, "GET /readyz HTTP/1.1", "Host: lb") for _ in range(8)]
        seen = {answer.split(" ")[1] for answer in answers}
        if seen == {wanted}:
            break
        time.sleep(0.2)
    return seen


def logged(file: Path, words: str) -> str:
    """The one line of the log with these words, once it is there."""
    for _ in range(100):
        lines = [line for line in file.read_text().splitlines() if words in line]
        if lines:
            break
        time.sleep(0.1)
    (line,) = lines
    return line


@pytest.mark.parametrize(
    ("nylas", "words"),
    [
        (Nylas(refuses=True, connectors=["imap"]), "refuses the API key"),
        (Nylas(refuses=False, connectors=[]), "No provider is offered"),
    ],
)
def test_trouble_is_known_before_people_come_and_loud_in_the_log(
    nylas: Nylas, words: str, tmp_path: Path
) -> None:
    port = free_port()
    with serve(nylas) as url:
        process = gunicorn(
            "app:create_app()", tmp_path, NYLAS_API_KEY=KEY, NYLAS_API_URI=url, SECRET_KEY=SECRET,
            WEB_CONCURRENCY="2", PORT=str(port), STATE_DIR=str(tmp_path),
        )  # fmt: skip
        try:
            wait_for(port, process)
            assert "[ERROR]" in logged(tmp_path / "log", words)
            assert readiness(port, "503") == {"503"}
            nylas.refuses, nylas.connectors = False, ["imap"]
            assert readiness(port, "200") == {"200"}, "within 15 seconds"
        finally:
            stop(process)

"""Point 11: what other languages cost: a page in Arabic beside one in English, and the memory."""

import http.client
from statistics import median

from bench.report import Report, Row
from bench.servers import Program, Setup, Stage
from bench.wrk import hammer
from latchkey.infra.languages import ALL

ROUNDS = 7
SECONDS = 3
CONNECTIONS = 8


def run(setup: Setup) -> Report:
    """Measure both languages in turns, so that whatever else the machine does hits both."""
    with Stage(setup) as stage:
        page = stage.page(stage.upstream(), WEB_CONCURRENCY="1")
        page.start()
        _hammer(page, "en", 1)
        before = page.megabytes()
        for language in ALL:
            _get(page, language.tag)
        after = page.megabytes()
        rounds = [(_hammer(page, "ar"), _hammer(page, "en")) for _ in range(ROUNDS)]
    shares = [english / arabic for arabic, english in rounds]
    return Report(
        title=f"Point 11: {len(ALL)} languages",
        rows=[
            Row(
                what="first pages a second, in Arabic (yardstick: in English)",
                ours=median(arabic for arabic, _ in rounds),
                yardstick=median(english for _, english in rounds),
            ),
            Row(what="a page in Arabic costs, of one in English", limit=1.05, ours=median(shares)),
            Row(
                what="memory that all catalogues take", unit="MB", limit=15.0, ours=after - before
            ),
        ],
        notes=[f"Shares: {', '.join(f'{share:.2f}' for share in shares)}."],
    )  # fmt: skip


def _get(page: Program, tag: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.port)
    connection.request("GET", "/", headers={"Accept-Language": tag})
    answer = connection.getresponse()
    if answer.headers["Content-Language"] != tag:
        raise RuntimeError(f"the page is not in {tag}")
    answer.read()
    connection.close()


def _hammer(page: Program, tag: str, seconds: int = SECONDS) -> float:
    header = f"Accept-Language: {tag}"
    return hammer(page, seconds, connections=CONNECTIONS, headers=(header,)).per_second

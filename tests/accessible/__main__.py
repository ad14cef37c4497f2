"""Every state of every page in four languages and six brands, for everybody: `make accessible`.

    .venv/bin/python -m tests.accessible [STATE …]

A state is reached once in each language and brand, by a browser, and then looked at in each variant
(variants.py). Prints what is found, then a table; a finding makes the exit code 1.
"""

import multiprocessing
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.accessible.examine import Result, examine
from tests.browser.states import STATES


def main(states: list[str]) -> int:
    """Look at the states, in as many processes as there are processors for this one."""
    started = time.monotonic()
    workers = len(os.sched_getaffinity(0))
    shares = [states[number::workers] for number in range(workers)]
    # Playwright's own threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        results = [each for share in pool.map(examine, shares) for each in share]
    print(table(results))
    print(f"{time.monotonic() - started:.0f} seconds.")
    return 1 if any(each.flaws for each in results) else 0


def table(results: list[Result]) -> str:
    """A line for each state, and the sums."""
    variants: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for each in results:
        variants[each.state] += each.variants
        found[each.state] += each.flaws
    lines = [("state", "variants", "findings")]
    lines += [(state, str(count), str(found[state])) for state, count in variants.items()]
    lines += [(f"{len(variants)} states", str(variants.total()), str(found.total()))]
    return "\n".join(f"{state:<28}{count:>9}{flaws:>9}" for state, count, flaws in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(STATES)))

"""Looks for texts that break a parser, led by the lines that they reach (atheris, libFuzzer).

``python -m tests.coverage_guided PARSER FOLDER -max_total_time=60``: what reached new lines is kept
in the folder, and what broke the parser in ``crash-…``.
"""

import sys

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["latchkey", "tomllib", "jwt", "idna", "email_validator"]):
    from tests.parsers import PARSERS


def main() -> None:
    """Run one parser until its time is up."""
    name = sys.argv.pop(1)
    parser = PARSERS[name]

    def once(data: bytes) -> None:
        parser(data.decode("utf-8", "surrogateescape"))

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

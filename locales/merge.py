"""Bring every catalogue up to date with latchkey.pot, and compile it: a part of ``make texts``.

pybabel update does the same, but writes the time into each file and forgets who has read it.
"""

import io
from datetime import UTC, datetime

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from latchkey.infra.catalogues import FOLDER, catalogue_path, state_of
from latchkey.infra.languages import BY_TAG, SOURCE

TEMPLATE = "latchkey.pot"


def merged(source: str, template: Catalog, locale: str, state: str) -> str:
    """Return the catalogue with the messages of the template: new ones empty, old ones gone.

    :param state: who has read it, one of ``STATES``.
    """
    catalog = read_po(io.StringIO(source), locale=locale)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    body = io.BytesIO()
    write_po(body, catalog, no_location=True, omit_header=True, sort_output=True)
    return _header(catalog, state) + body.getvalue().decode()


def compiled(source: str, locale: str) -> bytes:
    """Return what the page reads."""
    catalog = read_po(io.StringIO(source), locale=locale)
    # The same texts make the same file.
    catalog.creation_date = catalog.revision_date = datetime.fromtimestamp(0, UTC)
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _header(catalog: Catalog, state: str) -> str:
    fields = {
        "Project-Id-Version": "Latchkey",
        "Language": catalog.locale_identifier,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalog.plural_forms,
        "X-Reviewed-By": state,
    }
    lines = "\n".join(f'"{name}: {value}\\n"' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{lines}\n\n'


def main() -> None:
    """Write all catalogues anew."""
    template = read_po(io.StringIO((FOLDER / TEMPLATE).read_text()))
    for tag in BY_TAG.keys() - {SOURCE}:
        path, locale = catalogue_path(tag), tag.replace("-", "_")
        source = merged(path.read_text(), template, locale, state_of(tag))
        path.write_text(source)
        path.with_suffix(".mo").write_bytes(compiled(source, locale))


if __name__ == "__main__":
    main()

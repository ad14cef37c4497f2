import re
import subprocess
import sys
from pathlib import Path

from config import ROOT


def test_the_texts_for_translators_are_the_texts_of_the_pages(tmp_path: Path) -> None:
    fresh = tmp_path / "latchkey.pot"
    recipe = re.search(r"^texts:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.M)
    assert recipe
    extract = recipe[1].replace("\\\n", " ").splitlines()[0]
    command = extract.replace("locales/latchkey.pot", str(fresh)).split()
    babel = "from babel.messages.frontend import main; main()"
    subprocess.run([sys.executable, "-c", babel, *command[1:]], cwd=ROOT, check=True)
    assert fresh.read_text() == (ROOT / "locales/latchkey.pot").read_text(), "run: make texts"


def test_no_sentence_on_a_page_bypasses_the_translators() -> None:
    for template in (ROOT / "templates").rglob("*.html"):
        bare = re.sub(r"{#.*?#}|{% trans.*?{% endtrans %}", "", template.read_text(), flags=re.S)
        bare = re.sub(r"{%.*?%}|{{.*?}}", "", bare, flags=re.S)
        bare = re.sub(r"<[^>]*>", "", bare, flags=re.S)
        assert not re.search(r"[A-Za-z]{3,}", bare), f"{template.name}: {bare.strip()}"


def test_a_text_is_one_line() -> None:
    # Templates are compiled without indents (latchkey/web/unindented.py); translators get them.
    assert "\\n" not in (ROOT / "locales/latchkey.pot").read_text()

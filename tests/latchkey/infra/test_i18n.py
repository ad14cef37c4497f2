from typing import Any

import pytest
from flask import Flask, render_template_string

from app import create_app
from latchkey.infra.catalogues import read_catalogue
from latchkey.infra.i18n import N_, PageTexts, init_i18n, span_of_time, translate
from latchkey.infra.languages import BY_TAG
from tests.conftest import make_settings
from tests.pages import Visitor


@pytest.fixture
def app() -> Flask:
    return create_app(make_settings())


def shown(app: Flask, template: str, **values: Any) -> str:
    with app.test_request_context():
        return render_template_string(template, **values)


def test_a_marked_text_stays_as_it_is() -> None:
    assert N_("100 % %(name)s") == "100 % %(name)s"


def test_a_text_is_filled_in() -> None:
    assert translate("Ask %(company)s.", company="Example") == "Ask Example."


def test_what_is_filled_in_is_not_filled_in_itself() -> None:
    assert translate("Ask %(company)s.", company="%(company)s %s 100%") == (
        "Ask %(company)s %s 100%."
    )


@pytest.mark.parametrize(
    "template",
    ["{{ _('Ask %(company)s', company=company) }}", "{% trans company=company %}Ask {{ company }}"
     "{% endtrans %}", "{% set text = 'Ask %(company)s' %}{{ _(text, company=company) }}"],
)  # fmt: skip
def test_what_a_page_fills_in_is_escaped(app: Flask, template: str) -> None:
    assert shown(app, template, company="<b>&\"'") == "Ask &lt;b&gt;&amp;&#34;&#39;"


def test_a_sentence_of_ours_does_not_make_the_same_one_of_an_operator_markup() -> None:
    own: dict[str, str] = {}
    app = Flask(__name__)
    init_i18n(app, lambda: PageTexts(BY_TAG["en"], read_catalogue("en"), own))
    template = "{{ _('<em>100%%</em>') }}"
    assert shown(app, template) == "<em>100%</em>"
    own["<em>100%%</em>"] = "<em>100%%</em>"
    assert shown(app, template) == "&lt;em&gt;100%&lt;/em&gt;"


def test_a_page_may_count(app: Flask) -> None:
    template = (
        "{% trans count=count %}one mailbox{% pluralize %}{{ count }} mailboxes{% endtrans %}"
    )
    assert [shown(app, template, count=count) for count in (1, 2)] == ["one mailbox", "2 mailboxes"]


def test_a_page_says_its_language(visitor: Visitor) -> None:
    html = visitor.get("/").tree
    assert html.get("lang") == "en"


def test_a_text_with_a_missing_value_is_an_error(app: Flask) -> None:
    with pytest.raises(KeyError):
        translate("Ask %(company)s.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"), (90, "90 seconds"), (91, "2 minutes"), (600, "10 minutes"),
        (5400, "90 minutes"), (5401, "2 hours"), (90_000, "25 hours"),
    ],
)  # fmt: skip
def test_a_span_of_time_is_rounded_up_to_what_people_count_in(seconds: int, words: str) -> None:
    assert span_of_time(seconds) == words

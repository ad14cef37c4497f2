import pytest
from flask import render_template_string
from jinja2 import UndefinedError

from app import create_app
from tests.conftest import make_settings

APP = create_app(make_settings())
EVIL, HARMLESS = "<b>&\"'\x1b", "&lt;b&gt;&amp;&#34;&#39;"
TEMPLATES = {
    "{{ value }}": HARMLESS,
    '<a href="{{ value }}">{{ value ~ 1 }}</a>': f'<a href="{HARMLESS}">{HARMLESS}1</a>',
    "{% set kept %}{{ value }}{% endset %}{{ kept }}": HARMLESS,
    "{% macro m(text) %}{{ text }}{% endmacro %}{{ m(value) }}": HARMLESS,
    "{% for one in [value] %}{{ one|upper }}{% endfor %}": HARMLESS.replace("b", "B"),
    "{{ '<i>' }}{{ value[:3]|safe }}": "&lt;i&gt;<b>",
    "{{ none }} {{ 7 }} {{ [value[:3]] }}": "None 7 [&#39;&lt;b&gt;&#39;]",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_value_is_escaped(template: str) -> None:
    with APP.test_request_context():
        assert render_template_string(template, value=EVIL) == TEMPLATES[template]


def test_a_missing_value_is_an_error() -> None:
    with APP.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ missing }}")

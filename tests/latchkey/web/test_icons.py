from typing import Any

from markupsafe import Markup

from app import create_app
from tests.conftest import make_settings


def test_an_icon_is_drawn_once_and_stays_markup() -> None:
    icon: Any = create_app(make_settings()).jinja_env.globals["icon"]
    drawn = icon("lock")
    assert isinstance(drawn, Markup)
    assert drawn.startswith("<svg ")
    assert icon("lock") is drawn
    assert icon("check") != drawn
    assert icon("letter-<") == Markup('<span class="icon-letter" aria-hidden="true">&lt;</span>')

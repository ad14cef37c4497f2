import pytest
from flask import Flask, current_app, g, request

from latchkey.infra.unproxied import unproxied


def test_each_request_has_objects_of_its_own() -> None:
    app = Flask(__name__)
    for path in ("/one", "/two"):
        with app.test_request_context(path):
            assert unproxied(current_app) is app
            assert unproxied(request).path == path
            assert "seen" not in unproxied(g)
            unproxied(g).seen = path
            assert g.seen == path


def test_there_is_none_outside_of_requests() -> None:
    with pytest.raises(RuntimeError):
        unproxied(request)

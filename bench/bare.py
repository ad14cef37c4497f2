"""A route that renders a template of one line: what a page of Flask costs at least."""

from flask import Flask, render_template_string

app = Flask(__name__)


@app.get("/")
def show() -> str:
    """Say hello."""
    return render_template_string("<!doctype html><title>{{ name }}</title>", name="Hello")

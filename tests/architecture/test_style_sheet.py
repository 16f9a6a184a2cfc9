"""A class that a page gives is one that the style sheet knows."""

import re
from collections.abc import Iterator
from pathlib import Path

_APP = Path(__file__).resolve().parents[2] / "app"


def test_every_class_has_a_rule() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", (_APP / "static/app.css").read_text("utf-8")))
    pages = sorted((_APP / "templates").rglob("*.html"))
    assert len(pages) > 50
    without_rule = {
        f"{path.relative_to(_APP)}: {name}"
        for path in pages
        for name in _classes(path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert without_rule == set()


def test_classes_are_found() -> None:
    page = '<p class="soft {{ level }}">{% if x %}<b class="big{% if y %} small{% endif %}">'
    assert list(_classes(page)) == ["soft", "big", "small"]


def _classes(page: str) -> Iterator[str]:
    for given in re.findall(r'class="((?:\{.*?\}+|[^"])*)"', page):
        yield from re.sub(r"\{[{%].*?[%}]\}", " ", given).split()

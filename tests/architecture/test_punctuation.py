"""Chinese for people carries Chinese punctuation, wherever it is written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_APP = Path(__file__).resolve().parents[2] / "app"
# Patterns over what people type, and a table as its CSV text: no prose.
_NO_PROSE = {
    "activities/domain/themes.py",
    "people/domain/cells.py",
    "people/domain/columns.py",
    "people/domain/lines.py",
    "people/domain/numbers.py",
    "people/domain/register.py",
    "rulebook/domain/wordings.py",
    "sample/village.py",
    "store/domain/goods_file.py",
}
_CHINESE = "[\u3400-\u9fff“”]"
# Next to a Chinese character, or between one and a value that is filled in.
_HALF_WIDTH = re.compile(
    rf"{_CHINESE}[,;:?!()]|[,;:?!()]{_CHINESE}|\}}[,;:?!(](?=.*{_CHINESE})|[)]{_CHINESE}"
)


def test_chinese_sentences_have_chinese_punctuation() -> None:
    paths = [path for path in _APP.rglob("*") if path.suffix in {".py", ".html"}]
    assert len(paths) > 100
    found = [
        f"{path.relative_to(_APP)}:{fault}"
        for path in sorted(paths)
        if str(path.relative_to(_APP)) not in _NO_PROSE
        for fault in _faults(path.suffix, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("suffix", "source"),
    [
        (".py", 'echo("没有变,不用改。")'),
        (".py", 'echo(f"已存为第{number}版,从{day}起算。")'),
        (".py", 'text = "王强(大)"'),
        (".py", 'echo(f"一次太多({count}个)")'),
        (".html", "<p>{{ title }},{{ day }} 开始</p>"),
        (".html", "{{ ' 人' ~ (',候补 ' ~ waiting) }}"),
        (".html", "<p>主题:{{ title }}</p>"),
    ],
)
def test_half_width_punctuation_is_found(suffix: str, source: str) -> None:
    assert len(list(_faults(suffix, source))) == 1


def test_code_is_no_sentence() -> None:
    assert list(_faults(".py", '"""户主 (head): 王强."""\ncall(name, "户主")')) == []
    assert list(_faults(".html", "{# 王强: the head #}{{ back(url, '首页') }}")) == []


def _faults(suffix: str, source: str) -> Iterator[str]:
    for number, text in _prose(suffix, source):
        if re.search(_CHINESE, text) and _HALF_WIDTH.search(text):
            yield f"{number}: {text.strip()}"


def _prose(suffix: str, source: str) -> Iterator[tuple[int, str]]:
    """What people may read, with its line."""
    if suffix == ".html":
        without_notes = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
        # What is filled in stands as one brace, so that the code inside is not read.
        for number, line in enumerate(without_notes.splitlines(), 1):
            yield from ((number, piece) for piece in re.findall(r"'([^'{}]*)'", line))
            yield number, re.sub(r"\{[{%].*?[%}]\}", "}", line)
        return
    tree = ast.parse(source)
    notes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {
        id(part): node
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_filled_in(part) for part in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in notes | parts.keys():
            yield node.lineno, str(node.value)


def _filled_in(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "}"

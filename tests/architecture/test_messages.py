"""Every stable code has its sentence for people."""

import ast
from pathlib import Path

from app.kit import errors
from app.web.messages import MESSAGES

_APP = Path(__file__).resolve().parents[2] / "app"
# Refusals are raised with their code; pages say what was done with `sentence`.
_CALLS = {kind.__name__ for kind in errors.FAMILIES.values()} | {"sentence"}


def _used_codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(_APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in _CALLS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found[str(node.args[0].value)] = f"{path.name}:{node.lineno}"
    return found


def test_every_code_has_a_sentence() -> None:
    used = _used_codes()
    assert len(used) > 10
    missing = {code: place for code, place in used.items() if code not in MESSAGES}
    assert missing == {}

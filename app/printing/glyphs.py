"""Which characters the project's fonts can draw; nothing is printed as an empty box."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from app.kit.errors import Invalid

FONT_FOLDER = Path(__file__).parent / "fonts"


class MissingGlyph(Invalid):
    """A text holds a character that no font of the project can draw.

    Facts: `character`, `code_point` ("U+2A6A5"), `whose` (the whole text, so usually the name,
    after the passbook number of its row if it has one) and `field` ("rows[12].head_name").
    """

    def __init__(self, *, character: str, whose: str, field: str) -> None:
        super().__init__(
            "missing_glyph",
            character=character,
            code_point=f"U+{ord(character):04X}",
            whose=whose,
            field=field,
        )


def check_glyphs(data: Mapping[str, object]) -> None:
    """Raise MissingGlyph for the first character of any text in the data that has no glyph."""
    drawable = _drawable()
    for field, text, passbook_number in _texts(data, "", ""):
        for character in text:
            if ord(character) not in drawable:
                whose = f"{passbook_number} {text}".strip()
                raise MissingGlyph(character=character, whose=whose, field=field)


@cache
def _drawable() -> frozenset[int]:
    """Code points of the regular faces; the bold face covers the same as its regular one."""
    covered: set[int] = set()
    for path in sorted(FONT_FOLDER.glob("*_400Regular.ttf")):
        with TTFont(path, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def _texts(value: object, field: str, passbook_number: str) -> Iterator[tuple[str, str, str]]:
    """Every text with its place and the passbook number of the nearest row around it."""
    if isinstance(value, str):
        yield field, value, passbook_number
    elif isinstance(value, Mapping):
        number = str(value.get("passbook_number", passbook_number))
        for name, part in value.items():
            yield from _texts(part, f"{field}.{name}" if field else str(name), number)
    elif isinstance(value, Sequence):
        for index, part in enumerate(value):
            yield from _texts(part, f"{field}[{index}]", passbook_number)

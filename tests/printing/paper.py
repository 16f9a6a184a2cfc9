"""A printed PDF looked at from outside: text by page, places of glyphs, codes a camera reads."""

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import zxingcpp
from pypdfium2 import raw

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True)
class Glyph:
    """A visible character and the box its ink fills, in millimetres from the top left."""

    character: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Page:
    width: float
    height: float
    text: str
    glyphs: tuple[Glyph, ...]


def read_pages(pdf: bytes) -> list[Page]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [_read_page(page) for page in document]


def codes_by_page(pdf: bytes, *, dots_per_inch: int) -> list[list[str]]:
    """What a reader finds in the picture of each page, from the top down."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            [
                code.text
                for code in sorted(
                    zxingcpp.read_barcodes(page.render(scale=dots_per_inch / 72).to_pil()),
                    key=lambda code: (code.position.top_left.y // 20, code.position.top_left.x),
                )
            ]
            for page in document
        ]


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Pairs of characters that print on top of each other by more than kerning explains."""
    found = []
    glyphs = sorted(page.glyphs, key=lambda glyph: glyph.top)
    for index, one in enumerate(glyphs):
        for other in glyphs[index + 1 :]:
            if other.top >= one.bottom:
                break
            if _shared(one, other) > 0.3 * min(_area(one), _area(other)):
                found.append((one.character, other.character))
    return found


def outside(page: Page, *, left: float, right: float, top: float, bottom: float) -> str:
    """Characters that print beyond these margins, in millimetres."""
    return "".join(
        glyph.character
        for glyph in page.glyphs
        if glyph.left < left
        or glyph.right > page.width - right
        or glyph.top < top
        or glyph.bottom > page.height - bottom
    )


def _read_page(page: pypdfium2.PdfPage) -> Page:
    width, height = (side / POINTS_PER_MM for side in page.get_size())
    text_page = page.get_textpage()
    text = text_page.get_text_range().replace("\r\n", "\n")
    return Page(width, height, text, tuple(_glyphs(text_page, height)))


def _glyphs(text_page: pypdfium2.PdfTextPage, height: float) -> Iterator[Glyph]:
    high_half = b""
    for index in range(text_page.count_chars()):
        # The reader counts in halves of UTF-16; both halves of a rare character have its box.
        half = raw.FPDFText_GetUnicode(text_page, index).to_bytes(2, "little")
        if 0xD8 <= half[1] <= 0xDB:
            high_half = half
            continue
        character = (high_half + half).decode("utf-16-le")
        high_half = b""
        if not character.strip():
            continue
        left, bottom, right, top = (place / POINTS_PER_MM for place in text_page.get_charbox(index))
        yield Glyph(character, left, height - top, right, height - bottom)


def _shared(one: Glyph, other: Glyph) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(wide, 0) * max(high, 0)


def _area(glyph: Glyph) -> float:
    return (glyph.right - glyph.left) * (glyph.bottom - glyph.top)

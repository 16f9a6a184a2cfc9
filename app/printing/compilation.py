"""The one way from a payload to a PDF."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from .glyphs import FONT_FOLDER, check_glyphs
from .payloads import AS_QR, Printable
from .qr import ErrorCorrection, qr_svg

TEMPLATE_FOLDER = Path(__file__).parent / "templates"


def compile_pdf(payload: Printable) -> bytes:
    """A PDF/A-2a and PDF/UA-1 file: tagged, titled, in Chinese, its fonts inside.

    The same payload gives the same bytes. Safe to call from many threads: each call has a
    compiler of its own, only the read-only fonts are shared. Raises MissingGlyph before anything
    is set, and Invalid `qr_too_long` for a link that does not fit its code.
    """
    data = dict(_plain_fields(payload))
    check_glyphs(data)
    compiler = typst.Compiler(
        input=TEMPLATE_FOLDER / payload.template,
        root=TEMPLATE_FOLDER,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    pdf = compiler.compile(
        format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=payload.created_at
    )
    if not isinstance(pdf, bytes):  # only page images come as a list
        raise TypeError("a PDF is one piece")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """The project's fonts and no others, so that every machine sets the same lines."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER]
    )


def _plain_fields(record: object) -> Iterator[tuple[str, object]]:
    """The record's fields as JSON knows them; each link marked AS_QR brings its drawing along."""
    for field in fields(record):
        value = getattr(record, field.name)
        yield field.name, _plain(value)
        if field.metadata.get(AS_QR):
            yield f"{field.name}_svg", qr_svg(value, ErrorCorrection.PAPER)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return dict(_plain_fields(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return value

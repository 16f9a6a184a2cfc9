"""The one way from a payload to a PDF."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from .glyphs import FONT_FOLDER, check_glyphs
from .payloads import AS_QR, Printable
from .qr import ErrorCorrection, qr_svg

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
    )
    try:
        pdf = compiler.compile(
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(payload.created_at.timestamp()),
        )
    finally:
        _forget()
    if not isinstance(pdf, bytes):  # only page images come as a list
        raise TypeError("a PDF is one piece")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """The project's fonts and no others, so that every machine sets the same lines."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER]
    )


def _forget() -> None:
    """Let the compiler drop what it remembers of the last document.

    It keeps intermediate results until ten later compilations have not asked for them: a long
    notice holds 85 MB, ten of them most of a small machine. Empty documents push them out.
    """
    for _ in range(11):
        typst.compile(b"", format="svg", font_paths=_fonts())


def _plain_fields(record: "DataclassInstance") -> Iterator[tuple[str, object]]:
    """The record's fields as JSON knows them; each link marked AS_QR brings its drawing along."""
    for field in fields(record):
        value = getattr(record, field.name)
        yield field.name, _plain(value)
        if field.metadata.get(AS_QR):
            yield f"{field.name}_svg", qr_svg(value, ErrorCorrection.PAPER)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return dict(_plain_fields(value))
    return value

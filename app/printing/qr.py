"""QR codes as SVG, the same function for screens and paper.

The drawing is one path on a white ground with presentation attributes only, so it can stand in a
page under a policy that forbids inline style.
"""

from enum import Enum

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from app.kit.errors import Invalid

VERSION_MAX = 5  # 37 modules: still readable at 26 mm by a cheap phone
QUIET_ZONE = 4  # modules of white on each side, what the standard asks for


class ErrorCorrection(Enum):
    """How much of the symbol may be dirty: 15 % on screens, 25 % on paper."""

    SCREEN = ERROR_CORRECT_M
    PAPER = ERROR_CORRECT_Q


def qr_svg(text: str, error_correction: ErrorCorrection = ErrorCorrection.SCREEN) -> str:
    """An `<svg>` element without a size of its own; the page or the template gives it one.

    Upper-case links make smaller symbols. Raises Invalid `qr_too_long` (length) when the text
    needs more than version 5: 84 bytes on screens, 60 on paper, more if upper case.
    """
    code = QRCode(version=None, error_correction=error_correction.value, border=QUIET_ZONE)
    code.add_data(text)
    try:
        version = code.best_fit()
    except (DataOverflowError, ValueError):  # the library knows both for "beyond version 40"
        version = VERSION_MAX + 1
    if version > VERSION_MAX:
        raise Invalid("qr_too_long", length=len(text))
    code.make()
    rows = code.get_matrix()
    side = len(rows)
    dark = "".join(_strips(row, y) for y, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{dark}"/></svg>'
    )


def _strips(row: list[bool], y: int) -> str:
    """Runs of dark modules in one row as closed one-high boxes."""
    path = []
    x = 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            path.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
        x = max(end, x + 1)
    return "".join(path)

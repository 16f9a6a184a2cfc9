"""Reading a QR code from the drawing that a page shows."""

import re

import zxingcpp
from PIL import Image, ImageDraw

_PIXELS_PER_MODULE = 6


def read_svg(svg: str) -> str:
    """The text in a drawing made by `app.printing.qr`; AssertionError when there is no code."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found, svg[:200]
    side = int(found[1]) * _PIXELS_PER_MODULE
    picture = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * _PIXELS_PER_MODULE, int(y) * _PIXELS_PER_MODULE
        right = left + int(length) * _PIXELS_PER_MODULE - 1
        pen.rectangle((left, top, right, top + _PIXELS_PER_MODULE - 1), fill=0)
    codes = zxingcpp.read_barcodes(picture)
    assert len(codes) == 1
    return str(codes[0].text)

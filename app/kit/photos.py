"""Photos as people send them, made small and clean before they are kept."""

import base64
import binascii
import io
import struct
from dataclasses import dataclass

from PIL import Image

from .errors import Invalid

UPLOAD_BYTES_MAX = 5_000_000
"""As base64 it still fits into the 8 MiB that a request may have."""
SIDE_PIXELS_MAX = 1280
KEPT_BYTES_MAX = 400_000
_JPEG_PIXELS_MAX = 60_000_000
_PIXELS_MAX = 16_000_000
"""Of other forms, which are unpacked as a whole."""
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (80, 60, 40, 20)
_ORIENTATION = 0x0112
_WAYS_UP = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises for files that are broken or made to break it.
_UNREADABLE = (OSError, ValueError, TypeError, SyntaxError, EOFError, LookupError, struct.error)

# The bound below is ours, and is checked on the header, before any pixel is unpacked.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of at most KEPT_BYTES_MAX bytes and SIDE_PIXELS_MAX pixels a side."""

    content: bytes
    width: int
    height: int


def clean_photo(content: bytes) -> Photo:
    """The photo drawn anew from its pixels: turned upright, made smaller, and without anything
    that the camera wrote beside them, such as where it was taken.

    Raises Invalid `photo_too_large` or `photo_unreadable`.
    """
    if len(content) > UPLOAD_BYTES_MAX:
        raise Invalid("photo_too_large", megabytes_max=UPLOAD_BYTES_MAX // 1_000_000)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as found:
            bound = _JPEG_PIXELS_MAX if found.format == "JPEG" else _PIXELS_MAX
            if found.width * found.height > bound:
                raise Invalid("photo_too_large", megabytes_max=UPLOAD_BYTES_MAX // 1_000_000)
            # A JPEG is unpacked at a fraction of its size where that is enough.
            found.draft("RGB", (SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
            found.thumbnail((SIDE_PIXELS_MAX, SIDE_PIXELS_MAX))
            way_up = _WAYS_UP.get(found.getexif().get(_ORIENTATION, 1))
            upright = (found if way_up is None else found.transpose(way_up)).convert("RGB")
    except _UNREADABLE as error:
        raise Invalid("photo_unreadable") from error
    # A picture of its own: what is copied are the pixels alone.
    picture = Image.new("RGB", upright.size)
    picture.paste(upright)
    return Photo(_small_jpeg(picture), picture.width, picture.height)


def photo_from_base64(text: str) -> bytes:
    """The bytes of a photo that came in JSON; Invalid `photo_unreadable`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("photo_unreadable") from error


def photo_to_base64(content: bytes) -> str:
    """The photo as JSON carries it."""
    return base64.b64encode(content).decode()


def _small_jpeg(picture: Image.Image) -> bytes:
    """The best of a few qualities that fits; noise that never does is kept at half the size."""
    for quality in _QUALITIES:
        content = _jpeg(picture, quality)
        if len(content) <= KEPT_BYTES_MAX:
            return content
    return _jpeg(picture.reduce(2), _QUALITIES[-1])


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality, optimize=True)
    return target.getvalue()

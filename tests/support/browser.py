"""A phone: headless Chromium, with a camera that sees a code where a test asks for one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import qrcode
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright

_FILM_WIDTH, _FILM_HEIGHT = 640, 480
_FILM_FRAMES, _FILM_FRAMES_A_SECOND = 10, 10
# On a busy machine a cheap phone is slow; a page that hangs is still found.
_MILLISECONDS_MAX = 120_000
# Greatest side of one module, in pixels of the film; a code of any size fits the frame.
_MODULE_PIXELS_MAX = 8


def find_chromium() -> str | None:
    """Path of the browser: the environment's CHROMIUM, else the first on the search path."""
    return shutil.which(os.environ.get("CHROMIUM", "chromium"))


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start Chromium with further command-line arguments."""
    # Playwright's own arguments switch off background networking and, because root needs it,
    # the sandbox; tests only open pages of this project.
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(arguments))


def launch_with_camera(playwright: Playwright, payload: str, folder: Path) -> Browser:
    """Start Chromium with a camera that sees a QR code of `payload` and nothing else.

    The film lies in `folder` and is fixed for the life of the browser: each code needs its own.
    """
    film = Path(tempfile.mkdtemp(dir=folder)) / "camera.y4m"
    write_film(film, payload)
    return launch(
        playwright,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film.resolve()}",
    )


def write_film(path: Path, payload: str) -> None:
    """Write a short uncompressed film (YUV4MPEG2) that shows a QR code in the middle."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(payload)
    modules = code.get_matrix()
    pixels = min(_MODULE_PIXELS_MAX, _FILM_HEIGHT // len(modules))
    side = pixels * len(modules)
    left = bytes([180]) * ((_FILM_WIDTH - side) // 2)
    right = bytes([180]) * (_FILM_WIDTH - side - len(left))
    rows = [
        left + b"".join((b"\x10" if dark else b"\xeb") * pixels for dark in row) + right
        for row in modules
        for _ in range(pixels)
    ]
    blank = bytes([180]) * _FILM_WIDTH
    above = (_FILM_HEIGHT - side) // 2
    rows = [blank] * above + rows + [blank] * (_FILM_HEIGHT - side - above)
    colour = b"\x80" * (_FILM_WIDTH * _FILM_HEIGHT // 2)
    header = (
        f"YUV4MPEG2 W{_FILM_WIDTH} H{_FILM_HEIGHT} F{_FILM_FRAMES_A_SECOND}:1 Ip A1:1 C420mpeg2\n"
    )
    path.write_bytes(header.encode() + (b"FRAME\n" + b"".join(rows) + colour) * _FILM_FRAMES)


@contextmanager
def open_phone(browser: Browser) -> Iterator[Page]:
    """A page on a phone of its own, without cookies or cache.

    Raises AssertionError at the end when a script failed or the content security policy
    stopped something: the reader would only see a button that does nothing.
    """
    context = phone_context(browser)
    page = context.new_page()
    faults: list[str] = []

    def note_error(error: Error) -> None:
        faults.append(f"{page.url}: {error}")

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(f"{page.url}: {message.text}")

    page.on("pageerror", note_error)
    page.on("console", note_message)
    try:
        yield page
    finally:
        context.close()
    assert not faults, "\n".join(faults)


def phone_context(browser: Browser) -> BrowserContext:
    """A cheap Android phone in a Chinese village."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(_MILLISECONDS_MAX)
    return context

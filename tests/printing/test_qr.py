"""The drawing of a QR code: readable, small, and nothing a strict page policy would refuse."""

import re

import pytest

from app.kit.errors import Invalid
from app.printing.qr import ErrorCorrection, qr_svg
from app.web.messages import sentence

LINK = "HTTPS://POINTS.EXAMPLE.CN/C/K2345678923456789234567892345"


def side(svg: str) -> int:
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found
    return int(found[1])


def test_has_no_inline_style_and_no_size_of_its_own() -> None:
    svg = qr_svg(LINK)
    assert "style" not in svg
    assert not re.search(r"<svg[^>]*(width|height)=", svg)
    assert svg.count("<path") == 2  # the white ground and the code


def test_the_quiet_zone_is_white() -> None:
    svg = qr_svg(LINK)
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1", svg)
    assert min(int(x) for x, _, _ in boxes) == 4
    assert min(int(y) for _, y, _ in boxes) == 4
    assert max(int(x) + int(run) for x, _, run in boxes) == side(svg) - 4
    assert max(int(y) for _, y, _ in boxes) == side(svg) - 5


@pytest.mark.parametrize(
    ("level", "longest"),
    [
        (ErrorCorrection.SCREEN, "x" * 84),
        (ErrorCorrection.SCREEN, "X" * 122),
        (ErrorCorrection.PAPER, "x" * 60),
        (ErrorCorrection.PAPER, "X" * 87),
    ],
)
def test_version_5_is_the_limit(level: ErrorCorrection, longest: str) -> None:
    assert side(qr_svg(longest, level)) == 37 + 8
    with pytest.raises(Invalid) as refused:
        qr_svg(longest + longest[0], level)
    assert refused.value.code == "qr_too_long"
    assert str(len(longest) + 1) in sentence(refused.value.code, refused.value.facts)


def test_a_text_beyond_every_version_is_refused_the_same_way() -> None:
    with pytest.raises(Invalid, match="qr_too_long"):
        qr_svg("x" * 5000)

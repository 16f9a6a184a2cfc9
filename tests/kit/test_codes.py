"""Codes survive how people type them, and a slip of the finger is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.codes import (
    ALPHABET,
    CodeKind,
    decode_number,
    encode_number,
    group_code,
    new_code,
    read_code,
)


@pytest.mark.parametrize("kind", CodeKind)
def test_a_code_is_read_however_it_is_typed(kind: CodeKind) -> None:
    code = new_code(kind)
    assert len(code) == kind.length
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)
    for typed in (
        code,
        code.lower(),
        group_code(code),
        f" {group_code(code)} ",
        full_width,
        f"HTTPS://JF.EXAMPLE.CN/K/{code}",
        f"https://jf.example.cn/k/{code}?from=wechat",
    ):
        assert read_code(kind, typed) == code


def test_a_code_of_another_kind_is_nonsense() -> None:
    for kind in CodeKind:
        code = new_code(kind)
        for other in CodeKind:
            if other is not kind:
                assert read_code(other, code) is None


@given(st.data())
def test_one_wrong_character_or_a_swap_is_found(data: st.DataObject) -> None:
    code = new_code(data.draw(st.sampled_from(list(CodeKind))))
    position = data.draw(st.integers(1, len(code) - 1))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != code[position]]))
    kind = next(kind for kind in CodeKind if kind.letter == code[0])
    assert read_code(kind, code[:position] + wrong + code[position + 1 :]) is None
    if position > 1 and code[position] != code[position - 1]:
        swapped = code[: position - 1] + code[position] + code[position - 1] + code[position + 1 :]
        assert read_code(kind, swapped) is None


@pytest.mark.parametrize("typed", ["", "K", "王小强", "K" * 400, "\x00", "0OIL" * 7])
def test_nonsense_is_none(typed: str) -> None:
    assert read_code(CodeKind.CARD, typed) is None


@given(st.integers(0, 2**64 - 1))
def test_numbers_come_back(number: int) -> None:
    assert decode_number(encode_number(number, 13)) == number


def test_number_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        encode_number(31**2, 2)

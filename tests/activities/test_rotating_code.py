"""The rotating code: valid in its slot and the next, forged or foreign it is nonsense."""

from datetime import UTC, datetime, timedelta

import pytest

from app.activities.domain.rotating_code import (
    Scanned,
    make_code,
    make_ticket,
    read_rotating_code,
    read_ticket,
)
from app.kit.codes import ALPHABET, CodeKind, complete_code, new_code

KEY = bytes(range(32))
SESSION = (1 << 62) + 12345
SLOT_START = datetime(2026, 10, 12, 1, 0, 30, tzinfo=UTC)


def seconds(number: int) -> datetime:
    return SLOT_START + timedelta(seconds=number)


def test_the_code_stands_for_one_slot() -> None:
    code = make_code(KEY, SESSION, SLOT_START)
    assert code[0] == "R"
    assert make_code(KEY, SESSION, seconds(29)) == code
    assert make_code(KEY, SESSION, seconds(30)) != code


@pytest.mark.parametrize(
    ("age_seconds", "fresh"), [(-1, False), (0, True), (59, True), (60, False), (3600, False)]
)
def test_it_counts_in_its_slot_and_the_next(age_seconds: int, fresh: bool) -> None:
    code = make_code(KEY, SESSION, SLOT_START)
    assert read_rotating_code(KEY, code, seconds(age_seconds)) == Scanned(SESSION, fresh)


@pytest.mark.parametrize(
    ("age_seconds", "fresh"), [(-1, False), (0, True), (300, True), (301, False)]
)
def test_the_page_has_five_minutes(age_seconds: int, fresh: bool) -> None:
    ticket = make_ticket(KEY, SESSION, SLOT_START)
    assert read_ticket(KEY, ticket, seconds(age_seconds)) == Scanned(SESSION, fresh)


def test_a_scanned_link_and_spaces_are_taken() -> None:
    code = make_code(KEY, SESSION, SLOT_START)
    for typed in (f"HTTPS://EXAMPLE.CN/r/{code}", code.lower(), f" {code[:4]} {code[4:]}"):
        assert read_rotating_code(KEY, typed, SLOT_START) == Scanned(SESSION, fresh=True)


@pytest.mark.parametrize("position", range(1, 34))
def test_every_changed_character_is_nonsense(position: int) -> None:
    body = make_code(KEY, SESSION, SLOT_START)[:-1]
    other = ALPHABET[(ALPHABET.index(body[position]) + 1) % len(ALPHABET)]
    forged = complete_code(body[:position] + other + body[position + 1 :])
    assert read_rotating_code(KEY, forged, SLOT_START) is None


def test_foreign_codes_are_nonsense() -> None:
    code = make_code(KEY, SESSION, SLOT_START)
    ticket = make_ticket(KEY, SESSION, SLOT_START)
    assert read_rotating_code(bytes(32), code, SLOT_START) is None
    assert read_rotating_code(KEY, ticket, SLOT_START) is None
    assert read_ticket(KEY, code, SLOT_START) is None
    # The body of a ticket under the letter of a code fails at the HMAC.
    assert read_rotating_code(KEY, complete_code("R" + ticket[1:-1]), SLOT_START) is None
    for kind in CodeKind:
        if kind is not CodeKind.ROTATING:
            assert read_rotating_code(KEY, new_code(kind), SLOT_START) is None
    assert read_rotating_code(KEY, new_code(CodeKind.ROTATING), SLOT_START) is None
    assert read_rotating_code(KEY, "随便写的", SLOT_START) is None

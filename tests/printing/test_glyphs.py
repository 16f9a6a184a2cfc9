"""No name is ever printed as an empty box."""

from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont

from app.printing.compilation import compile_pdf
from app.printing.glyphs import FONT_FOLDER, MissingGlyph, check_glyphs
from app.web.messages import sentence
from tests.factories import printed

# Names that registers really hold, the middle dot, and all of Unicode's extension A.
RARE = "𠮷㛃䶮𬭊𫖮𬍛𬀩𠅤𪟝·" + "".join(map(chr, range(0x3400, 0x4DB6)))
WITHOUT_GLYPH = "𪚥"


def test_rare_characters_of_names_can_be_printed() -> None:
    check_glyphs({"names": [RARE]})


def test_the_bold_face_covers_what_the_regular_one_does() -> None:
    covered = []
    for weight in ("400Regular", "700Bold"):
        with TTFont(FONT_FOLDER / f"NotoSansSC_{weight}.ttf", lazy=True) as font:
            covered.append(set(font.getBestCmap()))
    assert covered[0] == covered[1]


def test_a_missing_glyph_names_the_person_and_the_character() -> None:
    payload = printed.notice(5)
    row = replace(payload.household_rows[3], head_name="王" + WITHOUT_GLYPH)
    rows = (*payload.household_rows[:3], row, payload.household_rows[4])
    with pytest.raises(MissingGlyph) as refused:
        compile_pdf(replace(payload, household_rows=rows))
    assert refused.value.family == "invalid"
    assert refused.value.code == "missing_glyph"
    assert refused.value.facts == {
        "character": WITHOUT_GLYPH,
        "code_point": "U+2A6A5",
        "whose": "0004 王" + WITHOUT_GLYPH,
        "field": "household_rows[3].head_name",
    }
    assert "0004 王" + WITHOUT_GLYPH in sentence(refused.value.code, refused.value.facts)


def test_a_missing_glyph_outside_a_row_is_found_too() -> None:
    with pytest.raises(MissingGlyph) as refused:
        compile_pdf(printed.notice(1, village_name="露" + WITHOUT_GLYPH + "村"))
    assert refused.value.facts["whose"] == "露" + WITHOUT_GLYPH + "村"
    assert refused.value.facts["field"] == "village_name"


@pytest.mark.parametrize("hidden", ["\u200b", "\n", "\u202e", "\U000e0100"])
def test_a_character_that_shows_nothing_is_refused(hidden: str) -> None:
    with pytest.raises(MissingGlyph):
        check_glyphs({"head_name": f"王{hidden}强"})

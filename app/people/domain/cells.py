"""Single cells of a register: what they say, or why that cannot be taken as it is."""

import re
import unicodedata
from datetime import date, datetime, timedelta

from app.kit.month import Month
from app.kit.text import fold_width, has_hidden_characters, normalise_name
from app.kit.workbook import Cell, cell_text

from .households import HEAD_RELATION, Gender
from .numbers import chinese_number, normalise_grid, normalise_phone
from .remarks import Code

NAME_LENGTH_MAX = 40
_GRID_LENGTH_MAX = 40
_RELATION_LENGTH_MAX = 10
_NAME_DIGITS_MAX = 2
_YEAR_MIN = 1900
_SERIAL_DAY_FIRST = date(1899, 12, 30)
_SERIAL_DAYS = range(3_654, 80_000)

_ID_LENGTH_MIN = 15
_ID_18 = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx](?![0-9])"
)
_ID_15 = re.compile(r"(?<![0-9])[1-9][0-9]{7}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}(?![0-9])")
_ID_MASKED = re.compile(r"[0-9]{1,10}[*Xx●×•□]{4,16}[0-9Xx]{0,6}")
_ID_ROUNDED = re.compile(r"[1-9](?:\.[0-9]+)?[Ee]\+?1[47]")

_HEAD_WORDS = {
    HEAD_RELATION,
    "本人",
    "户主本人",
    "本户户主",
    "本人(户主)",
    "户主(本人)",
    "家庭户主",
}
_RELATIONS = {
    **dict.fromkeys(("妻", "妻子", "老婆", "夫", "丈夫", "爱人", "老公"), "配偶"),
    "儿子": "子",
    "女儿": "女",
    "父": "父亲",
    "母": "母亲",
}
_GENDERS = {
    **dict.fromkeys(("女", "女性", "f", "female", "2"), Gender.FEMALE),
    **dict.fromkeys(("男", "男性", "m", "male", "1"), Gender.MALE),
}
_YES = {"是", "√", "✓", "v", "y", "yes", "1", "true", "有"}
_NO = {"否", "不是", "×", "x", "n", "no", "0", "false", "无", "-", "/", "—", "非党员"}
_NO |= {"群众", "普通群众", "团员", "共青团员", "民主党派", "无党派", "无党派人士", "少先队员"}
_PARTY_MEMBER = re.compile(r"(中国|中)?(共产党|共)?(正式|预备)?党员|中国共产党(正式|预备)?党员")
_GONE = re.compile(r"死亡|去世|已故|病故|亡故|过世|迁出|迁走|销户|注销|外迁")

_BIRTH = re.compile(
    r"(?P<year>[0-9]{4})[年\-./](?P<month>[0-9]{1,2})"
    r"(?:月份?(?:[0-9]{1,2}日?)?|[\-./][0-9]{1,2}日?)?(?:[ T][0-9:.]+)?"
)
_BIRTH_DIGITS = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?:[0-9]{2})?")
_CHINESE_BIRTH = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月.*")


def line_text(cell: Cell) -> str:
    """A cell as one line of text; a text that was protected as ="0001" or '0001 is freed."""
    text = re.sub(r"\s+", " ", cell_text(cell)).strip()
    protected = re.fullmatch(r'="([^"]*)"|\'(.*)', text)
    return (protected[1] or protected[2] or "") if protected else text


def is_id_number(text: str) -> bool:
    """Whether an ID-card number, whole, masked or rounded by a spreadsheet, is in the text."""
    if len(text) < _ID_LENGTH_MIN and "E+1" not in text.upper():
        return False
    dense = re.sub(r"[\s\-]", "", fold_width(text))
    return bool(
        _ID_18.search(dense)
        or _ID_15.search(dense)
        or _ID_ROUNDED.fullmatch(dense)
        or any(len(found[0]) in range(15, 19) for found in _ID_MASKED.finditer(dense))
    )


def read_name(text: str) -> tuple[str, Code | None]:
    """A person's name as it is kept; the text itself with a code when it cannot be one."""
    name = normalise_name(text)
    digits = sum(sign.isdecimal() for sign in name)
    letters = any(unicodedata.category(sign)[0] == "L" for sign in name)
    strange = not letters or digits > _NAME_DIGITS_MAX or not all(map(_fits_name, name))
    faults = (
        (not text, Code.NAME_MISSING),
        (is_id_number(text), Code.ID_NUMBER),
        (text[:1] in tuple("=+-@") or "HYPERLINK" in text.upper(), Code.NAME_FORMULA),
        (has_hidden_characters(text), Code.NAME_HIDDEN),
        (len(name) > NAME_LENGTH_MAX, Code.NAME_TOO_LONG),
        (strange, Code.NAME_BAD),
    )
    fault = next((code for bad, code in faults if bad), None)
    return (name, None) if fault is None else (text, fault)


def read_birth(cell: Cell, today: date) -> tuple[str | None, Code | None]:
    """The month of birth as "1965-02"; the day, if given, is not kept."""
    if isinstance(cell, datetime | date):
        month: Month | Code | None = _month(cell.year, cell.month)
    else:
        text = re.sub(r"\s*([年月日.\-/])\s*", r"\1", fold_width(line_text(cell))).strip()
        month = _birth_month(text) if text else None
    if isinstance(month, Month):
        return (str(month), None) if month <= Month.of(today) else (None, Code.BIRTH_FUTURE)
    return None, month


def _birth_month(text: str) -> Month | Code:
    if text.isdecimal() and int(text) in _SERIAL_DAYS:
        # A date whose cell lost its format: days since 1899-12-30.
        day = _SERIAL_DAY_FIRST + timedelta(days=int(text))
        return _month(day.year, day.month)
    if re.fullmatch(r"(19|20)[0-9]{2}年?", text):
        return Code.BIRTH_YEAR_ONLY
    if re.fullmatch(r"[0-9]{4}\.1", text):
        # A spreadsheet shortens the number 2011.10 to 2011.1: January or October.
        return Code.BIRTH_UNCLEAR
    chinese = _CHINESE_BIRTH.fullmatch(text)
    if chinese:
        year = "".join(str(chinese_number(digit)) for digit in chinese[1])
        return _month(int(year), chinese_number(chinese[2]) or 0)
    found = _BIRTH.fullmatch(text) or _BIRTH_DIGITS.fullmatch(text)
    return _month(int(found["year"]), int(found["month"])) if found else Code.BIRTH_BAD


def _month(year: int, number: int) -> Month | Code:
    return Month(year, number) if year >= _YEAR_MIN and 1 <= number <= 12 else Code.BIRTH_BAD


def read_gender(text: str) -> tuple[Gender | None, Code | None]:
    """The gender; None where the register says nothing or nothing known."""
    if not text:
        return None, None
    gender = _GENDERS.get(fold_width(text).lower())
    return gender, None if gender else Code.GENDER_UNKNOWN


def read_phone(text: str) -> tuple[str | None, Code | None]:
    """The phone number; one that cannot be right is left out, the person is still taken."""
    if not text:
        return None, None
    if is_id_number(text):
        return None, Code.PHONE_BAD
    whole = normalise_phone(text)
    if whole:
        return whole, None
    for part in re.split(r"[,，、;；/|或\s]+", fold_width(text)):
        phone = normalise_phone(part)
        if phone:
            return phone, Code.PHONE_FIRST
    return None, Code.PHONE_BAD


def read_party(text: str) -> tuple[bool, Code | None]:
    """Whether the cell says that the person is a party member; blank says no."""
    word = re.sub(r"\s", "", fold_width(text)).lower()
    if not word or word in _NO:
        return False, None
    if word in _YES or _PARTY_MEMBER.fullmatch(word):
        return True, None
    return False, Code.PARTY_UNKNOWN


def read_relation(text: str) -> tuple[str, Code | None]:
    """The relation to the head, one spelling for each; the head's own is 户主."""
    word = re.sub(r"\s", "", fold_width(text))
    if word in _HEAD_WORDS:
        return HEAD_RELATION, None
    if len(word) > _RELATION_LENGTH_MAX or has_hidden_characters(word) or is_id_number(word):
        return "", Code.RELATION_BAD
    return _RELATIONS.get(word, word), None


def read_grid(text: str) -> tuple[str, Code | None]:
    """The grid's name, one spelling for each."""
    if has_hidden_characters(text) or is_id_number(text) or len(text) > _GRID_LENGTH_MAX:
        return "", Code.GRID_BAD
    return normalise_grid(text), None


def marks_gone(text: str) -> bool:
    """Whether a remark says that the person died or moved away."""
    return bool(_GONE.search(text))


def _fits_name(sign: str) -> bool:
    # Marks (M) carry variation selectors, by which a rare form of a character is written.
    return unicodedata.category(sign)[0] in "LM" or sign.isdecimal() or sign in "·() '-."

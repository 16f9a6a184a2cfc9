"""Numbers as villages write them: passbook numbers and the numbers of grids."""

import re

from app.kit.text import fold_width

_DIGITS_MIN = 4
_PASSBOOK_LENGTH_MAX = 20
_CHINESE_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_CHINESE_DIGITS |= {"零": 0, "两": 2}
_NUMBER = r"[0-9]{1,3}|[〇零一二两三四五六七八九十]{1,3}"
_GRID = re.compile(
    rf"第?(?P<before>{_NUMBER})号?(?P<unit>网格|片区|村民小组|小组|组)?"
    rf"|(?P<unit_first>网格|片区|村民小组|小组|组)第?(?P<after>{_NUMBER})号?"
)
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{1,2}[2-9][0-9]{6,7}|[2-9][0-9]{6,7}")
_GRID_UNITS = {"村民小组": "组", "小组": "组"}


def normalise_passbook_no(typed: str) -> str | None:
    """1, ０００1 and "0001" are one number; None when it is none ("合计", an ID number).

    Digits alone are padded to four, so that numbers sort and a spreadsheet's lost zeros return.
    """
    text = re.sub(r"[\s\-—_.、]+", "-", fold_width(typed).strip()).strip("-").upper()
    text = text.removeprefix("第").removesuffix("户").removesuffix("号")
    if re.fullmatch(r"[0-9]{1,10}", text):
        return text.lstrip("0").zfill(_DIGITS_MIN) if int(text) else None
    if len(text) > _PASSBOOK_LENGTH_MAX or not re.search(r"[0-9]", text):
        return None
    return text if re.fullmatch(r"[0-9A-Z\u4e00-\u9fff-]+", text) else None


def chinese_number(text: str) -> int | None:
    """十二 → 12, 二十 → 20, 12 → 12; None when it is no number below 1000."""
    if re.fullmatch(r"[0-9]{1,3}", text):
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _CHINESE_DIGITS.get(text)
    values = [_CHINESE_DIGITS.get(tens, 1 if not tens else None), _CHINESE_DIGITS.get(ones, 0)]
    if values[0] is None or (ones and ones not in _CHINESE_DIGITS):
        return None
    return values[0] * 10 + (values[1] or 0)


def normalise_grid(typed: str) -> str:
    """1, 一, 1网格, 网格1 and 第一网格 are all 第1网格; other names stay as they are."""
    text = re.sub(r"\s+", "", fold_width(typed))
    found = _GRID.fullmatch(re.sub(r"^.{1,8}?[村社区](?=第|网格|[0-9])", "", text))
    if found is None:
        return text
    number = chinese_number(found["before"] or found["after"])
    if not number:
        return text
    unit = found["unit"] or found["unit_first"] or "网格"
    return f"第{number}{_GRID_UNITS.get(unit, unit)}"


def normalise_phone(typed: str) -> str | None:
    """A mobile number, or a land line with or without area code, as digits; None when it is
    neither.
    """
    digits = re.sub(r"[\s()\-—_.·]", "", fold_width(typed))
    digits = re.sub(r"^(?:\+86|0086|86(?=1[0-9]{10}$))", "", digits)
    return digits if _PHONE.fullmatch(digits) else None

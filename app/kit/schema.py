"""Marshmallow base and fields shared by every feature's schemas."""

from datetime import date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from .errors import Invalid
from .month import YEAR_MAX, YEAR_MIN, Month
from .points import Tenths, format_tenths, parse_tenths
from .text import has_hidden_characters

_WHOLE_MAX = 999_999_999
_NOT_OFFERED = "请从给出的选项里选。"

fields.Field.default_error_messages |= {
    "required": "请填写这一项。",
    "null": "请填写这一项。",
    "validator_failed": "这一项填得不对。",
}
fields.String.default_error_messages |= {
    "invalid": "这一项要填文字。",
    "invalid_utf8": "这一项要填文字。",
}
fields.Integer.default_error_messages |= {
    "invalid": "请填整数，例如 30。",
    "too_large": "这个数太大了。",
}
fields.Boolean.default_error_messages |= {"invalid": "请选“是”或“否”。"}
fields.List.default_error_messages |= {"invalid": "请至少选一项。"}
fields.Nested.default_error_messages |= {"type": "这一项填得不对。"}
fields.Enum.default_error_messages |= {"unknown": _NOT_OFFERED}
fields.DateTime.default_error_messages |= {
    "invalid": "请按 2026-10-12T08:30:00+08:00 的样子填时间。",
    "invalid_awareness": "时间要带时区，例如 2026-10-12T08:30:00+08:00。",
}
fields.Date.default_error_messages |= {"invalid": "请按 2026-10-12 的样子填日期。"}
# A dictionary of its own: Time shares that of DateTime.
fields.Time.default_error_messages = {"invalid": "请按 08:30 的样子填时间。"}
validate.OneOf.default_message = _NOT_OFFERED
validate.Length.message_min = "至少要有 {min} 个。"
validate.Length.message_max = "最多 {max} 个。"
validate.Length.message_all = "要有 {min} 到 {max} 个。"
# Doubled, because marshmallow formats these sentences twice.
validate.Range.message_min = "不能小于 {{min}}。"
validate.Range.message_max = "不能大于 {{max}}。"
validate.Range.message_all = "要在 {{min}} 到 {{max}} 之间。"


class StrictSchema(Schema):
    """Refuses unknown fields, so that a misspelt or smuggled one is never silently dropped."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - declared by marshmallow
        "unknown": "没有这一项。",
        "type": "内容的结构不对。",
    }


class IdField(fields.Field[int]):
    """A 64-bit id, written as a string because JSON numbers lose digits beyond 2**53."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"pattern": "^[0-9]{1,19}$"})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) >= 1 << 63:
            raise ValidationError("编号不对。")
        return int(text)


class HexField(fields.String):
    """A digest as the hexadecimal digits in which it is printed; for answers only."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else bytes(value).hex()


class TenthsField(fields.Field[Tenths]):
    """Points as people write them ("0.5"), kept as tenths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"pattern": r"^-?[0-9]{1,9}(\.[0-9])?$"})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_tenths(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Tenths:
        try:
            return parse_tenths(str(value))
        except Invalid as error:
            raise ValidationError("请填数字，最多一位小数，例如 2 或 0.5。") from error


class MonthField(fields.Field[Month]):
    """A month as 2026-10."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"pattern": "^[12][0-9]{3}-(0[1-9]|1[0-2])$"})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Month:
        try:
            return Month.parse(str(value).strip())
        except ValueError as error:
            raise ValidationError("请按 2026-10 的样子填月份。") from error


class WholeField(fields.Integer):
    """A whole number of at most nine digits, which every column holds; 1.5 is refused, not cut."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, float):
            raise self.make_error("invalid")
        number = super()._validated(value)
        if abs(number) > _WHOLE_MAX:
            raise self.make_error("too_large")
        return number


class DayField(fields.Date):
    """A date as 2026-10-12, of a year near enough that days can be added to it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not YEAR_MIN <= day.year <= YEAR_MAX:
            raise self.make_error("invalid")
        return day


class MomentField(fields.AwareDateTime):
    """An instant with its time zone, of such a year."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not YEAR_MIN <= moment.year <= YEAR_MAX:
            raise self.make_error("invalid")
        return moment


class TextField(fields.String):
    """One line of text without hidden characters; empty counts as missing when required."""

    def __init__(self, *, length_max: int, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"maxLength": length_max})
        self.length_max = length_max

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        line = " ".join(str(text).split())
        if has_hidden_characters(line):
            raise ValidationError("含有看不见的字符，请删掉重新输入。")
        if self.required and not line:
            raise ValidationError("请填写这一项。")
        if len(line) > self.length_max:
            raise ValidationError(f"太长了，最多{self.length_max}个字。")
        return line

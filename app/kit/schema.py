"""Marshmallow base and fields shared by every feature's schemas."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from .errors import Invalid
from .month import Month
from .points import Tenths, format_tenths, parse_tenths
from .text import has_hidden_characters

fields.Field.default_error_messages |= {
    "required": "请填写这一项。",
    "null": "请填写这一项。",
    "validator_failed": "这一项填得不对。",
}
fields.Integer.default_error_messages |= {
    "invalid": "请填整数，例如 30。",
    "too_large": "这个数太大了。",
}
fields.Boolean.default_error_messages |= {"invalid": "请选“是”或“否”。"}
fields.List.default_error_messages |= {"invalid": "请至少选一项。"}
fields.Date.default_error_messages |= {"invalid": "请按 2026-10-12 的样子填日期。"}
fields.Time.default_error_messages |= {"invalid": "请按 08:30 的样子填时间。"}


class StrictSchema(Schema):
    """Refuses unknown fields, so that a misspelt or smuggled one is never silently dropped."""

    class Meta:
        unknown = RAISE


class IdField(fields.Field[int]):
    """A 64-bit id, written as a string because JSON numbers lose digits beyond 2**53."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) >= 1 << 63:
            raise ValidationError("编号不对。")
        return int(text)


class TenthsField(fields.Field[Tenths]):
    """Points as people write them ("0.5"), kept as tenths."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_tenths(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Tenths:
        try:
            return parse_tenths(str(value))
        except Invalid as error:
            raise ValidationError("请填数字，最多一位小数，例如 2 或 0.5。") from error


class MonthField(fields.Field[Month]):
    """A month as 2026-10."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Month:
        try:
            return Month.parse(str(value).strip())
        except ValueError as error:
            raise ValidationError("请按 2026-10 的样子填月份。") from error


class TextField(fields.String):
    """One line of text without hidden characters; empty counts as missing when required."""

    def __init__(self, *, length_max: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
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

"""What the store's pages and its API take and give."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from app.kit.errors import Invalid
from app.kit.schema import DayField, IdField, StrictSchema, TenthsField, TextField, WholeField

from .domain.goods import LINE_QUANTITY_MAX, SUPPLY_KINDS
from .domain.goods_file import (
    PRICE_MAX,
    QUANTITY_MAX,
    SOURCE_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    UNIT_LENGTH_MAX,
    read_barcode,
)

NOTE_LENGTH_MAX = 60
_CODE_LENGTH_MAX = 300  # a whole link may be scanned or pasted
_RATE_YUAN_MAX = 100


class BarcodeField(fields.Field[str]):
    """A bar code as typed or scanned."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return read_barcode(str(value))
        except Invalid as error:
            raise ValidationError("条形码是 4 到 20 位数字或字母，请检查。") from error


def _points(minimum: int = 1, **kwargs: Any) -> TenthsField:
    return TenthsField(
        validate=validate.Range(minimum, PRICE_MAX, error="分数太大或太小，请检查。"), **kwargs
    )


def _whole(minimum: int, maximum: int, **kwargs: Any) -> WholeField:
    sentence = f"请填 {minimum} 到 {maximum} 的整数。"
    return WholeField(
        validate=validate.Range(minimum, maximum, error=sentence),
        error_messages={"invalid": sentence},
        **kwargs,
    )


class StoreForm(StrictSchema):
    """`yuan_per_point` is written like points, in yuan with one decimal: "1" or "0.8"."""

    name = TextField(length_max=40, required=True)
    yuan_per_point = TenthsField(
        required=True,
        validate=validate.Range(1, _RATE_YUAN_MAX * 10, error="请填 0.1 到 100 元。"),
    )
    redemption_points_max = _points(required=True)
    household_day_points_max = _points(required=True)


class _GoodFields(StrictSchema):
    title = TextField(length_max=TITLE_LENGTH_MAX, required=True)
    price = _points(required=True)
    source = TextField(length_max=SOURCE_LENGTH_MAX, load_default="")
    expires_on = DayField(load_default=None, error_messages={"invalid": "请选一个日期。"})
    household_month_max = _whole(1, LINE_QUANTITY_MAX, load_default=None)


class NewGoodForm(_GoodFields):
    barcode = BarcodeField(required=True)
    unit_word = TextField(length_max=UNIT_LENGTH_MAX, required=True)


class GoodForm(_GoodFields):
    active = fields.Boolean(load_default=False)


class StockInForm(StrictSchema):
    kind = fields.String(
        required=True, validate=validate.OneOf(sorted(SUPPLY_KINDS), error="请选一项。")
    )
    quantity = _whole(1, QUANTITY_MAX, required=True)
    source = TextField(length_max=SOURCE_LENGTH_MAX, required=True)
    expires_on = DayField(load_default=None, error_messages={"invalid": "请选一个日期。"})


class CountForm(StrictSchema):
    counted = _whole(0, QUANTITY_MAX, required=True)
    book_seen = _whole(0, QUANTITY_MAX, required=True)
    note = TextField(length_max=NOTE_LENGTH_MAX, load_default="")


class SpoilageForm(StrictSchema):
    quantity = _whole(1, QUANTITY_MAX, required=True)
    note = TextField(length_max=NOTE_LENGTH_MAX, required=True)


class TerminalForm(StrictSchema):
    name = TextField(length_max=40, required=True)


class EnrolmentForm(StrictSchema):
    code = TextField(length_max=_CODE_LENGTH_MAX, required=True)


class TillSignInForm(StrictSchema):
    account_id = IdField(required=True)
    pin = fields.String(required=True)


class CardForm(StrictSchema):
    card_code = TextField(length_max=_CODE_LENGTH_MAX, required=True)


class VoidForm(StrictSchema):
    """`goods_back` says whether the goods are on the shelf again; not asked after a service."""

    reason = TextField(length_max=NOTE_LENGTH_MAX, required=True)
    goods_back = fields.Boolean(
        load_default=None, allow_none=True, error_messages={"invalid": "请选一项。"}
    )


class TillSessionIn(TillSignInForm):
    terminal_secret = fields.String(required=True)


class ClerkOut(StrictSchema):
    account_id = IdField(attribute="id")
    display_name = fields.String()


class EnrolmentOut(StrictSchema):
    terminal_id = IdField()
    terminal_secret = fields.String()
    clerks = fields.List(fields.Nested(ClerkOut))


class TillSessionOut(StrictSchema):
    token = fields.String()


class ScanOut(StrictSchema):
    """A card on the till; names are masked, points as people write them."""

    scan_id = IdField()
    short_name = fields.String()
    passbook_no = fields.String()
    balance = TenthsField()
    pending = TenthsField()


class OfferOut(StrictSchema):
    """A good on offer; `left` is null for a service, which has no stock."""

    good_id = IdField()
    barcode = fields.String()
    title = fields.String()
    unit_word = fields.String()
    price = TenthsField()
    left = fields.Integer(allow_none=True)
    household_month_max = fields.Integer(allow_none=True)


class LineIn(StrictSchema):
    good_id = IdField(required=True)
    quantity = _whole(1, LINE_QUANTITY_MAX, required=True)


class RedemptionIn(StrictSchema):
    """What is redeemed; prices are the server's."""

    lines = fields.List(
        fields.Nested(LineIn),
        required=True,
        validate=validate.Length(min=1, max=100, error="请选 1 到 100 样物资。"),
    )


class LineOut(StrictSchema):
    good_id = IdField()
    title = fields.String()
    unit_word = fields.String()
    quantity = fields.Integer()
    price = TenthsField()
    total = TenthsField()


class RedemptionOut(StrictSchema):
    """A redemption as its receipt shows it."""

    id = IdField(attribute="redemption.id")
    redemption_key = fields.String(attribute="redemption.redemption_key")
    receipt_number = fields.Integer(attribute="redemption.receipt_number")
    total = TenthsField(attribute="redemption.total")
    balance_after = TenthsField()
    sold_on = fields.Date(attribute="redemption.sold_on")
    created_at = fields.AwareDateTime(attribute="redemption.created_at")
    voided_at = fields.AwareDateTime(attribute="redemption.voided_at", allow_none=True)
    void_reason = fields.String(attribute="redemption.void_reason", allow_none=True)
    goods_back = fields.Boolean(attribute="redemption.goods_back", allow_none=True)
    lines = fields.List(fields.Nested(LineOut))

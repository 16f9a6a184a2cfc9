"""What the home pages and their API twins take and give."""

from marshmallow import fields, validate

from app.activities.domain.denials import STATEMENT_LENGTH_MAX
from app.identity.domain import BRANCH_STAFF, Role
from app.kit.schema import IdField, MonthField, StrictSchema, TenthsField, TextField, WholeField

_NOT_OFFERED = "请从列出的工作里选。"


class PinForm(StrictSchema):
    pin_old = fields.String(required=True)
    pin_new = fields.String(required=True)
    pin_again = fields.String(required=True)


class DenialForm(StrictSchema):
    statement = TextField(length_max=STATEMENT_LENGTH_MAX, required=True)


class StaffForm(StrictSchema):
    display_name = TextField(length_max=40, required=True)
    user_name = TextField(length_max=40, required=True)
    password = fields.String(required=True)
    roles = fields.List(
        fields.Enum(
            Role,
            by_value=True,
            validate=validate.OneOf(BRANCH_STAFF, error=_NOT_OFFERED),
            error_messages={"unknown": _NOT_OFFERED},
        ),
        required=True,
        validate=validate.Length(min=1, error="请至少选一样工作。"),
    )
    pin = fields.String(load_default=None)


class HoldingsOut(StrictSchema):
    spendable = TenthsField()
    pending = TenthsField()
    held = TenthsField()


class ReleaseOut(StrictSchema):
    points = TenthsField()
    usable_from = fields.Date()


class ExpiringPointsOut(StrictSchema):
    """What expires on a day unless it is used before."""

    points = TenthsField()
    on = fields.Date()


class ExampleOut(StrictSchema):
    title = fields.String()
    unit_word = fields.String()
    quantity = fields.Integer()


class MeOut(StrictSchema):
    display_name = fields.String()
    passbook_no = fields.String()
    holdings = fields.Nested(HoldingsOut)
    releases = fields.List(fields.Nested(ReleaseOut))
    expiring = fields.Nested(ExpiringPointsOut, allow_none=True)
    buys = fields.List(fields.Nested(ExampleOut))


class PassbookQuery(StrictSchema):
    before = IdField(load_default=None)
    limit = WholeField(load_default=20, validate=validate.Range(min=1, max=100))


class PassbookLineOut(StrictSchema):
    entry_id = IdField()
    kind = fields.String()
    occurred_on = fields.Date()
    posted_at = fields.AwareDateTime()
    spendable = TenthsField()
    pending = TenthsField()
    held = TenthsField()
    after = fields.Nested(HoldingsOut)
    waits_for_notice = fields.Boolean()
    is_reversed = fields.Boolean()
    reversed_kind = fields.String(allow_none=True)
    month = MonthField(allow_none=True)
    member_name = fields.String(attribute="cause.member_name")
    rule_title = fields.String(attribute="cause.rule.title")
    activity_title = fields.String(attribute="cause.activity_title")
    receipt_number = fields.String(attribute="cause.receipt_number")


class MonthFiguresOut(StrictSchema):
    opening = TenthsField()
    added = TenthsField()
    redeemed = TenthsField()
    expired = TenthsField()
    corrected = TenthsField()
    closing = TenthsField()


class MonthMovementsOut(StrictSchema):
    """The movements behind each figure, oldest first."""

    added = fields.List(fields.Nested(PassbookLineOut))
    redeemed = fields.List(fields.Nested(PassbookLineOut))
    expired = fields.List(fields.Nested(PassbookLineOut))
    corrected = fields.List(fields.Nested(PassbookLineOut))


class HouseholdMonthOut(StrictSchema):
    passbook_no = fields.String(attribute="household.passbook_no")
    month = MonthField()
    closed = fields.Boolean()
    figures = fields.Nested(MonthFiguresOut)
    behind = fields.Nested(MonthMovementsOut)


class PassbookPrintOut(StrictSchema):
    """A print of what was new: its rows, counted from 0 through all pages of eleven."""

    number = fields.Integer()
    rows = fields.List(fields.Integer())


class PassbookOut(StrictSchema):
    lines = fields.List(fields.Nested(PassbookLineOut))
    next_before = IdField(allow_none=True)

"""What the forms and the API of the rule book take and give."""

from marshmallow import fields, validate

from app.kit.schema import DayField, IdField, StrictSchema, TenthsField, TextField, WholeField

from .domain.rules import CAP_POINTS_MAX, RULE_POINTS_MAX, CapPeriod, CapScope, RuleKind

_PEOPLE_MAX = 100_000


def _people() -> WholeField:
    between = validate.Range(0, _PEOPLE_MAX, error="请填人数，例如 46。")
    return WholeField(required=True, validate=between)


def _points(points_max: int) -> TenthsField:
    between = validate.Range(1, points_max, error="要大于 0，也不能大得离谱。")
    return TenthsField(required=True, validate=between)


class AdoptionIn(StrictSchema):
    meeting_on = DayField(required=True)
    meeting_kind = TextField(length_max=40, required=True)
    present = _people()
    votes_for = _people()
    votes_against = _people()
    record_number = TextField(length_max=40, required=True)


class AdoptForm(AdoptionIn):
    starts_on = DayField(required=True)


class RuleCapIn(StrictSchema):
    points_max = _points(CAP_POINTS_MAX)
    period = fields.Enum(CapPeriod, by_value=True, required=True)
    scope = fields.Enum(CapScope, by_value=True, required=True)
    group = TextField(length_max=20, load_default="")


class RuleIn(StrictSchema):
    code = TextField(length_max=20, required=True)
    category = TextField(length_max=40, required=True)
    title = TextField(length_max=100, required=True)
    kind = fields.Enum(RuleKind, by_value=True, required=True)
    points = _points(RULE_POINTS_MAX)
    cap = fields.Nested(RuleCapIn, load_default=None, allow_none=True)
    evidence = TextField(length_max=100, load_default="")
    review = TextField(length_max=60, load_default="")


class VersionIn(StrictSchema):
    starts_on = DayField(required=True)
    adoption = fields.Nested(AdoptionIn, required=True)
    rules = fields.List(fields.Nested(RuleIn), required=True, validate=validate.Length(max=2000))


class VersionQuery(StrictSchema):
    on = DayField(load_default=None)


class RuleCapOut(StrictSchema):
    points_max = TenthsField()
    period = fields.Enum(CapPeriod, by_value=True)
    scope = fields.Enum(CapScope, by_value=True)
    group = fields.String()


class RuleOut(StrictSchema):
    id = IdField()
    code = fields.String()
    category = fields.String()
    title = fields.String()
    kind = fields.Enum(RuleKind, by_value=True)
    points = TenthsField()
    cap = fields.Nested(RuleCapOut, allow_none=True)
    evidence = fields.String()
    review = fields.String()


class AdoptionOut(StrictSchema):
    meeting_on = fields.Date()
    meeting_kind = fields.String()
    present = fields.Integer()
    votes_for = fields.Integer()
    votes_against = fields.Integer()
    record_number = fields.String()


class VersionOut(StrictSchema):
    id = IdField()
    number = fields.Integer()
    starts_on = fields.Date()
    imported_at = fields.DateTime()
    adoption = fields.Nested(AdoptionOut)


class VersionDetailOut(VersionOut):
    rules = fields.List(fields.Nested(RuleOut))

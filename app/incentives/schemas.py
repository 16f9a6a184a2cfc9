"""What the forms and the API of linked scores and bonuses take and give."""

from marshmallow import fields, validate

from app.kit.schema import IdField, StrictSchema, TenthsField

_POOL_MAX = 10_000_000


class PoolMovementIn(StrictSchema):
    """`returns` takes out of the pool what was put in."""

    points = TenthsField(
        required=True, validate=validate.Range(1, _POOL_MAX, error="要大于 0，也不能大得离谱。")
    )
    returns = fields.Boolean(load_default=False)


class PoolOut(StrictSchema):
    balance = TenthsField()


class RowOut(StrictSchema):
    entry_id = IdField()
    occurred_on = fields.Date()
    kind = fields.String()
    title = fields.String()
    who = fields.String()
    amount = TenthsField()


class BonusOut(StrictSchema):
    kind = fields.String()
    group = fields.String()
    amount = TenthsField()
    entry_id = IdField(allow_none=True)


class _MonthOut(StrictSchema):
    """`closed` months stay as they are; an open one is told as of now."""

    month = fields.String()
    closed = fields.Boolean()
    rule_version = fields.Integer(allow_none=True)


class GridResultOut(StrictSchema):
    id = IdField()
    name = fields.String()
    households = fields.Integer()
    took_part = fields.Integer()
    rate_percent = fields.Integer()
    reached = fields.Boolean()
    mean_standing = TenthsField()
    bonus = TenthsField()


class LinkedScoreBriefOut(StrictSchema):
    member_id = IdField()
    name = fields.String()
    own = TenthsField()
    linked_households = fields.Integer()
    linked_sum = TenthsField()
    linked_mean = TenthsField()
    enough_links = fields.Boolean()
    unclamped = TenthsField()
    term = TenthsField()
    total = TenthsField()


class TeamResultOut(StrictSchema):
    id = IdField()
    name = fields.String()
    sessions = fields.List(fields.String())
    members = fields.List(fields.String())
    bonus = TenthsField()


class OverviewOut(_MonthOut):
    pool = TenthsField()
    needed = TenthsField()
    paid = TenthsField()
    grids = fields.List(fields.Nested(GridResultOut))
    linked = fields.List(fields.Nested(LinkedScoreBriefOut))
    teams = fields.List(fields.Nested(TeamResultOut))


class HouseholdTermOut(StrictSchema):
    """One household in somebody else's figure."""

    passbook_no = fields.String()
    net = TenthsField()
    took_part = fields.Boolean()
    rows = fields.List(fields.Nested(RowOut))
    deeds = fields.List(fields.Nested(RowOut))


class HouseholdStoryOut(_MonthOut):
    passbook_no = fields.String()
    own = TenthsField()
    net = TenthsField()
    took_part = fields.Boolean()
    rows = fields.List(fields.Nested(RowOut))
    deeds = fields.List(fields.Nested(RowOut))
    bonuses = fields.List(fields.Nested(BonusOut))


class MemberStoryOut(_MonthOut):
    name = fields.String()
    own = TenthsField()
    rows = fields.List(fields.Nested(RowOut))
    score = fields.Nested(LinkedScoreBriefOut, allow_none=True)
    entry_id = IdField(allow_none=True)
    linked = fields.List(fields.Nested(HouseholdTermOut))
    bonuses = fields.List(fields.Nested(BonusOut))


class GridStoryOut(_MonthOut):
    grid = fields.Nested(GridResultOut)
    households = fields.List(fields.Nested(HouseholdTermOut))
    entry_ids = fields.List(IdField())


class RuleEffectOut(StrictSchema):
    """`deducts`: the figures are score taken. `gone`: no such rule gives, or takes, any more."""

    code = fields.String()
    title = fields.String()
    deducts = fields.Boolean()
    times = fields.Integer()
    before = TenthsField()
    after = TenthsField()
    gone = fields.Boolean()


class HouseholdEffectOut(StrictSchema):
    passbook_no = fields.String()
    points_before = TenthsField()
    points_after = TenthsField()
    standing_before = TenthsField()
    standing_after = TenthsField()


class LinkedEffectOut(StrictSchema):
    """What of the linked households counted for a party member."""

    member_id = IdField()
    name = fields.String()
    before = TenthsField()
    after = TenthsField()


class GridEffectOut(StrictSchema):
    """The bonus of each household that took part."""

    name = fields.String()
    before = TenthsField()
    after = TenthsField()


class RetoldMonthOut(_MonthOut):
    """The last closed month under another version; those that do not differ are counted."""

    points_before = TenthsField()
    points_after = TenthsField()
    rules = fields.List(fields.Nested(RuleEffectOut))
    new_rules = fields.List(fields.String())
    households = fields.List(fields.Nested(HouseholdEffectOut))
    unchanged_count = fields.Integer()
    linked = fields.List(fields.Nested(LinkedEffectOut))
    linked_unchanged_count = fields.Integer()
    grids = fields.List(fields.Nested(GridEffectOut))
    own_points_count = fields.Integer()
    taken_back_count = fields.Integer()

"""What the forms and the API of the rule book take and give."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.kit.errors import Invalid
from app.kit.points import format_hundredths, parse_hundredths
from app.kit.schema import DayField, IdField, StrictSchema, TenthsField, TextField, WholeField

from .domain.incentives import (
    BONUS_MAX,
    CLAMP_MAX,
    LINKED_MIN_MAX,
    WEIGHT_MAX_HUNDREDTHS,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)
from .domain.rules import CAP_POINTS_MAX, RULE_POINTS_MAX, CapPeriod, CapScope, RuleKind

_PEOPLE_MAX = 100_000


def _people() -> WholeField:
    between = validate.Range(0, _PEOPLE_MAX, error="请填人数，例如 46。")
    return WholeField(required=True, validate=between)


def _points(points_max: int, *, required: bool = True) -> TenthsField:
    between = validate.Range(1, points_max, error="要大于 0，也不能大得离谱。")
    if required:
        return TenthsField(required=True, validate=between)
    return TenthsField(load_default=None, allow_none=True, validate=between)


class AdoptionIn(StrictSchema):
    meeting_on = DayField(required=True)
    meeting_kind = TextField(length_max=40, required=True)
    present = _people()
    votes_for = _people()
    votes_against = _people()
    record_number = TextField(length_max=40, required=True)


class WeightField(fields.Field[int]):
    """A weight as people write it ("0.3"), kept as hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, metadata={"type": "string", "pattern": r"^[01](\.[0-9]{1,2})?$"})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_hundredths(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            hundredths = parse_hundredths(str(value))
        except Invalid:
            hundredths = 0
        if not 0 < hundredths <= WEIGHT_MAX_HUNDREDTHS:
            raise ValidationError("请填 0.01 到 1 之间的数，例如 0.3。")
        return hundredths


def _whole_between(least: int, most: int, **kwargs: Any) -> WholeField:
    return WholeField(validate=validate.Range(least, most), **kwargs)


class LinkedScoreIn(StrictSchema):
    weight = WeightField(required=True, attribute="weight_hundredths")
    clamp = _points(CLAMP_MAX)
    households_min = _whole_between(1, LINKED_MIN_MAX, required=True)
    printed = fields.Boolean(required=True)

    @post_load
    def _terms(self, given: dict[str, Any], **_: Any) -> LinkedScoreTerms:
        return LinkedScoreTerms(**given)


class GridBonusIn(StrictSchema):
    threshold_percent = _whole_between(1, 100, required=True)
    bonus = _points(BONUS_MAX)

    @post_load
    def _terms(self, given: dict[str, Any], **_: Any) -> GridTerms:
        return GridTerms(**given)


class IncentivesIn(StrictSchema):
    """A part that is null or left out was not adopted."""

    linked = fields.Nested(LinkedScoreIn, load_default=None, allow_none=True)
    grid = fields.Nested(GridBonusIn, load_default=None, allow_none=True)
    team_bonus = _points(BONUS_MAX, required=False)

    @post_load
    def _terms(self, given: dict[str, Any], **_: Any) -> IncentiveTerms:
        return IncentiveTerms(**given)


class AdoptForm(AdoptionIn):
    """The adoption, and `incentives` as the boxes and fields below it say."""

    starts_on = DayField(required=True)
    linked = fields.Boolean(load_default=False)
    linked_weight = WeightField(load_default=None)
    linked_clamp = _points(CLAMP_MAX, required=False)
    linked_households_min = _whole_between(1, LINKED_MIN_MAX, load_default=None)
    linked_printed = fields.Boolean(load_default=False)
    grid = fields.Boolean(load_default=False)
    grid_threshold_percent = _whole_between(1, 100, load_default=None)
    grid_bonus = _points(BONUS_MAX, required=False)
    team = fields.Boolean(load_default=False)
    team_bonus = _points(BONUS_MAX, required=False)

    @validates_schema
    def _check_parts(self, form: dict[str, Any], **_: Any) -> None:
        missing = [
            name
            for part, names in _FIELDS_OF_PART.items()
            for name in names
            if form.get(part) and form.get(name) is None
        ]
        if missing:
            raise ValidationError({name: ["请填写这一项。"] for name in missing})

    @post_load
    def _terms(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        switched = {part: form.pop(part, False) for part in _FIELDS_OF_PART}
        values = {
            part: [form.pop(name, None) for name in names]
            for part, names in _FIELDS_OF_PART.items()
        }
        form["incentives"] = IncentiveTerms(
            LinkedScoreTerms(*values["linked"]) if switched["linked"] else None,
            GridTerms(*values["grid"]) if switched["grid"] else None,
            values["team"][0] if switched["team"] else None,
        )
        return form


_FIELDS_OF_PART: dict[str, tuple[str, ...]] = {
    "linked": ("linked_weight", "linked_clamp", "linked_households_min", "linked_printed"),
    "grid": ("grid_threshold_percent", "grid_bonus"),
    "team": ("team_bonus",),
}
"""What has to be filled in when a part's box is ticked, in the order of its terms."""


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
    incentives = fields.Nested(IncentivesIn, load_default=None, allow_none=True)


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


class LinkedScoreOut(StrictSchema):
    weight = WeightField(attribute="weight_hundredths")
    clamp = TenthsField()
    households_min = fields.Integer()
    printed = fields.Boolean()


class GridBonusOut(StrictSchema):
    threshold_percent = fields.Integer()
    bonus = TenthsField()


class IncentivesOut(StrictSchema):
    linked = fields.Nested(LinkedScoreOut, allow_none=True)
    grid = fields.Nested(GridBonusOut, allow_none=True)
    team_bonus = TenthsField(allow_none=True)


class VersionDetailOut(VersionOut):
    rules = fields.List(fields.Nested(RuleOut))
    incentives = fields.Nested(IncentivesOut)


class RuleChangeOut(StrictSchema):
    """`fields` names what differs between the two."""

    before = fields.Nested(RuleOut)
    after = fields.Nested(RuleOut)
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields")


class TermChangeOut(StrictSchema):
    """A number of linked scores or bonuses as people write it; "" where nothing was adopted."""

    name = fields.String()
    before = fields.String()
    after = fields.String()


class ComparisonOut(StrictSchema):
    before = fields.Nested(VersionOut)
    after = fields.Nested(VersionOut)
    added = fields.List(fields.Nested(RuleOut))
    changed = fields.List(fields.Nested(RuleChangeOut))
    removed = fields.List(fields.Nested(RuleOut))
    unchanged_count = fields.Integer()
    incentives = fields.List(fields.Nested(TermChangeOut))

"""What the API and the forms of claims take and give."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from app.kit.schema import DayField, IdField, StrictSchema, TenthsField, TextField, WholeField

from .domain.denials import DenialDecision
from .domain.inspections import MarkWish
from .domain.policy import PANEL_MAX
from .domain.states import MEND_DAYS_MAX, REASON_LENGTH_MAX, STATEMENT_LENGTH_MAX, Decision

_RULE_CODE_LENGTH_MAX = 20
_BASE64_LENGTH_MAX = 8 * 1024 * 1024


class DeedForm(StrictSchema):
    """What was done, and on which day."""

    occurred_on = DayField(required=True)
    statement = TextField(length_max=STATEMENT_LENGTH_MAX, required=True)


class ClaimForm(DeedForm):
    """A claim for a member, or without one for the household."""

    rule_code = TextField(length_max=_RULE_CODE_LENGTH_MAX, required=True)
    member_id = IdField(load_default=None, allow_none=True)


class DeedIn(DeedForm):
    """`photo_base64` is a JPEG, PNG or WebP of at most 5 MB before it is encoded."""

    photo_base64 = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=_BASE64_LENGTH_MAX, error="照片太大了。"),
    )


class ClaimIn(DeedIn, ClaimForm):
    """What a villager claims."""


class OfficeClaimIn(ClaimIn):
    """A claim that came on paper."""

    household_id = IdField(required=True)


class DecisionForm(StrictSchema):
    """What a reviewer says at the round and step that was shown."""

    round = WholeField(required=True)
    step = WholeField(required=True)
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = TextField(length_max=REASON_LENGTH_MAX, load_default="")


class MendNoticeForm(ClaimForm):
    """What is to be mended within `days`, by a member or (without one) by the household."""

    days = WholeField(required=True, validate=validate.Range(1, MEND_DAYS_MAX))


class MendNoticeIn(MendNoticeForm):
    household_id = IdField(required=True)


class AppealForm(StrictSchema):
    statement = TextField(length_max=STATEMENT_LENGTH_MAX, required=True)


class MendNoticeOut(StrictSchema):
    """`deduction_id` is the deduction that followed; `due_on` the last day to mend."""

    id = IdField(attribute="notice.id")
    rule_code = fields.String(attribute="notice.rule_code")
    rule_title = fields.String(attribute="rule.title")
    household_id = IdField(attribute="notice.household_id")
    passbook_no = fields.String(attribute="household.passbook_no")
    member_id = IdField(attribute="notice.member_id", allow_none=True)
    occurred_on = fields.Date(attribute="notice.occurred_on")
    statement = fields.String(attribute="notice.statement")
    issued_on = fields.Date(attribute="notice.issued_on")
    due_on = fields.Date(attribute="notice.due_on")
    mended_at = fields.AwareDateTime(attribute="notice.mended_at", allow_none=True)
    deduction_id = IdField(attribute="deduction.id", allow_none=True)


class DrawAgainForm(StrictSchema):
    reason = TextField(length_max=REASON_LENGTH_MAX, required=True)


class PolicyForm(StrictSchema):
    quorum = WholeField(required=True, validate=validate.Range(1, PANEL_MAX))
    drawn = WholeField(required=True, validate=validate.Range(0, PANEL_MAX))
    appeal_days = WholeField(required=True, validate=validate.Range(1, 60))


class PolicyOut(StrictSchema):
    """A panel's quorum, how many are drawn for it (0: everybody sits), days to appeal."""

    quorum = fields.Integer()
    drawn = fields.Integer()
    appeal_days = fields.Integer()


class PassbookQuery(StrictSchema):
    passbook_no = TextField(length_max=20, load_default="")


class ClaimRuleOut(StrictSchema):
    code = fields.String()
    category = fields.String()
    title = fields.String()
    points = TenthsField()
    evidence = fields.String()
    review = fields.String()


class ClaimEventOut(StrictSchema):
    kind = fields.String()
    review_step = fields.String()
    text = fields.String()
    happened_at = fields.AwareDateTime()


class ClaimCutOut(StrictSchema):
    """Why less was granted than the rule says: a code of the message table and its facts."""

    code = fields.String()
    facts = fields.Dict(keys=fields.String())


class OwnClaimOut(StrictSchema):
    """A claim as its household sees it; `waits_at` is the step that is being looked at."""

    id = IdField(attribute="claim.id")
    kind = fields.String(attribute="claim.kind")
    state = fields.String(attribute="claim.state")
    source = fields.String(attribute="claim.source")
    rule_code = fields.String(attribute="claim.rule_code")
    rule_title = fields.String(attribute="view.rule.title")
    household_id = IdField(attribute="claim.household_id")
    member_id = IdField(attribute="claim.member_id", allow_none=True)
    occurred_on = fields.Date(attribute="claim.occurred_on")
    statement = fields.String(attribute="claim.statement")
    path = fields.List(fields.String(), attribute="view.path")
    round = fields.Integer(attribute="claim.round")
    step = fields.Integer(attribute="claim.step")
    waits_at = fields.String(allow_none=True)
    asked = TenthsField(attribute="claim.asked")
    granted = TenthsField(attribute="claim.granted", allow_none=True)
    cut = fields.Nested(ClaimCutOut, allow_none=True)
    entry_id = IdField(attribute="claim.entry_id", allow_none=True)
    appeal_until = fields.Date(attribute="claim.appeal_until", allow_none=True)
    reversal_entry_id = IdField(attribute="claim.reversal_entry_id", allow_none=True)
    has_photo = fields.Boolean()
    events = fields.List(fields.Nested(ClaimEventOut))


class PhotoOut(StrictSchema):
    """A JPEG."""

    photo_base64 = fields.String()


class NamedEventOut(ClaimEventOut):
    by = fields.String()


class DrawOut(StrictSchema):
    """`drawn` are the first of the candidates' ids sorted by the SHA-256 of "seed:id"."""

    seed = fields.String()
    candidates = fields.Dict(keys=fields.String(), values=fields.String())
    drawn = fields.List(IdField())
    reason = fields.String()
    drawn_at = fields.AwareDateTime()


class ClaimOut(OwnClaimOut):
    """A claim as the staff sees it, with the names of who did what."""

    passbook_no = fields.String(attribute="view.household.passbook_no")
    events = fields.List(fields.Nested(NamedEventOut))
    draws = fields.List(fields.Nested(DrawOut))


class InspectionForm(StrictSchema):
    """A round for a rule and the rules of its cap group; without a grid, of the whole village."""

    rule_code = TextField(length_max=_RULE_CODE_LENGTH_MAX, required=True)
    occurred_on = DayField(required=True)
    grid_id = IdField(load_default=None)


class MarkField(fields.Field[MarkWish]):
    """A line of a round with its level, as a form sends it: "mark id:level"."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> MarkWish:
        if re.fullmatch("[0-9]{1,19}:[0-9]{1,2}", str(value)) is None:
            raise ValidationError("这一项填得不对。")
        mark_id, level = map(int, str(value).split(":"))
        return MarkWish(mark_id, level)


class MarkForm(StrictSchema):
    """One tap, and whose it was: who is signed in by the time it is sent may be somebody else."""

    mark = MarkField(required=True)
    account_id = IdField(required=True)


class MarkIn(StrictSchema):
    mark_id = IdField(required=True)
    level = WholeField(required=True)


class MarksIn(StrictSchema):
    marks = fields.List(
        fields.Nested(MarkIn), required=True, validate=validate.Length(min=1, max=500)
    )


class CheckForm(StrictSchema):
    """The lines as they were shown, and which of them are not right; the others are agreed to."""

    seen = fields.List(MarkField(), load_default=list)
    returned_ids = fields.List(IdField(), load_default=list)


class CheckIn(MarksIn):
    """The same as JSON: `marks` are the lines as they were read."""

    returned_ids = fields.List(IdField(), load_default=list)


class DropForm(StrictSchema):
    reason = TextField(length_max=REASON_LENGTH_MAX, required=True)


class DenialDecisionForm(StrictSchema):
    decision = fields.Enum(DenialDecision, by_value=True, required=True)
    answer = TextField(length_max=STATEMENT_LENGTH_MAX, required=True)


class AwardDenialOut(StrictSchema):
    id = IdField()
    award_id = IdField()
    statement = fields.String()
    denied_at = fields.AwareDateTime()
    decision = fields.String(allow_none=True)
    answer = fields.String()


class LevelOut(StrictSchema):
    level = fields.Integer()
    word = fields.String()
    points = TenthsField()


class InspectionRowOut(StrictSchema):
    """`bar` is why the caller may not judge this household."""

    mark_id = IdField(attribute="mark.id")
    household_id = IdField(attribute="household.id")
    passbook_no = fields.String(attribute="household.passbook_no")
    head_name = fields.String(attribute="household.head_name")
    level = fields.Integer(attribute="mark.level", allow_none=True)
    checked = fields.Boolean()
    bar = fields.String(allow_none=True)


class InspectionOut(StrictSchema):
    """A round; its households are in the order that `seed` drew."""

    id = IdField(attribute="round.id")
    title = fields.String()
    occurred_on = fields.Date(attribute="round.occurred_on")
    seed = fields.String(attribute="round.seed")
    is_open = fields.Boolean()
    unmarked = fields.Integer()
    unchecked = fields.Integer()
    levels = fields.List(fields.Nested(LevelOut))
    rows = fields.List(fields.Nested(InspectionRowOut))


class InspectionListedOut(StrictSchema):
    id = IdField()
    title = fields.String()
    occurred_on = fields.Date()
    posted_at = fields.AwareDateTime(allow_none=True)
    dropped_at = fields.AwareDateTime(allow_none=True)

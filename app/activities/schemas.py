"""What pages and API of activities take and give."""

from marshmallow import fields, validate

from app.kit.schema import (
    DayField,
    IdField,
    MomentField,
    MonthField,
    StrictSchema,
    TenthsField,
    TextField,
    WholeField,
)

from .domain.denials import STATEMENT_LENGTH_MAX, DenialDecision
from .domain.signups import HoldState

_MEMBERS_MAX = 50


class ThemeForm(StrictSchema):
    month = MonthField(required=True)
    code = TextField(length_max=20, required=True)
    title = TextField(length_max=60, required=True)
    rule_code = TextField(length_max=20, required=True)
    team_name = TextField(length_max=40, load_default="")
    points = TenthsField(required=True)
    minutes = WholeField(load_default=60)
    seats = WholeField(load_default=30)


class GrantForm(StrictSchema):
    village_id = IdField(required=True)
    month = MonthField(required=True)
    points = TenthsField(required=True)


class _PlanFields(StrictSchema):
    title = TextField(length_max=60, required=True)
    place = TextField(length_max=60, required=True)
    rule_code = TextField(length_max=20, required=True)
    seats = WholeField(required=True)
    points = TenthsField(load_default=None)
    hourly = fields.Boolean(load_default=False)
    drop_in = fields.Boolean(load_default=False)
    bring = TextField(length_max=60, load_default="")
    team_id = IdField(load_default=None)
    theme_id = IdField(load_default=None)
    organiser_ids = fields.List(IdField(), required=True)


class ScheduleForm(_PlanFields):
    """One session, as a person fills it in."""

    day = DayField(required=True)
    starts = fields.Time(format="%H:%M", required=True)
    ends = fields.Time(format="%H:%M", required=True)


class SessionPlanIn(StrictSchema):
    starts_at = MomentField(required=True)
    ends_at = MomentField(required=True)


class _ChangeFields(StrictSchema):
    place = TextField(length_max=60, required=True)
    seats = WholeField(required=True)
    bring = TextField(length_max=60, load_default="")


class ChangeForm(_ChangeFields):
    """What a session is to be, as a person fills it in."""

    day = DayField(required=True)
    starts = fields.Time(format="%H:%M", required=True)
    ends = fields.Time(format="%H:%M", required=True)


class SessionChangeIn(_ChangeFields):
    starts_at = MomentField(required=True)
    ends_at = MomentField(required=True)


class ActivityIn(_PlanFields):
    sessions = fields.List(fields.Nested(SessionPlanIn), required=True)


class ReasonForm(StrictSchema):
    reason = TextField(length_max=100, required=True)


class MemberForm(StrictSchema):
    member_id = IdField(required=True)


class NotThereForm(MemberForm):
    """Absent, or excused when there is an excuse."""

    excuse = TextField(length_max=100, load_default="")


class ScanForm(StrictSchema):
    """A card, and for the card of a whole household who of it is there."""

    code = fields.String(required=True, validate=validate.Length(max=300))
    member_ids = fields.List(
        IdField(), load_default=list, validate=validate.Length(max=_MEMBERS_MAX)
    )
    leaving = fields.Boolean(load_default=False)


class OwnScanForm(StrictSchema):
    """Who checks in on a villager's phone; `ticket` proves when the page was opened."""

    ticket = fields.String(load_default="", validate=validate.Length(max=300))
    member_ids = fields.List(
        IdField(), required=True, validate=validate.Length(min=1, max=_MEMBERS_MAX)
    )
    leaving = fields.Boolean(load_default=False)


class CodeIn(OwnScanForm):
    """A rotating code, or the code of a poster."""

    code = fields.String(required=True, validate=validate.Length(max=300))


class ListIn(StrictSchema):
    """Several people; with `arrived_at` they are typed in from paper."""

    member_ids = fields.List(IdField(), required=True, validate=validate.Length(min=1, max=2000))
    arrived_at = MomentField(load_default=None)


class ListForm(StrictSchema):
    """Several people ticked on the roster, or typed in from paper with the hour on the sheet."""

    member_ids = fields.List(IdField(), required=True, validate=validate.Length(min=1, max=2000))
    arrived = fields.Time(format="%H:%M", load_default=None)


class CorrectionForm(StrictSchema):
    member_id = IdField(required=True)
    attended = fields.Boolean(required=True)
    minutes = WholeField(load_default=None)
    reason = TextField(length_max=100, required=True)


class DenialAnswer(StrictSchema):
    decision = fields.Enum(DenialDecision, by_value=True, required=True)
    answer = TextField(length_max=STATEMENT_LENGTH_MAX, required=True)


class DenialAnswerForm(DenialAnswer):
    """`passbook_no` and `name` say who was there instead, if that is known."""

    passbook_no = TextField(length_max=20, load_default="")
    name = TextField(length_max=40, load_default="")


class DenialDecisionIn(DenialAnswer):
    """`right_member_id` is who was there instead, if that is known."""

    right_member_id = IdField(load_default=None)


class DenialOut(StrictSchema):
    id = IdField()
    attendance_id = IdField()
    award_id = IdField()
    statement = fields.String()
    denied_at = fields.AwareDateTime()
    decision = fields.String(allow_none=True)
    answer = fields.String()
    decided_at = fields.AwareDateTime(allow_none=True)
    correction_id = IdField(allow_none=True)
    replacement_id = IdField(allow_none=True)


class ThemeOut(StrictSchema):
    id = IdField()
    code = fields.String()
    title = fields.String()
    rule_code = fields.String()
    team_name = fields.String()
    points = TenthsField()
    minutes = fields.Integer()
    seats = fields.Integer()


class ThemeListOut(StrictSchema):
    id = IdField()
    month = fields.String()
    number = fields.Integer()
    published_at = fields.AwareDateTime(allow_none=True)


class GrantOut(StrictSchema):
    id = IdField()
    village_id = IdField()
    month = fields.String()
    points = TenthsField(attribute="amount")


class ActivityOut(StrictSchema):
    id = IdField()
    title = fields.String()
    place = fields.String()
    rule_code = fields.String()
    spends = fields.Boolean()
    points = TenthsField()
    hourly = fields.Boolean()
    checks_out = fields.Boolean()
    drop_in = fields.Boolean()
    bring = fields.String()
    team_id = IdField(allow_none=True)
    theme_id = IdField(allow_none=True)
    approved_at = fields.AwareDateTime(allow_none=True)
    cancelled_at = fields.AwareDateTime(allow_none=True)
    cancel_reason = fields.String()


class SessionTimesOut(StrictSchema):
    id = IdField()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    seats = fields.Integer()
    closed_at = fields.AwareDateTime(allow_none=True)


class PlannedActivityOut(StrictSchema):
    activity = fields.Nested(ActivityOut)
    sessions = fields.List(fields.Nested(SessionTimesOut))


class ActivitySessionOut(StrictSchema):
    session = fields.Nested(SessionTimesOut)
    activity = fields.Nested(ActivityOut)
    confirmed = fields.Integer()
    waiting = fields.Integer()


class SignupOut(StrictSchema):
    id = IdField()
    member_id = IdField()
    place = fields.String()
    source = fields.String()
    held = TenthsField()
    hold_state = fields.Enum(HoldState, by_value=True)


class AttendanceOut(StrictSchema):
    id = IdField()
    member_id = IdField()
    state = fields.String()
    waits_for = fields.String(allow_none=True)
    source = fields.String()
    staff_entry = fields.Boolean()
    checked_in_at = fields.AwareDateTime(allow_none=True)
    checked_out_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    minutes_rule = fields.String(allow_none=True)
    reason = fields.String()


class CapOut(StrictSchema):
    points_max = TenthsField()
    period = fields.String()
    scope = fields.String()
    group = fields.String()


class ResultLineOut(StrictSchema):
    """`cap` is there when it cut the points."""

    attendance = fields.Nested(AttendanceOut)
    minutes = fields.Integer()
    asked = TenthsField()
    granted = TenthsField()
    cap = fields.Nested(CapOut, allow_none=True)


class ClosingOut(StrictSchema):
    session = fields.Nested(SessionTimesOut)
    lines = fields.List(fields.Nested(ResultLineOut))


class CorrectionOut(StrictSchema):
    id = IdField()
    state_before = fields.String()
    state_after = fields.String()
    minutes_before = fields.Integer(allow_none=True)
    minutes_after = fields.Integer(allow_none=True)
    reason = fields.String()


class ChoiceOut(StrictSchema):
    member_id = IdField()
    name = fields.String()


class ScanAnswerOut(StrictSchema):
    """What the scanning screen shows; `choices` asks who of a household is there."""

    level = fields.String()
    title = fields.String()
    message = fields.String()
    choices = fields.List(fields.Nested(ChoiceOut))


class RotatingCodeOut(StrictSchema):
    code = fields.String()
    link = fields.String()
    new_in_seconds = fields.Integer()


class MonthQuery(StrictSchema):
    month = MonthField(required=True)


class ThemeSavedOut(StrictSchema):
    taken = fields.String()


class ReleasePolicyIn(StrictSchema):
    at_once = fields.Boolean(required=True)
    starts_on = DayField(required=True)
    record_number = TextField(length_max=40, required=True)


class ReleasePolicyOut(StrictSchema):
    id = IdField()
    number = fields.Integer()
    at_once = fields.Boolean()
    starts_on = fields.Date()
    record_number = fields.String()

"""What the forms and the API of expiry take and give."""

from typing import Any

from marshmallow import fields

from app.kit.schema import DayField, IdField, StrictSchema, TenthsField, TextField, WholeField
from app.rulebook.domain.rules import Adoption
from app.rulebook.schemas import AdoptionIn, AdoptionOut

from .domain import REASON_LENGTH_MAX, ExpiryKind, Terms

_ADOPTION = tuple(AdoptionIn().fields)


class ExpiryPolicyIn(AdoptionIn):
    """`months` for points that age, `ceiling` for a carry-over, and the adopting meeting."""

    kind = fields.Enum(ExpiryKind, by_value=True, required=True)
    months = WholeField(load_default=None, allow_none=True)
    ceiling = TenthsField(load_default=None, allow_none=True)
    acts_from = DayField(required=True)


def policy_of(form: dict[str, Any]) -> dict[str, Any]:
    """A loaded ExpiryPolicyIn as `service.announce_policy` takes it."""
    return {
        "terms": Terms(form["kind"], form["months"], form["ceiling"]),
        "acts_from": form["acts_from"],
        "adoption": Adoption(**{name: form[name] for name in _ADOPTION}),
    }


class ExpiryDayIn(StrictSchema):
    on = DayField(required=True)


class ExpiryPreviewQuery(StrictSchema):
    on = DayField(load_default=None)


class ExpiryReasonIn(StrictSchema):
    reason = TextField(length_max=REASON_LENGTH_MAX, required=True)


class ExpiryTermsOut(StrictSchema):
    kind = fields.Enum(ExpiryKind, by_value=True)
    months = fields.Integer(allow_none=True)
    ceiling = TenthsField(allow_none=True)


class ExpiryPolicyOut(AdoptionOut):
    """A policy with the record of the meeting that adopted it."""

    id = IdField()
    number = fields.Integer()
    terms = fields.Nested(ExpiryTermsOut)
    announced_on = fields.Date()
    acts_from = fields.Date()


class ExpiryLotOut(StrictSchema):
    entry_id = IdField()
    earned_on = fields.Date()
    amount = TenthsField()


class ExpiringOut(StrictSchema):
    passbook_no = fields.String(attribute="household.passbook_no")
    points = TenthsField()
    lots = fields.List(fields.Nested(ExpiryLotOut))


class ExpiryPreviewOut(StrictSchema):
    on = fields.Date(allow_none=True)
    total = TenthsField()
    households = fields.List(fields.Nested(ExpiringOut))


class ExpiryRunOut(StrictSchema):
    id = IdField()
    acts_on = fields.Date()
    asked_at = fields.AwareDateTime()
    posted_at = fields.AwareDateTime(allow_none=True)


class PostedLotOut(StrictSchema):
    entry_id = IdField(attribute="earned_entry_id")
    earned_on = fields.Date()
    amount = TenthsField()


class PostedLineOut(StrictSchema):
    id = IdField(attribute="line.id")
    passbook_no = fields.String(attribute="household.passbook_no")
    entry_id = IdField(attribute="line.entry_id")
    amount = TenthsField(attribute="line.amount")
    reversal_entry_id = IdField(attribute="line.reversal_entry_id", allow_none=True)
    lots = fields.List(fields.Nested(PostedLotOut))


class ExpiryRunDetailOut(ExpiryRunOut):
    lines = fields.List(fields.Nested(PostedLineOut))


class ExpiryLineOut(StrictSchema):
    id = IdField()
    entry_id = IdField()
    amount = TenthsField()
    reversal_entry_id = IdField(allow_none=True)

"""What the forms and the API of supervision take and give."""

from marshmallow import fields

from app.kit.schema import IdField, StrictSchema, TenthsField, TextField

from .domain import NOTE_LENGTH_MAX


class FindingRowOut(StrictSchema):
    """A row behind a finding; what does not apply is null. Names are masked for the head bank."""

    passbook_no = fields.String()
    name = fields.String()
    at = fields.DateTime(allow_none=True)
    day = fields.Date(allow_none=True)
    points = TenthsField(allow_none=True)
    entry_id = IdField(allow_none=True)
    claim_id = IdField(allow_none=True)


class FindingOut(StrictSchema):
    """`sentence` says what stands out, in Chinese; `facts` are what it is made of."""

    kind = fields.String()
    sentence = fields.String()
    facts = fields.Dict(keys=fields.String())
    rows = fields.List(fields.Nested(FindingRowOut))


class ApproverOut(StrictSchema):
    """What somebody decided about claims; `median_minutes` is from the step's opening on."""

    name = fields.String()
    count = fields.Integer()
    approved = fields.Integer()
    refused = fields.Integer()
    asked_back = fields.Integer()
    median_minutes = fields.Integer()


class ReviewOut(StrictSchema):
    """A month: what stands out, and who approved, by name. Nobody is ranked."""

    month = fields.String()
    closed = fields.Boolean()
    findings = fields.List(fields.Nested(FindingOut))
    approvers = fields.List(fields.Nested(ApproverOut))


class RecheckIn(StrictSchema):
    """`note` says what is not right, and may say more."""

    right = fields.Boolean(required=True)
    note = TextField(length_max=NOTE_LENGTH_MAX, load_default="")


class RecheckResultOut(StrictSchema):
    right = fields.Boolean(attribute="is_right")
    note = fields.String()
    at = fields.DateTime()
    by = fields.String()


class RecheckItemOut(StrictSchema):
    """A drawn credit with all results, oldest first. Names are masked for the head bank."""

    entry_id = IdField()
    passbook_no = fields.String()
    name = fields.String()
    rule_title = fields.String()
    activity_title = fields.String()
    occurred_on = fields.Date()
    points = TenthsField()
    results = fields.List(fields.Nested(RecheckResultOut))


class RecheckListOut(StrictSchema):
    """The draw: 5 in 100 of `credit_count` entries, at least one.

    Ordered by the SHA-256 of the 32 bytes of `digest` and the 8 of the entry's id (big-endian),
    the drawn ones come first.
    """

    month = fields.String()
    digest = fields.String()
    credit_count = fields.Integer()
    items = fields.List(fields.Nested(RecheckItemOut))

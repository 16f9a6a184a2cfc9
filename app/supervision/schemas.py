"""What the API of supervision gives."""

from marshmallow import fields

from app.kit.schema import IdField, StrictSchema, TenthsField


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

"""What the API of households and members takes and gives."""

from marshmallow import fields

from app.kit.schema import IdField, StrictSchema, TextField


class HouseholdSearch(StrictSchema):
    search = TextField(length_max=40, load_default="")


class HouseholdOut(StrictSchema):
    id = IdField()
    passbook_no = fields.String()
    head_name = fields.String()
    grid_id = IdField(allow_none=True)
    grid_name = fields.String()
    notice_name_mode = fields.String()
    status = fields.String()


class MemberOut(StrictSchema):
    id = IdField()
    household_id = IdField()
    name = fields.String()
    gender = fields.String(allow_none=True)
    birth_month = fields.String(allow_none=True)
    is_party_member = fields.Boolean()
    relation = fields.String()
    is_head = fields.Boolean()
    status = fields.String()
    status_on = fields.Date(allow_none=True)


class HouseholdDetailOut(HouseholdOut):
    members = fields.List(fields.Nested(MemberOut))

"""What the sign-in forms and the API's sessions take and give."""

from marshmallow import fields

from app.kit.schema import StrictSchema, TextField


class SignInForm(StrictSchema):
    user_name = TextField(length_max=40, required=True)
    password = fields.String(required=True)


class SessionOut(StrictSchema):
    token = fields.String(required=True)
    display_name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)

"""What the API of households and members takes and gives."""

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from app.kit.schema import DayField, IdField, MonthField, StrictSchema, TenthsField, TextField

from .domain.cells import NAME_LENGTH_MAX
from .domain.households import Gender, MemberStatus, NoticeNameMode
from .domain.life import LIFE_NOTE_LENGTH_MAX, ZERO, LifeKind

_RELATION_LENGTH_MAX = 10
_PASSBOOK_NO_LENGTH_MAX = 20


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


class PersonForm(StrictSchema):
    """What is known of a person; `relation` is to the household head."""

    name = TextField(length_max=NAME_LENGTH_MAX, required=True)
    relation = TextField(length_max=_RELATION_LENGTH_MAX, load_default="")
    gender = fields.Enum(Gender, by_value=True, load_default=None)
    birth_month = MonthField(load_default=None)
    phone = TextField(length_max=20, load_default="")
    is_party_member = fields.Boolean(load_default=False)


class HouseholdForm(PersonForm):
    """A new household with its head."""

    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, required=True)
    grid_id = IdField(load_default=None)


class HouseholdChangeForm(StrictSchema):
    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, load_default=None)
    grid_id = IdField(load_default=None)
    notice_name_mode = fields.Enum(NoticeNameMode, by_value=True, load_default=None)


class MoveForm(StrictSchema):
    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, required=True)
    new_relation = TextField(length_max=_RELATION_LENGTH_MAX, load_default="")
    new_head_id = IdField(load_default=None)


class DepartureForm(StrictSchema):
    status = fields.Enum(
        MemberStatus,
        by_value=True,
        required=True,
        validate=validate.OneOf([MemberStatus.DIED, MemberStatus.MOVED_AWAY]),
    )
    departed_on = DayField(required=True)
    new_head_id = IdField(load_default=None)


class OwnersForm(StrictSchema):
    """For whom to print: the members named, and the household itself."""

    member_ids = fields.List(IdField(), load_default=list)
    for_household = fields.Boolean(load_default=False)


class GridForm(StrictSchema):
    grid_id = IdField(load_default=None)


class TeamForm(StrictSchema):
    name = TextField(length_max=40, required=True)


class TeamMembersForm(StrictSchema):
    member_ids = fields.List(IdField(), load_default=list)


class LinkForm(StrictSchema):
    """A household by passbook number."""

    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, required=True)


class OwnLinkForm(LinkForm):
    """A household that a villager names: number and head, so that neither can be tried out."""

    head_name = TextField(length_max=NAME_LENGTH_MAX, required=True)


class PartyMemberForm(StrictSchema):
    member_id = IdField(required=True)


class LinkIn(StrictSchema):
    household_id = IdField(required=True)


class PartyMemberOut(StrictSchema):
    id = IdField()
    name = fields.String()
    linked_households = fields.Integer()


class LinkOut(StrictSchema):
    """A link, or a proposal as long as `began_on` is null."""

    id = IdField()
    member_id = IdField(attribute="member.id")
    member_name = fields.String(attribute="member.name")
    household_id = IdField(attribute="household.id")
    passbook_no = fields.String(attribute="household.passbook_no")
    head_name = fields.String(attribute="household.head_name")
    proposed_by = fields.String()
    began_on = fields.Date(allow_none=True)


class OwnLinksOut(StrictSchema):
    """Links of the caller's household, and of the caller as a party member."""

    household = fields.List(fields.Nested(LinkOut))
    own = fields.List(fields.Nested(LinkOut))


class KinForm(LinkForm):
    """Two households by passbook number."""

    other_passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, required=True)


class KinIn(StrictSchema):
    household_id = IdField(required=True)
    other_household_id = IdField(required=True)


class KinshipOut(StrictSchema):
    id = IdField()
    household = fields.Nested(HouseholdOut)
    other = fields.Nested(HouseholdOut)


class StaffTieForm(StrictSchema):
    """Without a passbook number the account is of no household here."""

    account_id = IdField(required=True)
    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, load_default="")
    grid_id = IdField(load_default=None)


class StaffTieIn(StrictSchema):
    account_id = IdField(required=True)
    household_id = IdField(required=True, allow_none=True)
    grid_id = IdField(load_default=None, allow_none=True)


class StaffTieOut(StrictSchema):
    account_id = IdField()
    household = fields.Nested(HouseholdOut, allow_none=True)
    grid_id = IdField(allow_none=True)


class ApplyForm(StrictSchema):
    """`fingerprint` tells which plan was shown."""

    fingerprint = fields.String(required=True)
    remove_gone = fields.Boolean(load_default=False)


class CardSignInForm(StrictSchema):
    pin = fields.String(required=True)


class CardSessionIn(CardSignInForm):
    code = fields.String(required=True)


class CardIn(StrictSchema):
    """A card for one owner: a member, or the household as a whole."""

    member_id = IdField(load_default=None)
    household_id = IdField(load_default=None)


class CardOut(StrictSchema):
    """The code is answered this once."""

    code = fields.String()


class PinOut(StrictSchema):
    """The PIN is answered this once."""

    pin = fields.String()


class TeamOut(StrictSchema):
    id = IdField()
    name = fields.String()


class TeamDetailOut(TeamOut):
    members = fields.List(fields.Nested(MemberOut))


class ReportLineOut(StrictSchema):
    group = fields.String()
    sheet = fields.String()
    line = fields.String()
    passbook_no = fields.String()
    name = fields.String()
    content = fields.String()
    reason = fields.String()
    advice = fields.String()


class RegisterFileIn(StrictSchema):
    """A register as .xlsx or .csv."""

    file = Upload(required=True)


class RegisterImportOut(StrictSchema):
    """`fingerprint` is what applying a draft asks for; `counts` sums the plan up."""

    id = IdField()
    file_name = fields.String()
    status = fields.String()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    fingerprint = fields.String()
    lines = fields.List(fields.Nested(ReportLineOut))


class LifeForm(StrictSchema):
    """What happened to a household; only what its kind asks for is filled in.

    `points` is the share of a split. `name` to `relation` are those of a child that was born.
    """

    happened_on = DayField(required=True)
    note = TextField(length_max=LIFE_NOTE_LENGTH_MAX, required=True)
    member_id = IdField(load_default=None)
    new_head_id = IdField(load_default=None)
    member_ids = fields.List(IdField(), load_default=list)
    name = TextField(length_max=NAME_LENGTH_MAX, load_default="")
    gender = fields.Enum(Gender, by_value=True, load_default=None)
    birth_month = MonthField(load_default=None)
    relation = TextField(length_max=_RELATION_LENGTH_MAX, load_default="")
    grid_id = IdField(load_default=None)
    to_passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, load_default="")
    to_village_id = IdField(load_default=None)
    new_passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, load_default="")
    points = TenthsField(load_default=ZERO)


class LifeIn(LifeForm):
    kind = fields.Enum(LifeKind, by_value=True, required=True)


class ArrivalForm(StrictSchema):
    """How the village takes a household in."""

    passbook_no = TextField(length_max=_PASSBOOK_NO_LENGTH_MAX, required=True)
    grid_id = IdField(load_default=None)


class LifeHouseholdOut(StrictSchema):
    """A household that an event concerns, with what it has at present."""

    household = fields.Nested(HouseholdOut)
    present = fields.List(fields.Nested(MemberOut))
    spendable = TenthsField()
    pending = TenthsField()
    held = TenthsField()


class LifeEventOut(StrictSchema):
    """An event; while it waits, the households as they are before it.

    `moved` is what it has moved so far; `arrived_id` the household where people or points went.
    """

    id = IdField()
    kind = fields.String(attribute="draft.kind")
    happened_on = fields.Date(attribute="draft.happened_on")
    note = fields.String(attribute="draft.note")
    state = fields.String()
    needs_second = fields.Boolean()
    home = fields.Nested(LifeHouseholdOut)
    target = fields.Nested(LifeHouseholdOut, allow_none=True)
    points = TenthsField(attribute="draft.points")
    links = fields.Integer()
    moved = TenthsField()
    arrived_id = IdField(allow_none=True)
    entered_at = fields.AwareDateTime()
    decided_at = fields.AwareDateTime(allow_none=True)


class LifeEventRowOut(StrictSchema):
    id = IdField()
    kind = fields.String()
    happened_on = fields.Date()
    state = fields.String()
    household_id = IdField()

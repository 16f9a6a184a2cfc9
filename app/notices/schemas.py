"""What the notice forms and the API take and give."""

from marshmallow import fields, validate

from app.kit.schema import (
    DayField,
    HexField,
    IdField,
    MonthField,
    StrictSchema,
    TextField,
    WholeField,
)

from .domain import (
    CLOSE_REASON_LENGTH_MAX,
    HONOUR_LENGTH_MAX,
    NOTICE_DAYS_DEFAULT,
    NOTICE_DAYS_MAX,
    NOTICE_DAYS_MIN,
    Decision,
    ObjectionSource,
    SignaturePart,
)

_CONSENT_MISSING = "写全名要本人同意。请问过本人再勾选。"


class CloseMonthIn(StrictSchema):
    """`reason` is needed when something still stands open."""

    month = MonthField(required=True)
    reason = TextField(length_max=CLOSE_REASON_LENGTH_MAX, load_default="")


class PublishIn(StrictSchema):
    posted_from = DayField(
        required=True, error_messages={"invalid": "请按 2026-11-01 的样子填日期。"}
    )
    days = WholeField(
        load_default=NOTICE_DAYS_DEFAULT,
        validate=validate.Range(NOTICE_DAYS_MIN, NOTICE_DAYS_MAX, error="公示期要{min}到{max}天。"),
        error_messages={"invalid": "请填天数，例如 7。"},
    )


class HonourIn(StrictSchema):
    passbook_number = TextField(length_max=20, required=True)
    name = TextField(length_max=40, required=True)
    deed = TextField(length_max=HONOUR_LENGTH_MAX, required=True)
    consented = fields.Boolean(
        required=True,
        validate=validate.OneOf([True], error=_CONSENT_MISSING),
        error_messages={"required": _CONSENT_MISSING},
    )


class RedemptionDayIn(StrictSchema):
    redemption_on = DayField(
        load_default=None, error_messages={"invalid": "请按 2026-11-01 的样子填日期。"}
    )


class SignatureIn(StrictSchema):
    part = fields.Enum(
        SignaturePart,
        by_value=True,
        required=True,
        error_messages={"required": "请选是谁签的。", "unknown": "请选是谁签的。"},
    )
    name = TextField(length_max=40, required=True)
    signed_on = DayField(
        required=True, error_messages={"invalid": "请按 2026-11-01 的样子填日期。"}
    )


class ObjectionIn(StrictSchema):
    statement = TextField(length_max=500, required=True)
    passbook_number = TextField(length_max=20, load_default="")
    objector_name = TextField(length_max=40, load_default="")


class OfficeObjectionIn(ObjectionIn):
    source = fields.Enum(
        ObjectionSource,
        by_value=True,
        required=True,
        validate=validate.OneOf([ObjectionSource.OFFICE, ObjectionSource.PAPER]),
        error_messages={"unknown": "请选怎么收到的。"},
    )


class DecisionIn(StrictSchema):
    decision = fields.Enum(
        Decision,
        by_value=True,
        required=True,
        error_messages={"required": "请选属实或不属实。", "unknown": "请选属实或不属实。"},
    )
    answer = TextField(length_max=500, required=True)
    award_ids = fields.List(IdField(), load_default=list)


class HonourOut(StrictSchema):
    id = IdField(required=True)
    name = fields.String(required=True)
    deed = fields.String(required=True)


class SignatureOut(StrictSchema):
    id = IdField(required=True)
    part = fields.String(required=True)
    name = fields.String(required=True)
    signed_on = fields.Date(required=True)


class NoticeOut(StrictSchema):
    id = IdField(required=True)
    month = fields.String(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    public_code = fields.String(required=True)
    posted_from = fields.Date()
    posted_to = fields.Date()
    redemption_on = fields.Date()
    closed_because = fields.String()


class ObjectionOut(StrictSchema):
    id = IdField(required=True)
    number = fields.Integer(required=True)
    source = fields.String(required=True)
    statement = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    decision = fields.String()
    answer = fields.String()


class ObjectionReceiptOut(StrictSchema):
    """What somebody who objects without signing in gets back."""

    number = fields.Integer(required=True)
    received_at = fields.AwareDateTime(required=True)


class SupplementOut(StrictSchema):
    number = fields.Integer(required=True)
    posted_from = fields.Date(required=True)
    posted_to = fields.Date(required=True)
    digest = HexField()
    pdf_sha256 = HexField()


class SupplementCheckOut(StrictSchema):
    """A supplement as it hangs; `holds` when the ledger still gives its digest."""

    holds = fields.Boolean(required=True)
    digest = HexField()
    recomputed = HexField()
    content = fields.Dict(required=True)


class AlteredEntryOut(StrictSchema):
    """An entry that is not as it was sealed: "was changed", "was removed" or "was added"."""

    entry_id = IdField(required=True)
    what = fields.String(required=True)


class FigureGapOut(StrictSchema):
    """A figure that the ledger gives otherwise; without a passbook number it is the village's."""

    passbook_number = fields.String(required=True)
    figure = fields.String(required=True)
    on_paper = fields.String(required=True)
    in_ledger = fields.String(required=True)


class PaperLineOut(StrictSchema):
    """A household's line as printed, and the same from the ledger."""

    passbook_number = fields.String(required=True)
    head_name = fields.String(required=True)
    holds = fields.Boolean(required=True)
    on_paper = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    in_ledger = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class HouseholdProofOut(StrictSchema):
    """Proofs of the last figure of a household's line, which `/static/verify_proof.py` checks
    against the digest on the paper.
    """

    passbook_number = fields.String(required=True)
    proofs = fields.List(fields.Dict(), attribute="documents", required=True)


class VerificationOut(StrictSchema):
    """`holds` when digest, entries, closing balances and printed figures are all as they were."""

    month = fields.String(required=True)
    holds = fields.Boolean(required=True)
    altered_entries = fields.List(fields.Nested(AlteredEntryOut), required=True)
    altered_accounts = fields.List(fields.String(), required=True)
    gaps = fields.List(fields.Nested(FigureGapOut), required=True)
    digest = fields.String(required=True)
    recomputed = fields.String(required=True)
    previous_digest = fields.String(required=True)
    entry_count = fields.Integer(required=True)
    pdf_sha256 = fields.String(required=True)

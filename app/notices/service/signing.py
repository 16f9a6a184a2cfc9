"""Noting down who has signed the notice on the board."""

from datetime import date, datetime

from sqlalchemy import delete, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.kit.text import clean_line, normalise_name
from app.notices.domain import NoticeState, SignaturePart, check_signing
from app.notices.models import Notice, Signature

from .locks import locked_notice

_NAME_LENGTH_MAX = 40


def add_signature(
    *,
    village_id: int,
    notice_id: int,
    part: SignaturePart,
    name: str,
    signed_on: date,
    actor_id: int,
) -> Signature:
    """Note down a signature on a posted notice; the same one again changes nothing.

    Raises NotFound `notice_not_found`, Conflict `notice_not_published` or `notice_settled`,
    Invalid `signature_day_bad`, and what a name may not be.
    """
    notice, frozen_at = _signable(village_id, notice_id)
    check_signing(signed_on, clock.local(frozen_at).date(), clock.today())
    signer = normalise_name(clean_line(name, length_max=_NAME_LENGTH_MAX, field="姓名"))
    signed = db.session.scalar(
        select(Signature).where(
            Signature.notice_id == notice.id, Signature.part == part, Signature.name == signer
        )
    )
    if signed is None:
        signed = Signature(
            id=new_id(),
            village_id=village_id,
            notice_id=notice.id,
            part=part,
            name=signer,
            signed_on=signed_on,
            recorded_at=clock.now(),
            recorded_by=actor_id,
        )
        db.session.add(signed)
        db.session.flush()
    return signed


def remove_signature(*, village_id: int, notice_id: int, signature_id: int) -> None:
    """Take a signature back that was noted down wrongly; one that is gone changes nothing.

    Raises what `add_signature` raises for the notice.
    """
    notice, _ = _signable(village_id, notice_id)
    db.session.execute(
        delete(Signature).where(Signature.id == signature_id, Signature.notice_id == notice.id)
    )


def _signable(village_id: int, notice_id: int) -> tuple[Notice, datetime]:
    """The notice, and when it was frozen."""
    notice = locked_notice(village_id, notice_id)
    if notice.published_at is None:
        raise Conflict("notice_not_published")
    if notice.state == NoticeState.SETTLED:
        raise Conflict("notice_settled")
    return notice, notice.published_at

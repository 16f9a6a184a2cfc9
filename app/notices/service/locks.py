"""A notice held still while it is changed."""

from app.extensions import db
from app.kit.errors import NotFound
from app.notices.models import Notice


def locked_notice(village_id: int, notice_id: int) -> Notice:
    """A notice of the village, locked; NotFound `notice_not_found`."""
    notice = db.session.get(Notice, notice_id, with_for_update=True, populate_existing=True)
    if notice is None or notice.village_id != village_id:
        raise NotFound("notice_not_found")
    return notice

"""Names as the village may read them."""

from app.kit.masking import mask_name
from app.people.domain.households import HouseholdRef, NoticeNameMode


def public_name(household: HouseholdRef, name: str) -> str:
    """Somebody's name as their household lets the village read it; nobody's is a dash."""
    if household.notice_name_mode is NoticeNameMode.PASSBOOK or not name:
        return "—"
    if household.notice_name_mode is NoticeNameMode.FULL:
        return name
    return mask_name(name)

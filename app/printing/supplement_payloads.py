"""What a supplementary notice needs to be told, ready to set, see `payloads`."""

from dataclasses import dataclass, field
from typing import ClassVar

from .payloads import AS_QR, ObjectionRow, Printable


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRow:
    """An award of the notice's month that was taken back later; `points` carries the minus."""

    passbook_number: str
    head_name: str
    day: str
    deed: str
    points: str
    corrected_on: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementVerification:
    """What ties a supplement to the ledger and to its notice: whole hexadecimal digests, of which
    the first 16 characters are printed. `link` opens the same frozen supplement.
    """

    digest: str
    notice_digest: str
    code: str
    link: str = field(metadata={AS_QR: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementPrint(Printable):
    """What was corrected or answered after a notice was frozen, A4 portrait."""

    template: ClassVar[str] = "supplement.typ"

    town_name: str
    village_name: str
    branch_name: str
    number: str
    notice_number: str
    month: str
    posted_from: str
    posted_to: str
    contact_name: str
    contact_phone: str
    contact_box: str
    item_count: str
    correction_rows: tuple[CorrectionRow, ...]
    correction_sum: str
    objection_rows: tuple[ObjectionRow, ...]
    verification: SupplementVerification
    paper: str = "a4"

"""What an import has to tell a human: a stable code, where, and the facts for its sentence."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """What became of the line: left out, left to a human, taken with a doubt; or about the file."""

    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    WARNING = "warning"
    NOTICE = "notice"


class Code(StrEnum):
    """Why. Each has its sentence, reason first and what to do second, in the message table."""

    # refused lines
    PASSBOOK_NO_MISSING = "register_passbook_no_missing"
    PASSBOOK_NO_BAD = "register_passbook_no_bad"
    NAME_MISSING = "register_name_missing"
    NAME_FORMULA = "register_name_formula"
    NAME_HIDDEN = "register_name_hidden"
    NAME_BAD = "register_name_bad"
    NAME_TOO_LONG = "register_name_too_long"
    ID_NUMBER = "register_id_number"
    BIRTH_BAD = "register_birth_bad"
    BIRTH_UNCLEAR = "register_birth_unclear"
    BIRTH_FUTURE = "register_birth_future"
    DUPLICATE = "register_duplicate"
    NAME_TWICE = "register_name_twice"
    MARKED_GONE = "register_marked_gone"
    HEAD_MISSING = "register_head_missing"
    HEAD_REFUSED = "register_head_refused"
    HEAD_TWICE = "register_head_twice"
    # left to a human
    MOVE_UNCLEAR = "register_move_unclear"
    DIED = "register_died"
    HEAD_UNCLEAR = "register_head_unclear"
    # taken with a doubt
    PHONE_BAD = "register_phone_bad"
    PHONE_FIRST = "register_phone_first"
    BIRTH_YEAR_ONLY = "register_birth_year_only"
    GENDER_UNKNOWN = "register_gender_unknown"
    PARTY_UNKNOWN = "register_party_unknown"
    RELATION_BAD = "register_relation_bad"
    GRID_BAD = "register_grid_bad"
    GRID_DIFFERS = "register_grid_differs"
    HEAD_ASSUMED = "register_head_assumed"
    LISTED_TWICE = "register_listed_twice"
    # about the file
    ID_COLUMNS_DROPPED = "register_id_columns_dropped"
    COLUMNS_IGNORED = "register_columns_ignored"
    COLUMN_ABSENT = "register_column_absent"
    LINES_SKIPPED = "register_lines_skipped"
    SHEET_SKIPPED = "register_sheet_skipped"
    MANY_GONE = "register_many_gone"


@dataclass(frozen=True, slots=True)
class Remark:
    """`line` counts from 1 as the spreadsheet program does, 0 for the file as a whole.

    `content` is what the line says, without anything that looks like an ID-card number.
    """

    severity: Severity
    code: Code
    sheet: str = ""
    line: int = 0
    passbook_no: str = ""
    name: str = ""
    content: str = ""
    facts: dict[str, str | int] = field(default_factory=dict)

"""Reads of the rule book: its versions, its rules, and awards under them."""

from .awards import AWARD_WITNESS as AWARD_WITNESS
from .awards import award as award
from .awards import awarded_before as awarded_before
from .awards import awards as awards
from .awards import cut_reasons as cut_reasons
from .awards import from_account as from_account
from .awards import outcome_of as outcome_of
from .awards import return_transfers as return_transfers
from .totals import Participation as Participation
from .totals import granted_by_member as granted_by_member
from .totals import participation as participation
from .versions import Comparison as Comparison
from .versions import Preview as Preview
from .versions import adoption_of as adoption_of
from .versions import comparison as comparison
from .versions import current_version as current_version
from .versions import draft as draft
from .versions import incentives_of as incentives_of
from .versions import preview as preview
from .versions import rule as rule
from .versions import rule_by_code as rule_by_code
from .versions import rules as rules
from .versions import rules_by_id as rules_by_id
from .versions import version as version
from .versions import version_by_number as version_by_number
from .versions import versions as versions

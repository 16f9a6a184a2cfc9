"""Writes of claims: bringing in, deciding, deducting, appealing, the village's policy."""

from .deductions import Shortcoming as Shortcoming
from .deductions import appeal as appeal
from .deductions import issue_mend_notice as issue_mend_notice
from .deductions import mark_mended as mark_mended
from .deductions import open_deduction as open_deduction
from .denials import decide_denial as decide_denial
from .denials import deny_award as deny_award
from .inspections import check_inspection as check_inspection
from .inspections import drop_inspection as drop_inspection
from .inspections import mark_households as mark_households
from .inspections import open_inspection as open_inspection
from .policy import set_policy as set_policy
from .reviews import decide_claim as decide_claim
from .reviews import draw_again as draw_again
from .submissions import Deed as Deed
from .submissions import resubmit_claim as resubmit_claim
from .submissions import submit_claim as submit_claim
from .submissions import withdraw_claim as withdraw_claim

"""Reads of notices and objections, and the content of a notice."""

from .content import notice_on_a3 as notice_on_a3
from .content import notice_print as notice_print
from .notices import award_choices as award_choices
from .notices import earned_and_not_reversed as earned_and_not_reversed
from .notices import honours as honours
from .notices import notice as notice
from .notices import notice_by_code as notice_by_code
from .notices import notice_of_month as notice_of_month
from .notices import notice_period as notice_period
from .notices import notices as notices
from .notices import objection as objection
from .notices import objections as objections
from .notices import open_matters as open_matters
from .notices import open_objections_count as open_objections_count
from .notices import signatures as signatures
from .verification import HouseholdProof as HouseholdProof
from .verification import PaperLine as PaperLine
from .verification import Verification as Verification
from .verification import household_on_notice as household_on_notice
from .verification import household_proof as household_proof
from .verification import paper_line as paper_line
from .verification import verify as verify

"""Reads of claims, reviews and notices to mend."""

from .claims import ClaimView as ClaimView
from .claims import claim as claim
from .claims import claims as claims
from .claims import cut_reason as cut_reason
from .claims import draws as draws
from .claims import events as events
from .claims import mend_notice as mend_notice
from .claims import office_awards as office_awards
from .claims import photo as photo
from .claims import policy as policy
from .claims import undecided_count as undecided_count
from .claims import view as view
from .claims import views as views
from .claims import with_photo as with_photo
from .rules import claimable_rule as claimable_rule
from .rules import claimable_rules as claimable_rules
from .stories import ClaimStory as ClaimStory
from .stories import stories as stories
from .stories import story as story
from .turns import REVIEWING_ROLES as REVIEWING_ROLES
from .turns import eligible as eligible
from .turns import reviewers as reviewers
from .turns import turns as turns
from .turns import waiting_for as waiting_for
from .witnesses import CLAIM_WITNESS as CLAIM_WITNESS

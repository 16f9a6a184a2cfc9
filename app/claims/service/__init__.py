"""Writes of claims: bringing in, deciding, drawing a panel, the village's policy."""

from .policy import set_policy as set_policy
from .reviews import decide_claim as decide_claim
from .reviews import draw_again as draw_again
from .submissions import Deed as Deed
from .submissions import resubmit_claim as resubmit_claim
from .submissions import submit_claim as submit_claim
from .submissions import withdraw_claim as withdraw_claim

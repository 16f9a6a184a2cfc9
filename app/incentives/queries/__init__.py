"""Reads of linked scores and group bonuses."""

from .explaining import GridStory as GridStory
from .explaining import HouseholdStory as HouseholdStory
from .explaining import LedgerRow as LedgerRow
from .explaining import MemberStory as MemberStory
from .explaining import Overview as Overview
from .explaining import grid_story as grid_story
from .explaining import household_story as household_story
from .explaining import member_story as member_story
from .explaining import overview as overview
from .gathering import gather_register as gather_register
from .gathering import pool_balance as pool_balance
from .months import ComputedMonth as ComputedMonth
from .months import computed_month as computed_month
from .months import kept_months as kept_months
from .months import month_of_code as month_of_code
from .retelling import RetoldMonth as RetoldMonth
from .retelling import last_month_under as last_month_under
from .retelling import last_month_under_draft as last_month_under_draft
from .retelling import last_month_under_version as last_month_under_version
from .sheets import grid_sheet as grid_sheet
from .sheets import member_sheet as member_sheet
from .witnesses import INCENTIVE_WITNESS as INCENTIVE_WITNESS

"""Reads that gather several features for one page."""

from .appearances import Appearance as Appearance
from .appearances import latest_notice as latest_notice
from .appearances import releases as releases
from .causes import wholly_cut as wholly_cut
from .desk import SUPERVISED as SUPERVISED
from .desk import Due as Due
from .desk import DueKind as DueKind
from .desk import due as due
from .entries import EntryStory as EntryStory
from .entries import entry_story as entry_story
from .months import HouseholdMonth as HouseholdMonth
from .months import household_month as household_month
from .paper import PaperPassbook as PaperPassbook
from .paper import PaperRow as PaperRow
from .paper import paper_passbook as paper_passbook
from .paper import rows_of_page as rows_of_page
from .paper import rows_of_print as rows_of_print
from .passbook import MemberShare as MemberShare
from .passbook import PassbookLine as PassbookLine
from .passbook import holdings as holdings
from .passbook import passbook as passbook
from .passbook import shares as shares
from .town import VillageMonth as VillageMonth
from .town import town_month as town_month

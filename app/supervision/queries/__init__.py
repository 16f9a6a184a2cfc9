"""Reads of supervision: what stands out in a month, and what is to be checked again."""

from .months import Finding as Finding
from .months import FindingRow as FindingRow
from .months import MonthReview as MonthReview
from .months import month_review as month_review
from .months import months as months
from .rechecks import RecheckItem as RecheckItem
from .rechecks import RecheckList as RecheckList
from .rechecks import recheck_bar as recheck_bar
from .rechecks import recheck_item as recheck_item
from .rechecks import recheck_list as recheck_list

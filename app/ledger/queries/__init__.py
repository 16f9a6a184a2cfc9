"""Reads of the books."""

from .accounts import balance as balance
from .accounts import balances as balances
from .accounts import balances_at as balances_at
from .accounts import balances_of_purpose as balances_of_purpose
from .entries import entries as entries
from .entries import entry as entry
from .entries import entry_by_key as entry_by_key
from .entries import entry_ids as entry_ids
from .entries import returns_of as returns_of
from .entries import reversals_of as reversals_of
from .periods import PeriodSums as PeriodSums
from .periods import is_settled as is_settled
from .periods import open_period as open_period
from .periods import period as period
from .periods import periods as periods
from .periods import sums_by_purpose as sums_by_purpose
from .periods import sums_of_period as sums_of_period
from .seals import compute_seal as compute_seal
from .seals import differences as differences
from .seals import header_of as header_of
from .seals import seal as seal
from .seals import seals as seals
from .statements import StatementLine as StatementLine
from .statements import balance_after as balance_after
from .statements import statement as statement

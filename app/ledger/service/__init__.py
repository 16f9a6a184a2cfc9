"""Writes of the ledger. Only `posting` inserts entries and transfers or touches a balance."""

from .accounts import open_accounts as open_accounts
from .grants import grant_statements as grant_statements
from .heads import record_head as record_head
from .periods import close_period as close_period
from .periods import lock_open_period as lock_open_period
from .periods import open_book as open_book
from .periods import secrets_drawn_by as secrets_drawn_by
from .posting import Held as Held
from .posting import hold_accounts as hold_accounts
from .posting import post as post
from .posting import post_each as post_each
from .returns import return_draft as return_draft
from .returns import return_part as return_part
from .reversal import reversal_draft as reversal_draft
from .reversal import reverse as reverse

"""The checker: reads the books from the first row on and says everything that does not hold.

`run` is the way in. A pass is a generator of faults over one village's book; those of a subject
share a file, and `run.PASSES` names them all.
"""

from .faults import Fault as Fault
from .run import PASSES as PASSES
from .run import ROWS_IN_BOOKS as ROWS_IN_BOOKS
from .run import Finding as Finding
from .run import books as books
from .run import check as check
from .run import check_open_month as check_open_month
from .run import check_strays as check_strays
from .run import passes_count as passes_count
from .run import view_one_instant as view_one_instant

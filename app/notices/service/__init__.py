"""Closing a month, publishing its notice, answering objections, settling."""

from .closing import close_month as close_month
from .objections import decide_objection as decide_objection
from .objections import file_objection as file_objection
from .publishing import add_honour as add_honour
from .publishing import publish_notice as publish_notice
from .publishing import remove_honour as remove_honour
from .publishing import set_redemption_day as set_redemption_day
from .settling import HOUSEHOLDS_PER_ENTRY as HOUSEHOLDS_PER_ENTRY
from .settling import settle_notice as settle_notice
from .signing import add_signature as add_signature
from .signing import remove_signature as remove_signature
from .supplements import publish_supplement as publish_supplement

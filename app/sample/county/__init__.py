"""A county of invented villages with a year behind them, for measuring and trying out.

Everything a village's books and pages rest on is there: register, cards, rule book, activities
with attendance and awards, a store with redemptions, sealed and settled months, and an open one.
Left out are public notices, because their PDFs would be most of the data, and passwords. The same
shape gives the same county, ids included; its time is fixed, whatever the day.
"""

from .loading import DatabaseNotEmptyError as DatabaseNotEmptyError
from .loading import Progress as Progress
from .loading import load_county as load_county
from .shape import CountyShape as CountyShape
from .shape import village_code as village_code

"""Pages of the store: the till, its receipts, and the back office."""

from .goods import pages as goods_pages
from .receipts import pages as receipt_pages
from .stores import pages as store_pages
from .till import pages as till_pages

STORE_PAGES = (till_pages, receipt_pages, store_pages, goods_pages)

"""Writes of the store."""

from .goods import add_good as add_good
from .goods import add_store as add_store
from .goods import change_good as change_good
from .goods import change_store as change_store
from .goods_import import GoodsImport as GoodsImport
from .goods_import import import_goods as import_goods
from .redemption import Till as Till
from .redemption import redeem_goods as redeem_goods
from .redemption import scan_card as scan_card
from .stock import record_count as record_count
from .stock import record_spoilage as record_spoilage
from .stock import stock_in as stock_in
from .void import void_redemption as void_redemption

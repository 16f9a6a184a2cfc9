"""The basket, which travels in the form: good ids and quantities, never prices."""

from collections.abc import Mapping

from werkzeug.datastructures import MultiDict

from app.kit.codes import CodeKind, read_code
from app.kit.errors import DomainError, Invalid
from app.store.domain.goods import LINE_QUANTITY_MAX, Offer
from app.store.domain.goods_file import read_barcode
from app.store.domain.redemption import Line, merge_lines

_DIGITS_MAX = 19  # of a 64-bit id


def read_basket(
    fields: MultiDict[str, str], offers: Mapping[int, Offer]
) -> tuple[tuple[Line, ...], DomainError | None]:
    """The basket in a form or an address, and the first thing that was wrong with it.

    `good` and `quantity` come in pairs; `barcode` or `add` puts one more in, `less` takes one
    out. What is wrong spoils nothing else: an unreadable quantity counts as one.
    """
    counts: dict[int, int] = {}
    refusal: DomainError | None = None
    for typed_id, typed in zip(fields.getlist("good"), fields.getlist("quantity"), strict=False):
        good_id = _known(typed_id, offers)
        if good_id is None:
            refusal = refusal or Invalid("good_not_found")
            continue
        quantity = _number(typed)
        if quantity is None or quantity > LINE_QUANTITY_MAX:
            refusal = refusal or Invalid("quantity_bad", quantity_max=LINE_QUANTITY_MAX)
            quantity = 1
        counts[good_id] = quantity
    try:
        change = _wanted_change(fields, offers)
    except DomainError as error:
        refusal, change = refusal or error, None
    if change is not None:
        good_id, step = change
        counts[good_id] = min(max(counts.get(good_id, 0) + step, 0), LINE_QUANTITY_MAX)
    return merge_lines(Line(good_id, count) for good_id, count in counts.items()), refusal


def _wanted_change(
    fields: MultiDict[str, str], offers: Mapping[int, Offer]
) -> tuple[int, int] | None:
    """The good to put one more in of (+1) or to take one out of (−1)."""
    for name, step in (("add", 1), ("less", -1)):
        if name in fields:
            good_id = _known(fields[name], offers)
            return None if good_id is None else (good_id, step)
    typed = fields.get("barcode", "").strip()
    if not typed:
        return None
    if read_code(CodeKind.CARD, typed) is not None:
        raise Invalid("card_instead_of_barcode")
    barcode = read_barcode(typed)
    for offer in offers.values():
        if offer.barcode == barcode:
            return offer.good_id, 1
    raise Invalid("barcode_not_found", barcode=barcode)


def _known(typed_id: str, offers: Mapping[int, Offer]) -> int | None:
    good_id = _number(typed_id)
    return good_id if good_id in offers else None


def _number(typed: str) -> int | None:
    digits = typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS_MAX
    return int(typed) if digits else None

"""What a notice says about points that are about to expire."""

from datetime import date
from typing import TYPE_CHECKING

from app.expiry import queries as expiry
from app.expiry.domain import ExpiryKind, Terms
from app.kit import clock
from app.kit.points import format_tenths

if TYPE_CHECKING:
    from app.expiry.models import ExpiryPolicy


def expiry_note(village_id: int) -> str:
    """The announcement and what it would take as the books stand now; "" when nothing expires.

    Whatever was announced is told on every notice until it acts, and what acts every month always.
    """
    found = expiry.coming(village_id, clock.today())
    if found is None:
        return ""
    policy, on = found
    households = expiry.preview(village_id, policy.terms, on)
    total = format_tenths(sum(each.points for each in households))
    return (
        f"{_announced(policy)}：{_terms(policy.terms)}，{_day(policy.acts_from)}起执行。"
        f"下一次是{_day(on)}，按现在的账有{len(households)}户共{total}分到期，"
        "到期前可以到爱心超市用掉。待公示的积分不到期，兑换先用最早挣的。"
    )


def _announced(policy: "ExpiryPolicy") -> str:
    return (
        f"{_day(policy.announced_on)}公告（{_day(policy.meeting_on)}{policy.meeting_kind}通过，"
        f"记录{policy.record_number}）"
    )


def _terms(terms: Terms) -> str:
    if terms.kind is ExpiryKind.AGE:
        return f"挣到超过{terms.months}个月还没有用的积分到期"
    return f"超过{format_tenths(terms.ceiling or 0)}分的部分到期"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

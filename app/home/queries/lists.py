"""Every list that somebody may take away as a file: its columns, and its rows as the reader may
have them.

A file leaves the house. So names are whole only for the branch president, who keeps the register,
and for an organiser in a roster of the own session; for all others they are masked.
"""

import calendar
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.activities import queries as activities
from app.activities.queries import ORGANISING_ROLES
from app.claims import queries as claims
from app.claims.access import OFFICE
from app.home.queries.passbook import passbook
from app.identity.domain import VILLAGE_ROLES, Principal, Role
from app.incentives import queries as incentives
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.masking import mask_name
from app.kit.month import Month
from app.kit.points import format_tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import POINT, SCORE, Address, OwnerKind
from app.notices import queries as notices
from app.people import queries as people
from app.people.domain.households import HouseholdStatus, MemberStatus
from app.store import queries as store

from .list_words import (
    ACCOUNTS,
    CLAIM_STATES,
    DECISIONS,
    ENTRY_KINDS,
    MEMBER_STATES,
    OBJECTION_SOURCES,
    PRESENCES,
    SOURCES,
)  # fmt: skip

_PASSBOOK_LINES_MAX = 100_000
_SESSIONS_MAX = 100_000
_MONEY_PLACES = 2

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a list, of which month; `target_id` is the session of a roster."""

    reader: Principal
    month: Month
    target_id: int | None = None
    names_whole: bool = False

    @property
    def village_id(self) -> int:
        return self.reader.village_id or 0

    def name(self, name: str) -> str:
        """A name as the reader may take it away."""
        return name if self.names_whole or not name else mask_name(name)


@dataclass(frozen=True, slots=True)
class ListFile:
    """One list: who may have it, and whether it is of a month or of a session."""

    title: str
    roles: frozenset[Role]
    columns: tuple[str, ...]
    rows: Callable[[Wish], Iterable[Row]]
    monthly: bool = False
    of_session: bool = False

    def read(self, wish: Wish) -> list[Row]:
        """The columns and below them the rows.

        Raises NotFound `period_not_found`, `notice_not_found` or `session_not_found`.
        """
        whole = Role.BRANCH_PRESIDENT in wish.reader.roles or self.of_session
        return [self.columns, *self.rows(replace(wish, names_whole=whole))]


def _households(wish: Wish) -> Iterator[Row]:
    for each in people.households(wish.village_id):
        ended = each.status is HouseholdStatus.ENDED
        yield each.passbook_no, wish.name(each.head_name), each.grid_name, "已结束" * ended


def _members(wish: Wish) -> Iterator[Row]:
    found = people.members(wish.village_id)
    homes = people.households_of(wish.village_id, {each.id for each in found})
    for each in found:
        yield (
            homes[each.id].passbook_no, wish.name(each.name), each.relation,
            "党员" * each.is_party_member, MEMBER_STATES[MemberStatus(each.status)],
        )  # fmt: skip


def _sessions(wish: Wish) -> Iterator[Row]:
    for view in activities.village_sessions(wish.village_id, limit=_SESSIONS_MAX):
        session, activity = view.session, view.activity
        state = "待批准" if activity.approved_at is None else "已批准"
        if activity.cancelled_at is not None:
            state = "已取消"
        elif session.closed_at is not None:
            state = "已结束"
        yield (
            activity.title, f"{clock.local(session.starts_at):%Y-%m-%d %H:%M}",
            f"{clock.local(session.ends_at):%Y-%m-%d %H:%M}", activity.place,
            format_tenths(activity.points), str(session.seats), str(view.confirmed), state,
        )  # fmt: skip


def _roster(wish: Wish) -> Iterator[Row]:
    view = activities.organised_session(wish.reader, wish.target_id or 0)
    lines = activities.result_lines(view)
    member_ids = {line.attendance.member_id for line in lines}
    names = {each.id: each.name for each in people.members(wish.village_id, member_ids=member_ids)}
    homes = people.find_households(
        wish.village_id, {line.attendance.household_id for line in lines}
    )
    for line in lines:
        row = line.attendance
        came = f"{clock.local(row.checked_in_at):%H:%M}" if row.checked_in_at else ""
        yield (
            homes[row.household_id].passbook_no, wish.name(names[row.member_id]),
            PRESENCES[row.state], came, SOURCES[row.source], str(line.minutes),
            format_tenths(line.asked), format_tenths(line.granted),
        )  # fmt: skip


def _claims(wish: Wish) -> Iterator[Row]:
    for view in claims.views(wish.village_id, claims.claims(wish.village_id)):
        claim = view.claim
        who = view.member.name if view.member else view.household.head_name
        yield (
            view.household.passbook_no, wish.name(who), view.rule.code, view.rule.title,
            str(claim.occurred_on), "扣分" if claim.kind == "deduction" else "申报",
            "" if claim.granted is None else format_tenths(claim.granted),
            CLAIM_STATES[claim.state],
        )  # fmt: skip


def _objections(wish: Wish) -> Iterator[Row]:
    for notice in notices.notices(wish.village_id):
        for each in notices.objections(notice.id):
            yield (
                notice.month, str(each.number), str(clock.local(each.received_at).date()),
                OBJECTION_SOURCES[each.source], each.passbook_number,
                wish.name(each.objector_name), each.statement, DECISIONS[each.decision],
                each.answer or "",
                str(clock.local(each.decided_at).date()) if each.decided_at else "",
            )  # fmt: skip


def _ledger(wish: Wish) -> Iterator[Row]:
    period = books.period(wish.village_id, wish.month)
    numbers = {each.id: each.passbook_no for each in people.households(wish.village_id)}
    names = {each.id: each.name for each in people.members(wish.village_id)}

    def account(address: Address) -> str:
        owner = ""
        if address.owner_kind is OwnerKind.HOUSEHOLD:
            owner = f"{numbers.get(address.owner_id, '?')}户"
        elif address.owner_kind is OwnerKind.MEMBER:
            owner = wish.name(names.get(address.owner_id, "?"))
        return owner + ACCOUNTS[address.purpose]

    for entry in books.entries(wish.village_id, period_id=period.id):
        for moved in entry.transfers:
            points = moved.debit.unit_id in (POINT, SCORE)
            yield (
                str(entry.id), ENTRY_KINDS[entry.kind], str(entry.occurred_on),
                f"{clock.local(entry.posted_at):%Y-%m-%d %H:%M:%S}",
                str(entry.reverses_id or ""), account(moved.debit), account(moved.credit),
                {POINT: "积分", SCORE: "评价分"}.get(moved.debit.unit_id, "物资"),
                format_tenths(moved.amount) if points else str(moved.amount),
            )  # fmt: skip


def _passbook(wish: Wish) -> Iterator[Row]:
    member = people.member(wish.village_id, wish.reader.member_id or 0)
    for line in passbook(wish.village_id, member.household_id, limit=_PASSBOOK_LINES_MAX):
        cause = line.cause
        rule = cause.rule.title if cause.rule else ""
        goods = "、".join(f"{each.title}{each.quantity}{each.unit_word}" for each in cause.goods)
        yield (
            str(line.occurred_on), str(line.entry_id),
            ENTRY_KINDS[line.kind], cause.member_name, cause.activity_title or rule or goods,
            format_tenths(line.change), format_tenths(line.after.spendable),
            format_tenths(line.after.pending), format_tenths(line.after.held),
        )  # fmt: skip


def _stock(wish: Wish) -> Iterator[Row]:
    for shop in store.stores(wish.village_id):
        for good, pieces in store.stock(shop.id):
            yield (
                shop.name, good.title, good.barcode, format_tenths(good.price), good.unit_word,
                "不计库存" if pieces is None else str(pieces),
                str(good.expires_on or ""), "" if good.active else "停兑",
            )  # fmt: skip


def _redemptions(wish: Wish) -> Iterator[Row]:
    numbers = {each.id: each.passbook_no for each in people.households(wish.village_id)}
    _, days = calendar.monthrange(wish.month.year, wish.month.number)
    for shop in store.stores(wish.village_id):
        for day in range(1, days + 1):
            sold_on = date(wish.month.year, wish.month.number, day)
            for receipt in store.receipts_of_day(shop.id, sold_on):
                sale = receipt.redemption
                goods = (f"{each.title}{each.quantity}{each.unit_word}" for each in receipt.lines)
                yield (
                    shop.name, receipt.number,
                    f"{clock.local(sale.created_at):%Y-%m-%d %H:%M}",
                    numbers.get(sale.household_id, ""), "、".join(goods),
                    format_tenths(sale.total), "已作废" if sale.voided_at else "",
                )  # fmt: skip


def _settlements(wish: Wish) -> Iterator[Row]:
    for shop in store.stores(wish.village_id):
        figures = store.store_figures(wish.village_id, shop.id, wish.month)
        fen = figures.amount_to_settle_fen
        yuan = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:0{_MONEY_PLACES}d}"
        yield shop.name, str(wish.month), format_tenths(figures.points_taken), yuan


def _notice(wish: Wish) -> Iterator[Row]:
    """As it was printed, masks and all."""
    found = notices.notice_of_month(wish.village_id, wish.month)
    if found is None or found.content is None:
        raise NotFound("notice_not_found")
    for row in json.loads(found.content)["household_rows"]:
        sums = row["sums"]
        yield (
            row["grid"], row["passbook_number"], row["head_name"], sums["opening"],
            sums["added"], sums["redeemed"], sums["expired"], sums["corrected"],
            sums["closing"], row["remark"],
        )  # fmt: skip


def _grids(wish: Wish) -> Iterator[Row]:
    for name, grid in incentives.overview(wish.village_id, wish.month).grids:
        yield (
            name, str(len(grid.households)), str(len(grid.took_part)), f"{grid.rate_percent}%",
            format_tenths(grid.mean_standing), format_tenths(grid.bonus),
        )  # fmt: skip


_PRESIDENT = frozenset({Role.BRANCH_PRESIDENT})
_DESK = frozenset({Role.BRANCH_PRESIDENT, Role.SUPERVISION})

LISTS: dict[str, ListFile] = {
    "households": ListFile("花名册", _PRESIDENT, ("户号", "户主", "网格", "状态"), _households),
    "members": ListFile(
        "成员", _PRESIDENT, ("户号", "姓名", "与户主关系", "党员", "状态"), _members
    ),
    "activities": ListFile(
        "活动", frozenset({Role.BRANCH_PRESIDENT, Role.ORGANISER}),
        ("活动", "开始", "结束", "地点", "积分", "名额", "报名", "状态"), _sessions,
    ),
    "roster": ListFile(
        "活动名单", ORGANISING_ROLES,
        ("户号", "姓名", "到没到", "签到时间", "怎么签到", "分钟", "应得", "记入"), _roster,
        of_session=True,
    ),
    "claims": ListFile(
        "申报", frozenset(OFFICE),
        ("户号", "谁", "细则", "做什么", "日期", "种类", "积分", "状态"), _claims,
    ),
    "objections": ListFile(
        "异议", _DESK,
        ("公示", "编号", "收到", "来自", "存折号", "姓名", "内容", "结果", "答复", "答复日期"),
        _objections,
    ),
    "ledger": ListFile(
        "账簿", _DESK,
        ("凭证号", "种类", "日期", "入账时间", "冲正", "从", "到", "单位", "数量"), _ledger,
        monthly=True,
    ),
    "passbook": ListFile(
        "积分存折", frozenset({Role.MEMBER}),
        ("日期", "凭证号", "种类", "谁", "事项", "变动", "可用", "待公示", "冻结"), _passbook,
    ),
    "stock": ListFile(
        "物资库存", _PRESIDENT,
        ("超市", "物资", "条形码", "积分", "单位", "库存", "保质期到", "状态"), _stock,
    ),
    "redemptions": ListFile(
        "小票", _PRESIDENT, ("超市", "小票", "时间", "存折号", "物资", "积分", "状态"),
        _redemptions, monthly=True,
    ),
    "settlements": ListFile(
        "超市结算", _DESK, ("超市", "月份", "收取积分", "应结算（元）"), _settlements,
        monthly=True,
    ),
    "notice": ListFile(
        "积分公示", frozenset(VILLAGE_ROLES),
        (
            "网格", "存折号", "户主", "上月结余", "本月增加", "本月兑换", "本月到期", "更正",
            "本月结余", "备注",
        ),
        _notice, monthly=True,
    ),
    "grids": ListFile(
        "网格", _DESK, ("网格", "户数", "参与户数", "参与率", "户均评价分", "奖励积分"), _grids,
        monthly=True,
    ),
}  # fmt: skip

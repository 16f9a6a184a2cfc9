"""The words of states and kinds in files, where pages have them in their templates."""

from app.activities.domain.check_in import Source, State
from app.claims.domain.states import ClaimState
from app.ledger.domain.accounts import Purpose
from app.ledger.domain.drafts import EntryKind
from app.notices.domain import Decision, ObjectionSource
from app.people.domain.households import MemberStatus

MEMBER_STATES = {
    MemberStatus.ACTIVE: "在册", MemberStatus.MOVED_AWAY: "迁出", MemberStatus.DIED: "去世",
}  # fmt: skip
PRESENCES: dict[str, str] = {
    State.UNCONFIRMED: "等确认", State.PRESENT: "已到", State.LEFT: "已签退", State.ABSENT: "未到",
    State.EXCUSED: "请假",
}  # fmt: skip
SOURCES: dict[str, str] = {
    Source.CARD: "扫积分卡", Source.HOUSEHOLD_CARD: "扫户卡", Source.ROTATING_CODE: "扫现场码",
    Source.POSTER: "扫海报", Source.ROSTER: "名单勾选", Source.PAPER: "纸质名单补录",
    Source.CLOSING: "结束登记时", Source.CORRECTION: "更正",
}  # fmt: skip
CLAIM_STATES: dict[str, str] = {
    ClaimState.IN_REVIEW: "审核中", ClaimState.ASKED_BACK: "请补充", ClaimState.APPROVED: "同意",
    ClaimState.REFUSED: "不同意", ClaimState.WITHDRAWN: "已撤回", ClaimState.APPEALED: "申诉中",
    ClaimState.OVERTURNED: "申诉成立", ClaimState.CONFIRMED: "申诉没有通过",
}  # fmt: skip
OBJECTION_SOURCES: dict[str, str] = {
    ObjectionSource.PHONE: "手机", ObjectionSource.OFFICE: "当面", ObjectionSource.PAPER: "纸条",
}  # fmt: skip
DECISIONS: dict[str | None, str] = {
    None: "待答复", Decision.UPHELD: "属实", Decision.REJECTED: "不属实",
}  # fmt: skip
ENTRY_KINDS: dict[str, str] = {
    EntryKind.GRANT: "拨付额度", EntryKind.POOL_RESERVE: "占用额度",
    EntryKind.POOL_RETURN: "退回额度", EntryKind.AWARD: "积分", EntryKind.DEDUCTION: "扣评价分",
    EntryKind.BONUS: "集体奖励", EntryKind.GRID_BONUS: "网格奖励",
    EntryKind.TEAM_BONUS: "服务队奖励", EntryKind.LINKED_SCORE: "党员联系农户",
    EntryKind.SETTLE: "公示期满", EntryKind.SETTLE_RETURN: "退回待公示", EntryKind.HOLD: "冻结",
    EntryKind.HOLD_RELEASE: "解冻", EntryKind.ACTIVITY_PAYMENT: "活动花费",
    EntryKind.REDEMPTION: "兑换", EntryKind.GOODS_OUT: "物资出库", EntryKind.STOCK_IN: "入库",
    EntryKind.STOCK_COUNT: "盘点", EntryKind.SPOILAGE: "报损",
    EntryKind.STORE_SETTLEMENT: "超市结算", EntryKind.EXPIRY: "到期", EntryKind.RETURN: "退回",
    EntryKind.MOVE: "迁户转账", EntryKind.SUCCESSION: "随人转户", EntryKind.REVERSAL: "冲正",
}  # fmt: skip
ACCOUNTS: dict[Purpose, str] = {
    Purpose.ISSUANCE: "发行", Purpose.BRANCH_BUDGET: "分行额度", Purpose.BONUS_POOL: "奖励池",
    Purpose.ACTIVITY_POOL: "活动额度", Purpose.ACTIVITY_INCOME: "活动收入",
    Purpose.PENDING: "待公示", Purpose.SPENDABLE: "可用", Purpose.HELD: "冻结",
    Purpose.STANDING: "评价分", Purpose.SCORE_SOURCE: "评价分来源",
    Purpose.STORE_TAKINGS: "超市收取", Purpose.SETTLED: "已结算", Purpose.EXPIRED: "到期",
    Purpose.SUPPLIER: "供货", Purpose.SHELF: "货架", Purpose.RESERVED: "预留",
    Purpose.HANDED_OUT: "已兑出", Purpose.COUNT_DIFFERENCE: "盘点差异", Purpose.SPOILED: "报损",
    Purpose.MOVED_OUT: "迁出", Purpose.MOVED_IN: "迁入",
}  # fmt: skip

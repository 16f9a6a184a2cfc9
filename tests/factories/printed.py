"""Payloads with plausible content, for the tests and for looking at the pages."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from app.kit.codes import ALPHABET, CodeKind
from app.kit.masking import mask_name
from app.kit.points import format_tenths
from app.printing.payloads import (
    ActivityPoster,
    CardPrint,
    CardSheet,
    CategoryRow,
    GoodRow,
    GridRow,
    HonourRow,
    HouseholdRow,
    LinkedScoreRow,
    MonthSums,
    NoticePrint,
    ObjectionContact,
    ObjectionRow,
    PinSlip,
    PinSlips,
    Receipt,
    ReceiptRow,
    Roster,
    RosterRow,
    RuleBookPrint,
    RuleCategory,
    RuleLine,
    RuleTerm,
    StoreMonth,
    ThemeRow,
    Verification,
)

SITE = "HTTPS://POINTS.EXAMPLE.CN"
CREATED_AT = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
GIVEN_NAMES = ("小强", "秀英", "伟", "桂兰", "建国", "玉珍", "志明", "海霞", "𬭊", "䶮", "㛃", "𠮷")


def head_name(index: int) -> str:
    return SURNAMES[index % 20] + GIVEN_NAMES[index * 7 % len(GIVEN_NAMES)]


def month_sums(opening: int, added: int, redeemed: int, corrected: int) -> MonthSums:
    """From tenths, with the closing balance worked out."""
    return MonthSums(
        opening=format_tenths(opening),
        added=format_tenths(added),
        redeemed=format_tenths(redeemed),
        corrected=format_tenths(corrected),
        closing=format_tenths(opening + added - redeemed + corrected),
    )


CONTACT = ObjectionContact(
    name="陈志明（监督委员会主任）",
    phone="0533-6180 217",
    box="村委会门口意见箱",
    last_day="2026年11月7日",
    link=f"{SITE}/N/N23456789AB2/YIYI",
)
VERIFICATION = Verification(
    first_entry="2026100001",
    last_entry="2026100641",
    entry_count="641",
    digest=hashlib.sha256(b"october").hexdigest(),
    previous_digest=hashlib.sha256(b"september").hexdigest(),
    code="N23456789AB2",
    link=f"{SITE}/N/N23456789AB2",
)
CATEGORIES = (
    CategoryRow(category="环境卫生", times="212", points="498.5"),
    CategoryRow(category="志愿服务", times="164", points="402"),
    CategoryRow(category="平安建设", times="58", points="131"),
    CategoryRow(category="移风易俗", times="12", points="60"),
    CategoryRow(category="邻里互助", times="31", points="77.5"),
)
HONOURS = (
    HonourRow(name="林桂兰", deed="连续三个月为独居老人送餐，本月送餐 22 次。"),
    HonourRow(name="第3网格清扫队", deed="国庆前清理河道沟渠 600 米。"),
)
GRIDS = tuple(
    GridRow(
        grid=f"第{number}网格",
        households="50",
        took_part=str(36 + number),
        rate=f"{72 + number * 2}%",
        mean_standing=f"{12 + number}.4",
        bonus="41" if number % 2 else "0",
    )
    for number in range(1, 7)
)
_LINKED_SCORES = (
    ("10", "12", "14.2", "4.3", "16.3"),
    ("9", "6.5", "-1.5", "-0.5", "6"),
    ("3", "8", "20", "—", "8"),
)
LINKED_SCORES = tuple(
    LinkedScoreRow(
        name=mask_name(head_name(index)),
        linked_households=linked_households,
        own=own,
        linked_mean=linked_mean,
        counted=counted,
        total=total,
    )
    for index, (linked_households, own, linked_mean, counted, total) in enumerate(_LINKED_SCORES)
)
STORE = StoreMonth(
    name="露溪村爱心超市",
    points_taken="386.5",
    amount_to_settle="386.50 元",
    goods=tuple(
        GoodRow(
            title=title,
            unit=unit,
            source=source,
            came_in=came_in,
            handed_out=handed_out,
            left=str(int(came_in) - int(handed_out)),
            expires_on=expires_on,
        )
        for title, unit, source, came_in, handed_out, expires_on in (
            ("肥皂", "块", "村集体采购", "120", "46", ""),
            ("牙刷", "支", "爱心企业捐赠", "80", "31", ""),
            ("大米10斤", "袋", "帮扶单位捐赠", "60", "22", "2027-09-01"),
            ("食用油5升", "桶", "村集体采购", "40", "9", "2027-12-15"),
        )
    ),
)
OBJECTIONS = (
    ObjectionRow(
        number="异2026-09-1",
        received_on="2026-10-03",
        result="属实。9月14日集中清扫漏记 1 人，补记 2 分，列入本期更正。",
        decided_on="2026-10-05",
    ),
    ObjectionRow(
        number="异2026-09-2",
        received_on="2026-10-06",
        result="不属实。该户同月同类积分已到封顶 8 分，已当面说明。",
        decided_on="2026-10-08",
    ),
)
THEMES = (
    ThemeRow(title="“平安有我”消防安全宣传", team="治安巡逻队", points="+2"),
    ThemeRow(title="秋收后环境集中清扫", team="环境保护队", points="+2"),
    ThemeRow(title="手工编织课（自愿参加，收取积分）", team="文体服务队", points="-2"),
)


def bare_notice(household_count: int = 300, **changes: Any) -> NoticePrint:
    """October of Luxi with the two tables that are always there; every ninth household redeemed,
    every fortieth was corrected.
    """
    months = [
        (
            100 + index * 37 % 400,
            index * 5 % 9 * 10 + index % 2 * 5,
            50 if index % 9 == 4 else 0,
            -20 if index % 40 == 7 else 0,
        )
        for index in range(household_count)
    ]
    totals = month_sums(*map(sum, zip(*months, strict=True)))
    fields: dict[str, Any] = {
        "created_at": CREATED_AT,
        "town_name": "青溪镇",
        "village_name": "露溪村",
        "branch_name": "露溪分行",
        "number": "露积公〔2026〕10号",
        "month": "2026年10月",
        "posted_from": "2026年11月1日",
        "posted_to": "2026年11月7日",
        "rule_version": "第2版（2026年3月12日村民代表会议通过，应到45人，实到42人，"
        "赞成40人，反对1人；自2026年4月1日起计分）",
        "objection_contact": CONTACT,
        "household_rows": tuple(
            household_row(index, household_count, months[index]) for index in range(household_count)
        ),
        "household_sums": totals,
        "village_sums": totals,
        "household_count": str(household_count),
        "took_part_count": str(household_count * 4 // 5),
        "category_rows": CATEGORIES,
        "verification": VERIFICATION,
    }
    return NoticePrint(**(fields | changes))


def notice(household_count: int = 300, **changes: Any) -> NoticePrint:
    """The same month with every table filled."""
    tables = {
        "honour_rows": HONOURS,
        "grid_rows": GRIDS,
        "grid_note": "参与率达到60%的网格，参加的户每户奖励1分。",
        "linked_score_rows": LINKED_SCORES,
        "linked_score_note": "合计 = 自己本月的评价分 + 计入。",
        "stores": (STORE,),
        "objection_rows": OBJECTIONS,
        "rule_changes": ("新增“秸秆离田不焚烧”，每户每年最多 10 分，自2026年11月1日起。",),
        "theme_month": "2026年11月",
        "theme_rows": THEMES,
        "redemption_day": "2026年11月15日（星期日）上午 8:30—11:30",
    }
    return bare_notice(household_count, **(tables | changes))


def household_row(
    index: int, household_count: int, amounts: tuple[int, int, int, int]
) -> HouseholdRow:
    return HouseholdRow(
        grid=f"第{index * 6 // household_count + 1}网格",
        passbook_number=f"{index + 1:04}",
        head_name=mask_name(head_name(index)),
        sums=month_sums(*amounts),
        remark="补录2分" if index % 25 == 3 else "",
    )


def card_code(number: int) -> str:
    """As long as a real one, and the same in every run."""
    digest = hashlib.sha256(str(number).encode()).digest()[: CodeKind.CARD.length - 1]
    return CodeKind.CARD.letter + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest)


def card_sheet(card_count: int = 10) -> CardSheet:
    cards = []
    for index in range(card_count):
        code = card_code(index)
        cards.append(
            CardPrint(
                short_name=head_name(index),
                passbook_number=f"{index + 1:04}",
                code=code,
                version="1",
                link=f"{SITE}/C/{code}",
            )
        )
    return CardSheet(
        created_at=CREATED_AT,
        branch_name="文明银行露溪分行",
        help_phone="0533-6180 217",
        cards=tuple(cards),
    )


def poster() -> ActivityPoster:
    code = "P23456789ABCDEFGHJKM"
    return ActivityPoster(
        created_at=CREATED_AT,
        branch_name="文明银行露溪分行",
        title="秋收后环境集中清扫",
        day="2026年11月8日（星期日）",
        time="上午 8:30—10:00",
        place="村文化广场集合，清扫一组至四组主路和河道沟渠",
        points="每人 +2 分",
        ask_name="环境保护队 刘志明",
        ask_phone="138 0013 8000",
        code=code,
        link=f"{SITE}/A/{code}",
    )


def roster(row_count: int = 28) -> Roster:
    return Roster(
        created_at=CREATED_AT,
        branch_name="文明银行露溪分行",
        title="秋收后环境集中清扫",
        day="2026年11月8日（星期日）",
        time="8:30—10:00",
        place="村文化广场",
        points="+2 分",
        organiser="刘志明",
        rows=tuple(
            RosterRow(
                name=mask_name(head_name(index + 5)),
                head_name=mask_name(head_name(index)),
                passbook_number=f"{index + 1:04}",
            )
            for index in range(row_count)
        ),
        blank_row_count=6,
    )


def rule_book(rule_count: int = 30) -> RuleBookPrint:
    rules = tuple(
        RuleLine(
            code=f"ZY{index:02}",
            title="“我们的节日·重阳”敬老爱老志愿服务暨秋收后村庄环境集中清扫"
            if index % 5
            else "巡逻",
            points="+0.5 分" if index % 3 else "评价分 −10",
            cap="每人每月最多 8 分，和 ZY01、ZY02、ZY04、ZY05、ENVIRONMENTGROUPNUMBER1 合计",
            basis="红白理事会记录；评议小组、监督委员会",
        )
        for index in range(rule_count)
    )
    return RuleBookPrint(
        created_at=CREATED_AT,
        town_name="青石镇",
        village_name="露溪村",
        branch_name="露溪村分行",
        number="2",
        starts_on="2027年1月1日",
        meeting="2026年12月11日 村民代表会议",
        votes="到会 46 人，赞成 44，反对 1",
        record_number="露村会〔2026〕5号",
        categories=(RuleCategory(title="志愿服务", rules=rules),),
        terms=(RuleTerm(title="网格奖励", text="参加的户每户加 2 分"),),
    )


def pin_slips(slip_count: int = 14) -> PinSlips:
    return PinSlips(
        created_at=CREATED_AT,
        branch_name="文明银行露溪分行",
        site="points.example.cn",
        slips=tuple(
            PinSlip(
                passbook_number=f"{index + 1:04}",
                short_name=head_name(index),
                pin=f"{index * 7919 % 1_000_000:06}",
            )
            for index in range(slip_count)
        ),
    )


def receipt(**changes: Any) -> Receipt:
    fields: dict[str, Any] = {
        "created_at": CREATED_AT,
        "number": "LX-202610-0042",
        "store_name": "露溪村爱心超市",
        "sold_at": "2026-10-18 09:41",
        "passbook_number": "0296",
        "short_name": "王𠮷",
        "rows": (
            ReceiptRow(title="肥皂", quantity="2 块", points="10"),
            ReceiptRow(title="大米10斤", quantity="1 袋", points="50"),
            ReceiptRow(title="家用多功能加厚防滑洗衣刷（长柄）", quantity="1 把", points="7.5"),
        ),
        "points_total": "67.5",
        "balance_after": "118.5",
    }
    return Receipt(**(fields | changes))

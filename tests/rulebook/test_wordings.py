"""How villages word what is refused, and the harmless rules that use the same words.listed("""

import pytest

from app.kit.points import Tenths
from app.rulebook.domain.lint import lint_rules
from app.rulebook.domain.rules import Rule, RuleKind


def _codes(title: str, kind: RuleKind, *, category: str = "其他", evidence: str = "") -> set[str]:
    rule = Rule("X1", category, title, kind, Tenths(20), None, evidence, "panel")
    return {finding.code for finding in lint_rules([rule])}


def listed(titles: str) -> list[str]:
    """Titles that stand on lines with spaces between them."""
    return titles.split()


_REFUSED_DEDUCTIONS = {
    "lint_complaints": listed(
        """
        越级上访 进京上访 非正常信访 无理取闹、缠访闹访 拨打12345投诉村干部 拨打１２３４５
        直接举报村干部 经常举报邻居 多次到镇里反映问题 在网上发帖维权 诬告他人 有诉求不先找村里
        """
    ),
    "lint_fees": listed(
        """
        欠费三个月 未按时缴纳合作医疗 不交卫生费 拒不交纳物业费 水费逾期未缴 医保没交
        未参保城乡居民养老保险 拖欠集资款 拒交一事一议筹资 欠村集体承包费 不捐款 垃圾处理费不交
        罚款拒交
        """
    ),
    "lint_faith": listed(
        """
        参加宗教活动 信教 去教堂做礼拜 到寺庙烧香拜佛 家中设佛堂念经 基督教聚会
        """
    ),
    "lint_births": listed(
        """
        超生 违反计划生育政策 生二胎不报告 未婚先孕 不上环不结扎 早婚早育 不参加孕检
        """
    ),
    "lint_health": listed(
        """
        患传染病不报 家有精神病人未看管 未接种疫苗 不参加健康体检 不做核酸 隐瞒病情 残疾
        """
    ),
    "lint_private_speech": listed(
        """
        微信群发表不当言论 在朋友圈抹黑村庄 拍抖音发负面视频 造谣传谣 背后说闲话 妄议村务
        顶撞村干部 辱骂村两委干部 不转发村公众号文章 群里吵架
        """
    ),
    "lint_benefits": listed(
        """
        聚众赌博,取消低保资格 不参加清扫的停发养老补贴 低保户不出工,低保暂停
        一年内不得享受惠农补贴 与各项补助挂钩 违规两次不予办理医保 扣发高龄津贴
        """
    ),
    "lint_zeroing": listed(
        """
        打架斗殴积分清零 酒驾一票否决 扣除全年积分 当年积分作废 年度得分按零分计 清零
        取消全户积分 评分记0分
        """
    ),
    "lint_redeemable": listed(
        """
        乱扔垃圾扣存折分 扣减可兑换积分2分 冻结积分余额 暂停三个月兑换资格 可兑换积分减半
        """
    ),
}


@pytest.mark.parametrize(
    ("code", "title"),
    [(code, title) for code, titles in _REFUSED_DEDUCTIONS.items() for title in titles],
)
def test_a_deduction_that_is_refused(code: str, title: str) -> None:
    assert code in _codes(title, RuleKind.DEDUCT)


@pytest.mark.parametrize(
    "title",
    listed(
        """
    乱堆乱放逾期三日未改 乱扔垃圾经核实 露天焚烧秸秆 婚丧大操大办 损坏公物
    经群众举报核实的乱倒垃圾 被邻居投诉噪音扰民并查实 占用消防通道(群众举报属实) 打击报复举报人
    随地大小便 车辆乱停,占用残疾人车位 虐待患病老人 遗弃残疾家属 歧视生育女孩的妇女
    犬只未接种狂犬疫苗 乱丢病死畜禽 有病虫害的松木不清理 林区烧香烧纸 不配合收集资料
    未清空自家垃圾桶 拖欠农民工工资 骗取医保基金 冒领低保补贴 路上环境脏乱 会议期间吵闹
    人流密集处放鞭炮 聚众赌博 酒后驾车 不遵守交通规则 未交接班擅自离岗 礼拜天占道经营
    人群里吸烟 电瓶车进楼道充电 不按分类投放垃圾 红白事未报备 邻里打架斗殴 不参加集体清扫
    造成不良影响
        """
    ),
)
def test_an_ordinary_deduction_passes(title: str) -> None:
    assert _codes(title, RuleKind.DEDUCT) == set()


@pytest.mark.parametrize(
    "title",
    listed(
        """
    调解邻里纠纷成功 上报隐患经核实 无偿献血 为老人量血压 举报非法集资线索 宣传医保政策
    代邻居缴纳水费跑腿 协助老人参保 帮助残疾人出行 陪护生病老人 参加体检志愿服务 协助办理低保
    信访代办员值班一班 12345工单协助办结 参加隐患清零行动 垃圾清零大会战 宗教场所消防巡查
    三孩家庭走访慰问 疫苗接种现场秩序维护 反诈宣传进微信群 抖音宣传家乡特产 积分活动:村晚演出
    年度得分达100分 每减1吨垃圾 义务出工不领补助 卫生费代收代缴
        """
    ),
)
def test_a_good_deed_passes(title: str) -> None:
    assert _codes(title, RuleKind.EARN) == set()


@pytest.mark.parametrize(
    "title",
    listed(
        """
    小记者团非遗体验课 盘扣手工课 健康体检套餐 积分抵水费 抖音直播培训班 亲子义诊服务
    反赌反诈体验游 借用桌椅一天 换购纽扣一包
        """
    ),
)
def test_an_offer_for_points_passes(title: str) -> None:
    assert _codes(title, RuleKind.SPEND) == set()


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("乱扔垃圾", RuleKind.SPEND),
        ("报名未到", RuleKind.SPEND),
        ("罚分", RuleKind.SPEND),
        ("不缴卫生费", RuleKind.SPEND),
        ("参加清扫,不参加扣2分", RuleKind.EARN),
        ("按时开会,迟到倒扣1分", RuleKind.EARN),
        ("全网格达标,否则减0.5分", RuleKind.BONUS),
        ("每户每月可兑换积分扣1分", RuleKind.EARN),
    ],
)
def test_a_deduction_under_another_name_is_refused(title: str, kind: RuleKind) -> None:
    assert "lint_redeemable" in _codes(title, kind)


@pytest.mark.parametrize(
    ("title", "kind", "code"),
    [
        ("超生", RuleKind.SPEND, "lint_births"),
        ("上访一次", RuleKind.SPEND, "lint_complaints"),
        ("按时参保,未参保扣5分", RuleKind.EARN, "lint_fees"),
        ("评上模范,否则取消低保", RuleKind.EARN, "lint_benefits"),
        ("年终积分清零", RuleKind.BONUS, "lint_zeroing"),
    ],
)
def test_other_kinds_of_rules_are_looked_at_too(title: str, kind: RuleKind, code: str) -> None:
    assert code in _codes(title, kind)


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ("信访台账", "lint_complaints"),
        ("医保缴费记录", "lint_fees"),
        ("体检报告", "lint_health"),
        ("群聊截图", "lint_private_speech"),
    ],
)
def test_what_proves_a_deduction_may_betray_it(evidence: str, code: str) -> None:
    assert code in _codes("不文明行为", RuleKind.DEDUCT, evidence=evidence)


@pytest.mark.parametrize("evidence", ["群众举报记录", "12345工单", "微信群照片", "监控录像"])
def test_other_evidence_passes(evidence: str) -> None:
    assert _codes("乱倒垃圾", RuleKind.DEDUCT, evidence=evidence) == set()


def test_spaces_and_marks_hide_nothing() -> None:
    assert _codes("进京上 访", RuleKind.DEDUCT) == {"lint_complaints"}
    assert _codes("积分·清-零", RuleKind.EARN) == {"lint_zeroing"}


def test_the_category_speaks_too() -> None:
    assert _codes("不配合一次", RuleKind.DEDUCT, category="信访稳定") == {"lint_complaints"}
    # Words of two cells do not run together.
    assert _codes("清零隐患一处", RuleKind.EARN, category="积分") == set()

"""How villages word the rules that are refused, and the harmless rules that use the same words.

Texts are searched sentence by sentence without spaces and marks, see `sentences`; no pattern
reaches over the end of a line.
"""

import re
from dataclasses import dataclass

from app.kit.text import fold_width

_NEVER = "(?!)"


@dataclass(frozen=True, slots=True)
class Topic:
    """What nothing may be deducted for. `harmless` phrases are taken out before looking.

    `evidence` is looked for in what proves the deed, where other words are usual: that somebody
    reported a rubbish heap is evidence, that somebody petitioned is not.
    """

    code: str
    words: re.Pattern[str]
    evidence: re.Pattern[str]
    harmless: re.Pattern[str]

    def find(self, said: str, evidence: str) -> str:
        """The words that give offence, or ""."""
        found = self.words.search(self.harmless.sub(" ", said)) or self.evidence.search(
            self.harmless.sub(" ", evidence)
        )
        return found[0] if found else ""


def sentences(*parts: str) -> str:
    """The parts as they are searched: one sentence a line, with nothing between characters."""
    lines = re.split(r"[。;\n]", fold_width("\n".join(parts)))
    return "\n".join(re.sub(r"[\s·.,、:*_+-]+", "", line) for line in lines)


def _topic(code: str, words: str, *, evidence: str = "", harmless: str = _NEVER) -> Topic:
    return Topic(code, re.compile(words), re.compile(evidence or words), re.compile(harmless))


_PEOPLE = "(?:群众|村民|邻居|他人|别人|居民|网格员|干部|有人|热线|12345)"
_ANIMALS = "(?:犬|狗|猫|畜|禽|猪|牛|羊|鸡|鸭|鹅|宠物|动物)"
_NOT = "(?:未|不|没|没有|拒|拒不|拒绝|逾期|迟|漏|少|晚|抗)(?:按时|按期|及时|足额|主动)?"
_PAID = "(?:缴|交(?![代接流通往待界叉换]))"
_FEE = "(?:费|款|金|钱|税|保险|医保|医疗|社保)"
_SCHEMES = "合作医疗|新农合|医保|医疗保险|养老保险|居民保险|城乡居保|社保|参保"
# What is done to weak people is conduct; that they are ill or with child is not the deed.
_WRONGED = "(?:虐待|歧视|侮辱|欺负|殴打|遗弃|不赡养|不照[顾料]|占用|损坏).{0,8}"

TOPICS = (
    _topic(
        "lint_complaints",
        "上访|信访|投诉|举报|检举|控告|诉求|12345|市长热线|告状|诬告|反映(?:问题|情况)|维权|越级"
        "|[缠闹]访|讨说法|请愿|拉横幅",
        evidence="上访|信访|[缠闹]访|越级",
        # Somebody else's report is how the deed came to be known, and revenge for one is a deed.
        harmless=f"(?:经|被|(?<!理)由|接到|收到|根据){_PEOPLE}?(?:投诉|举报|检举|反映(?:问题|情况)?)"
        f"|{_PEOPLE}(?:投诉|举报|检举|反映)(?:后|并)?经?(?:核实|查实|查证|属实)"
        "|(?:打击|报复|威胁|阻挠|殴打).{0,4}(?:上访|信访|投诉|举报|检举|控告)",
    ),
    _topic(
        "lint_fees",
        f"欠费|欠缴|欠交|欠款|拖欠|滞纳|催缴|{_NOT}(?:缴|交纳)|{_NOT}{_PAID}.{{0,8}}?{_FEE}"
        f"|{_FEE}.{{0,4}}{_NOT}{_PAID}|欠(?!缺).{{0,6}}费|缴费|{_SCHEMES}|水费|电费|卫生费|垃圾费|物业费"
        "|(?<![收征采募归])集资(?![料源格讯])|摊派|筹资|[不未拒]愿?捐款|拒捐",
        harmless=f"(?:骗取|套取|冒用|冒领|盗用|盗刷|诈骗).{{0,6}}(?:{_SCHEMES})|(?:拖欠|克扣).{{0,6}}工资",
    ),
    _topic(
        "lint_faith",
        "宗教|信教|信佛|信主|教会|教堂|教徒|寺庙|拜庙|礼拜(?![一二三四五六天])|烧香|拜佛|念经|祷告|信仰"
        "|基督|天主教|佛教|道教|伊斯兰|清真寺|斋戒",
        # In the woods incense is a fire like any other.
        harmless="(?:林区|山林|森林|进山|上山|山上|野外|坟头|防火期).{0,8}烧香|烧香.{0,8}[火林]",
    ),
    _topic(
        "lint_births",
        "超生|计划生育|(?<!会)计生|[二三][胎孩]|多胎|生育|怀孕|孕检|流产|人流手术|无痛人流|(?<!吸)引产"
        "|上环(?![境保卫绕])|结扎|节育|绝育|未婚先孕|早育(?![苗秧种肥林])|非婚生|不孕",
        harmless=f"{_ANIMALS}.{{0,6}}(?:绝育|节育)|{_WRONGED}(?:怀孕|生育|不孕)",
    ),
    _topic(
        "lint_health",
        "患病|患有|疾病|生病|有病(?![虫死害])|病人|病情|病史|精神病|精神障碍|精神异常|传染病|残疾|抑郁"
        "|疫苗|接种|体检|艾滋|乙肝|肝炎|结核|新冠|核酸",
        evidence="病历|诊断|病情|疫苗|接种|体检|核酸|残疾证",
        harmless=f"{_ANIMALS}.{{0,8}}(?:疫苗|接种|传染病|疾病|病情|生病|患病)"
        f"|{_WRONGED}(?:残疾|病人|患病|患有|生病|有病|精神病|精神障碍)",
    ),
    _topic(
        "lint_private_speech",
        "言论|朋友圈|微信群|QQ群|群聊|(?<!人)群[里内]|抖音|快手|微博|小红书|发帖|跟帖|转发|评论"
        "|(?<!会)议论|非议|妄议|闲话|造谣|谣言|传谣|舆情|抹黑|负面(?:信息|内容|视频|消息)"
        "|(?:顶撞|骂|诋毁).{0,4}(?:干部|两委|书记|主任|政府)",
        # A photograph sent to the group proves a rubbish heap; what was said there proves nothing.
        evidence="言论|聊天|群聊|朋友圈|发帖|评论",
    ),
)

_BENEFITS = (
    "(?:低保|五保|特困|低收入|救助|救济|补贴|补助|津贴|养老金|养老保险|社保|医保|惠农|惠民|抚恤|优抚|助学"
    "|危房改造|退耕还林|粮补|扶贫|帮扶|政策待遇|国家待遇|福利|政审|入学|宅基地)"
)
_TAKING = (
    "(?:取消|停发|停止|停掉|暂停|扣发|扣除|扣减|扣押|缓发|暂缓|剥夺|收回|没收|限制|核减|减发|不予|挂钩"
    "|不(?:发|评|批|给|办理?)|(?:不得|不再|不准|不能|不可|禁止)"
    "(?:享受|领取|申请|申报|办理|评定|评为|参评|发放|给予|纳入))"
)
_POINTS = "(?:积分|分数|得分|总分|评分|分值|余额|存折)"
_WHOLE = "(?:全部|所有|当年|本年|年度|全年|累计|已有|现有|剩余|全户)"
_REDEEMABLE = "(?:可?兑换积?分|可兑换|存折|可用积分|积分余额)"
_SHORTENING = "(?:(?<!抵)扣|减|罚|冻结|没收|作废)"

ALWAYS_REFUSED = (
    _topic(
        "lint_benefits",
        f"{_TAKING}.{{0,8}}{_BENEFITS}|{_BENEFITS}.{{0,8}}{_TAKING}",
        harmless="(?:冒领|骗取|套取|违规领取).{0,10}",
    ),
    _topic(
        "lint_zeroing",
        f"一票否决|{_POINTS}.{{0,6}}(?:清零|归零|清空|作废|扣完|扣光|[为记计]零|(?<![0-9])0分)"
        f"|(?:清零|归零|清空|作废|取消|扣除|扣掉|没收).{{0,3}}{_WHOLE}.{{0,4}}(?:{_POINTS}|分(?![红类组工]))"
        f"|(?:清零|归零|清空).{{0,4}}{_POINTS}|[按记计得评][零0]分",
    ),
    _topic(
        "lint_redeemable",
        f"{_SHORTENING}.{{0,6}}{_REDEEMABLE}|{_REDEEMABLE}.{{0,6}}{_SHORTENING}"
        "|(?:取消|暂停|停止|限制|禁止).{0,6}兑换(?!现金|烟|酒)",
    ),
)
"""Looked for in every rule, whatever its kind."""

ZEROING_DEDUCTION = re.compile("(?<!隐患)(?<!垃圾)(?<!火点)(?<!存量)(?<!积案)(?<!问题)[清归]零")
""""Zero rubbish" is a campaign; in a deduction the bare word means the balance."""

HIDDEN_DEDUCTION = re.compile("(?<![不纽折])(?<!不予)(?:扣分|倒扣|扣减|扣[0-9]|[减罚][0-9]+分)")
"""A deduction inside a rule that gives points."""

PENALTY = re.compile(
    "(?<![纽衣盘])扣|罚|惩|违[反规约章纪]|乱[扔丢倒堆停搭建放贴排占]|不文明|拒不|拒绝|不服从|不配合"
    "|不参加|未参加|[不未拒][缴交]|缺席|旷|迟到|早退|未到|失约|爽约|偷|(?<![反禁防])赌|打架|斗殴|酒驾"
    "|未按|逾期"
)
"""A penalty that calls itself a way of spending."""

OFFER = re.compile("课|班|培训|讲座|体验|套餐|服务|代办|抵|换|活动|参观|游|票|券|体检|餐|宴|租|借")
"""What points are spent on; the offer may well be a check-up or a fee."""

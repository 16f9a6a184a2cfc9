"""The words of register imports, for the page, the report file and the command line alike.

Each sentence on a line says the reason first; what comes after the first full stop says what to
do.
"""

from .remarks import Code, Remark

SENTENCES = {
    Code.PASSBOOK_NO_MISSING: "没有户号。请补上户号再导入。",
    Code.PASSBOOK_NO_BAD: "户号“{value}”看不懂。请改成数字，例如 0023，再导入。",
    Code.NAME_MISSING: "没有姓名。请补上姓名再导入。",
    Code.NAME_FORMULA: "姓名里是公式或链接，不是名字。请改成名字再导入。",
    Code.NAME_HIDDEN: "姓名里有看不见的字符。请删掉姓名重新打一遍，再导入。",
    Code.NAME_BAD: "姓名里有不该出现的符号或数字。请改成名字再导入。",
    Code.NAME_TOO_LONG: "姓名超过{length_max}个字。请核对后再导入。",
    Code.ID_NUMBER: "姓名或户号的格子里是身份证号，系统不保存身份证号。请改成姓名、户号再导入。",
    Code.BIRTH_BAD: "出生年月“{value}”不对。请改成 1970-12 的样子再导入。",
    Code.BIRTH_UNCLEAR: "出生年月“{value}”分不清是1月还是10月。请改成 2011-01 或 2011-10 再导入。",
    Code.BIRTH_FUTURE: "出生年月“{value}”晚于今天。请改好再导入。",
    Code.DUPLICATE: "和第{line_first}行是同一个人，只算一次。不用处理；也可以从表里删去这一行。",
    Code.NAME_TWICE: "和第{line_first}行同户同名，性别或出生年月却不同。"
    "请核对；真是两个人的，请把名字区分开，例如“王强（大）”。",
    Code.MARKED_GONE: "备注写着已经去世或迁出，没有导入。"
    "请从表里删去；已经在册的，请到这一户的页面登记。",
    Code.HEAD_MISSING: "这一户没有户主，整户没有导入。请在“与户主关系”里写明谁是户主，再导入。",
    Code.HEAD_REFUSED: "这一户的户主（第{line_head}行）有错，整户先没有导入。"
    "请改好第{line_head}行再导入。",
    Code.HEAD_TWICE: "这一户有几个户主（第{lines}行），整户没有导入。"
    "请只留一个户主；不是一户的请分开户号。",
    Code.MOVE_UNCLEAR: "户号{passbook_nos}里有同名的人，分不清是不是同一个人，先没有动。"
    "请把出生年月和性别补全；已经搬到这一户的，请先在户的页面办理转户，再导入。",
    Code.DIED: "册上登记这个人已经去世，没有动。请核对；登记错了的，请到这一户的页面恢复。",
    Code.HEAD_UNCLEAR: "这是新的一户，户主还没有核对清楚，整户先没有导入。"
    "请先处理户主那一行，再导入。",
    Code.PHONE_BAD: "电话号码不对，没有存电话，人照常导入。请核对号码，以后补上也行。",
    Code.PHONE_FIRST: "写了几个电话，只存了第一个。不用处理。",
    Code.BIRTH_YEAR_ONLY: "只有出生年份没有月份，出生年月先空着。请补上月份，例如 1950-03。",
    Code.GENDER_UNKNOWN: "性别看不懂，先空着。请写“男”或“女”。",
    Code.PARTY_UNKNOWN: "看不懂是不是党员，先按“不是”存。请写“党员”或“群众”。",
    Code.RELATION_BAD: "与户主关系看不懂，先空着。请写“配偶”“子”“女”这样的词。",
    Code.GRID_BAD: "网格名称看不懂，先空着。请写“第1网格”这样的名称。",
    Code.GRID_DIFFERS: "同一户写了不同的网格，按“{grid}”存。请核对。",
    Code.HEAD_ASSUMED: "表里没写谁是户主，把这一户的第一个人当作户主。请核对。",
    Code.LISTED_TWICE: "两户里都有这个人（同名、同年月、同性别），按两个人导入。"
    "请核对；是同一个人的，请从一户里删去，不然会算两份。",
    Code.ID_COLUMNS_DROPPED: "{names}这一列有身份证号，没有读取，也没有保存。不用处理。",
    Code.COLUMNS_IGNORED: "没有用到这些列：{names}。不用处理；漏读了要用的列，请改列名再导入。",
    Code.COLUMN_ABSENT: "表里没有这些列：{names}。不用处理；册上原有的不会改动。",
    Code.LINES_SKIPPED: "有{count}行不是人员（合计、说明等），没有读取：第{lines}行。"
    "请看一眼有没有漏掉的人。",
    Code.SHEET_SKIPPED: "工作表“{sheet}”不是同样的花名册，没有读取。要导入的，请单独存成一个文件。",
    Code.MANY_GONE: "表里比册上少了{count}人，可能只是一部分村民的名单。"
    "请先核对，不要急着登记迁出。",
}
_SEVERITY_WORDS = {
    "refused": "没有导入",
    "ambiguous": "请人核对",
    "warning": "已导入，请留意",
    "notice": "说明",
}
FIELD_WORDS = {
    "name": "姓名",
    "relation": "与户主关系",
    "gender": "性别",
    "birth_month": "出生年月",
    "phone": "手机号",
    "is_party_member": "党员",
    "passbook_no": "户号",
    "grid_name": "网格",
}
COUNT_WORDS = {
    "new_households": "新增户",
    "changed_households": "户有变动",
    "head_changes": "换户主",
    "added": "新增人员",
    "changed": "人员有变动",
    "moved": "转到别的户",
    "returned": "又回来的人",
    "gone": "新表里没有的人",
    "gone_households": "新表里没有的户",
    "unchanged": "没有变动的人",
    "refused": "没有导入的行",
    "ambiguous": "请人核对的行",
    "warnings": "请留意的行",
}
_VALUE_WORDS = {"female": "女", "male": "男", "": "空"}


def remark_words(remark: Remark) -> tuple[str, str, str]:
    """What became of the line, why, and what to do."""
    reason, _, advice = SENTENCES[remark.code].format_map(remark.facts).partition("。")
    return _SEVERITY_WORDS[remark.severity], reason + "。", advice


def change_words(field: str, old: str, new: str) -> str:
    """手机号：空 → 13800138000"""
    before, after = (_VALUE_WORDS.get(value, value) for value in (old, new))
    return f"{FIELD_WORDS[field]}：{before} → {after}"

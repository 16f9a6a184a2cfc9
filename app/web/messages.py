"""The one table of sentences for people: what happened, and what to do next.

Keyed by the stable code of a refusal; {facts} are filled in. A test proves that every code
raised anywhere has its sentence here.
"""

import re
from collections.abc import Mapping
from typing import Any

from app.kit.points import format_tenths

from .claim_messages import CLAIM_MESSAGES
from .expiry_messages import EXPIRY_MESSAGES
from .life_messages import LIFE_MESSAGES
from .supervision_messages import SUPERVISION_MESSAGES

_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")

MESSAGES: dict[str, str] = {
    # general
    "failed": "系统出了点问题，您填的内容没有丢。请稍后再试；还不行，请联系村委会。",
    "bad_request": "这个请求看不懂，请返回上一页重试。",
    "page_not_found": "没有找到这个页面。请检查网址，或返回首页。",
    "method_not_allowed": "这个页面不能这样打开，请返回上一页。",
    "conflict": "和现有的记录冲突，请刷新后再看。",
    "too_large": "文件太大了。请减小后再传。",
    "unsupported_media_type": "内容格式不对，请用 JSON 或表单提交。",
    "invalid_input": "有几处填得不对，请按提示改好再提交。",
    "too_many_requests": "操作太频繁了，请过一会儿再试。",
    "database_busy": "现在人多，系统忙。您的操作没有执行，请等一会儿再点一次。",
    "database_unavailable": "账本现在用不了，不知道这一步办成了没有。请过一会儿原样再提交一次，"
    "已经办成的不会重复记账。",
    "form_expired": "页面放得太久了。请返回上一页，刷新后再提交一次。",
    "foreign_origin": "请求不是从本站页面发出的，没有执行。请从本站重新打开。",
    "idempotency_key_missing": "缺少 Idempotency-Key，没有执行。请带上由设备生成的键再发。",
    "idempotency_key_bad": "Idempotency-Key 不合规：最多{length_max}个可见的 ASCII 字符。",
    "idempotency_mismatch": "同一个键已经用于别的内容，没有执行。请刷新页面重新操作。",
    "same_request_in_flight": "同样的请求正在办理，请等一下再看结果。",
    "answer_not_repeatable": "这一步已经办过，结果只显示一次。需要的话请重新补办。",
    "bad_amount": "“{value}”不是正确的分数。请填数字，最多一位小数。",
    "hidden_characters": "“{field}”里有看不见的字符，请删掉重新输入。",
    "text_missing": "请填写“{field}”。",
    "text_too_long": "“{field}”太长了，最多{length_max}个字。",
    # printing
    "passbook_nothing_new": "没有新的可打印：上次打印以后，积分没有变动。",
    "passbook_print_not_found": "没有打印过这一页。请在存折打印的页面上选。",
    "missing_glyph": "“{whose}”里的“{character}”（{code_point}）字库里没有，所以没有印。"
    "请核对是不是打错了字；没有打错，请把这个字报给镇里。",
    "qr_too_long": "网址有{length}个字符，太长，做不成二维码。请管理员换一个短的网站地址。",
    "sheet_unreadable": "这个文件打不开。请用 .xlsx 或 .csv 格式保存后再传。",
    "sheet_empty": "文件是空的。请检查是不是选错了文件，再传一次。",
    "sheet_too_large": "文件太大，最多{megabytes_max}兆。请删去图片和用不着的工作表再传。",
    "sheet_too_long": "表格太长或太宽，一次最多{rows_max}行。请删去用不着的行列，或分成几个文件。",
    "sheet_old_format": "这是旧的 .xls 文件，或者加了密码。请打开后另存为不加密码的 .xlsx 再传。",
    "sheet_locked": "文件加了密码，打不开。请去掉密码，另存为 .xlsx 再传。",
    "sheet_columns_missing": "表头里没有找到这几列：{missing}。请把列名写在表格上方再传。",
    # sign-in and rights
    "not_signed_in": "请先登录，再办这件事。",
    "denied": "您没有办理这件事的权限。请找村文书或行长。",
    "wrong_credentials": "用户名、卡号或密码不对。请检查后再试。",
    "too_many_attempts": "试错次数太多，请{minutes}分钟后再试，或到村委会重置。",
    "not_found": "没有找到，请检查后再试。",
    "town_not_found": "没有找到这个镇。",
    "village_not_found": "没有找到这个村。请检查村的编号。",
    "place_code_taken": "编号“{place_code}”已经有了，请换一个。",
    "user_name_taken": "用户名“{user_name}”已经有人用了，请换一个。",
    "password_too_short": "密码至少{length_min}个字。",
    "pin_bad": "密码要 6 位数字，不要用 123456、888888 这样好猜的。",
    "pin_wrong": "原来的密码不对。请再试；忘了密码，请带积分卡到村委会重置。",
    "pin_changed": "新密码已经生效。别的手机上要用新密码重新登录。",
    "pins_differ": "两次输入的新密码不一样，请重新输入。",
    "clerk_pin_missing": "店员要有 6 位数字密码，在兑换终端上用。",
    "staff_added": "已给{name}开了账号。请当面把用户名和密码告诉他。",
    "staff_disabled": "账号已停用，马上不能再登录。",
    "staff_not_found": "没有找到这位工作人员，或账号已经停用。",
    "staff_of_others": "这个账号不是本村开的，不能在这里停用。请找镇里。",
    "terminal_not_found": "没有找到这台终端。",
    "enrolment_code_bad": "登记码不对或已经过期。请让店长重新生成一个。",
    "clerk_not_found": "没有找到这位店员，或他不在这个店。",
    # the books
    "no_open_period": "这个村的账还没有开，请联系镇里开账。",
    "another_month_open": "现在开着的是{month}的账，不能结这个月。",
    "period_not_found": "没有这个月的账。",
    "entry_not_found": "没有找到这张凭证。",
    "already_reversed": "这笔账已经冲正过了，不能再冲一次。",
    "reversal_of_reversal": "冲正凭证本身不能再冲正，请重新记一笔。",
    "partly_returned": "这笔已经退回过一部分，不能整笔冲正。剩下的请也按部分退回办理。",
    "not_returnable": "这张凭证不是兑换，不能部分退回。",
    "more_than_original": "退回的比原来兑换的还多，没有入账。请核对后再退。",
    "insufficient_balance": "余额不够，没有入账。",
    "balance_ceiling": "超过了这个账户的上限，没有入账。",
    "bad_entry": "凭证不完整，没有入账。",
    "batch_too_large": "一次入账太多（{accounts}个账户，最多{accounts_max}个），请分开办理。",
    # households, members, cards and teams
    "household_not_found": "没有找到这一户。请检查存折号。",
    "member_not_found": "没有找到这个人。请检查姓名和户。",
    "grid_not_found": "没有找到这个网格。请从列表里选。",
    "card_not_found": "这张卡不能用：可能抄错了，或者已经换过新卡。请检查，或到村委会办理。",
    "team_not_found": "没有找到这支服务队。",
    "passbook_no_bad": "“{value}”不能作户号。请填数字，例如 0023。",
    "passbook_no_taken": "户号 {passbook_no} 已经有一户在用。请核对户号。",
    "name_taken_in_household": "这一户已经有“{name}”。同名的人请加以区分，例如“王强（大）”。",
    "head_not_in_household": "“{name}”现在不在这一户，不能当户主。请从户里的人中选。",
    "new_head_needed": "户主要离开，请先从留下的人中选一位新户主。",
    "already_departed": "“{name}”已经登记去世或迁出，不能再办这一步。",
    "already_in_household": "“{name}”已经在这一户，不用再办。",
    "member_not_departed": "“{name}”现在就在册，不用再办。",
    "household_ended": "户号 {passbook_no} 这一户已经没有在册的人，不能再办这一步。",
    "date_in_future": "日期不能晚于今天。请改好再提交。",
    "team_name_taken": "已经有“{name}”了。请换一个名称。",
    "name_bad": "姓名不对：请填真实姓名，不要填号码、公式和符号。",
    "relation_bad": "与户主关系不对：请填“配偶”“子”“女”这样的词。",
    "phone_bad": "电话号码不对：请核对后再填，也可以先空着。",
    "birth_in_future": "出生年月不能晚于今天。请改好再提交。",
    "nobody_chosen": "还没有选人。请先勾选，再提交。",
    "cards_all_issued": "这里的户都已经有卡了。补办请到那一户的页面。",
    "pins_all_set": "这里的户主都已经有密码了。重设请到那一户的页面。",
    "award_not_deniable": "这一笔不能这样退回：不是参加活动得的，或者更正过了。请到村委会问。",
    "award_denied": "已告诉村里，答复会写在这一页。",
    "denial_not_found": "没有找到这一条，请回到工作台再看。",
    "denial_decided": "这一条已经答复过了。",
    "denial_answered": "已答复。",
    "replacement_not_upheld": "不属实时，不用填是谁参加的。请清空，或改选“属实”。",
    "replacement_is_same": "填的还是原来那个人。请填真正参加的人，或留空。",
    "people_saved": "已保存。",
    "not_a_party_member": "“{name}”在花名册上不是党员。请先在花名册里改好，再来联系农户。",
    "link_to_own_household": "“{name}”就是这一户的人，不能联系自己家。请换一户。",
    "link_not_found": "这条联系已经结束，或者没有找到。请刷新页面再看。",
    "link_waits_for_other": "这是您提出的，要等对方同意。",
    "link_agreed": "双方都同意了，从今天起联系。",
    "link_proposed": "已提出，等对方同意。",
    "link_ended": "联系已结束。",
    "register_applied": "花名册已导入。",
    "register_columns_missing": "没有找到花名册的表头，缺少：{missing}。"
    "请在表格上方写明“户号”“姓名”“与户主关系”这些列名，再传一次。",
    "register_number_is_id": "户号或姓名这一列里是身份证号，系统不保存身份证号。"
    "请换成户号、姓名再传一次。",
    "register_empty": "表头下面没有人员。请检查是不是选错了文件，再传一次。",
    "register_import_not_found": "没有找到这次导入。请重新上传花名册。",
    "register_already_applied": "这份花名册已经导入过了，没有再导入一次。",
    "register_draft_outdated": "后来又上传过花名册，这一份没有保留。请重新上传。",
    "register_changed_meanwhile": "您查看期间册上有了变动，还没有导入。"
    "请看一遍新的结果，再确认一次。",
    # the rule book
    "rule_version_not_found": "没有找到这一版积分细则。",
    "rule_not_found": "没有找到这条细则。请从现行细则里选。",
    "award_not_found": "没有找到这笔加分。",
    "rule_version_refused": "这版细则有{count}处不能用，没有保存。请按下面的说明改好。",
    "adoption_in_future": "表决会议的日期不能晚于今天。",
    "starts_in_closed_month": "新细则不能从已经结账的月份开始，最早从{first_day}起。",
    "rule_awards_nothing": "这条细则不能用来加分。",
    "award_without_points": "这笔因封顶没有加分，不用冲正。",
    "insufficient_points": "积分不够：现有{balance_tenths}分，需要{needed_tenths}分。",
    "rule_version_saved": "第{number}版积分细则已经保存。",
    "rule_draft_not_found": "没有找到这份上传的细则。请重新上传。",
    "rule_points_bad": "分值“{value}”不对，要大于 0、不超过{points_max_tenths}。扣分写在“类型”里。",
    "rule_kind_bad": "类型“{value}”看不懂，请填：加分、消费、扣分、集体奖励。",
    "rule_cap_bad": "封顶分“{value}”不对，要大于 0、不超过{points_max_tenths}。"
    "不封顶的，封顶、周期和组都空着。",
    "rule_cap_period_bad": "封顶周期“{value}”看不懂，请填：每次、每月、每季、每年、一次性。",
    "rule_cap_scope_bad": "封顶对象“{value}”看不懂，请填：个人、户。",
    "no_closed_month": "还没有结过账的月份，没有可以比的。",
    "rule_term_unknown": "“{value}”不是联动的一项。请照导出的表格写，不要改第一列。",
    "rule_term_repeated": "“{item}”写了两次，只留一行。",
    "rule_term_bad": "“{item}”填的“{value}”不对，要在 {least} 到 {most} 之间。",
    "rule_term_not_yes_no": "“{item}”填的“{value}”看不懂，请填：是、否。",
    "rule_term_missing": "“{item}”没有填。会议通过了这一部分就都要填，没有通过就都空着。",
    # what a rule book may not say: the reason, and what to do
    "lint_empty": "细则里一条规则也没有。请在表头下面一行写一条规则。",
    "lint_code_repeated": "这个编号前面已经用过了。请改成不同的编号。",
    "lint_no_adoption": "没有填写表决记录。细则要经村民会议或村民代表会议通过才能用。",
    "lint_adoption_votes": "表决票数对不上：赞成要大于 0，赞成加反对不能多于到会人数。"
    "请核对会议记录。",
    "lint_adoption_minority": "赞成票没有过到会人数的一半，这版细则没有通过，不能用。",
    "lint_complaints": "反映问题、信访、投诉、举报是村民的权利，不能因此扣分。请删掉这条。",
    "lint_fees": "不能因为没有缴费扣分，欠费要按合同或法律办。请删掉这条。",
    "lint_faith": "信教和不信教都是自由，不能因此扣分。请删掉这条。",
    "lint_births": "生育是家庭自己的事，不能因此扣分。请删掉这条。",
    "lint_health": "不能因为生病、残疾、体检或接种扣分。请删掉这条。",
    "lint_private_speech": "不能因为私下或网上说的话扣分，违法的由公安处理。请删掉这条。",
    "lint_benefits": "低保、补贴等国家给的待遇不能用积分取消或限制。请删掉这条。",
    "lint_zeroing": "不能清零积分，也不能“一票否决”。请删掉这条，或改成扣评价分。",
    "lint_redeemable": "可兑换积分只加不扣，扣分只能扣评价分。请改成类型“扣分”，不写扣兑换积分。",
    # why less was awarded than asked
    "cut_event_member": "每次活动{subject}封顶{cap_tenths}分，已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_event_household": "每次活动{subject}一户封顶{cap_tenths}分，本户已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_month_member": "{month}月{subject}封顶{cap_tenths}分，已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_month_household": "{month}月{subject}一户封顶{cap_tenths}分，本户已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_quarter_member": "{year}年第{quarter}季度{subject}封顶{cap_tenths}分，"
    "已得{used_tenths}分，本次计{granted_tenths}分。",
    "cut_quarter_household": "{year}年第{quarter}季度{subject}一户封顶{cap_tenths}分，"
    "本户已得{used_tenths}分，本次计{granted_tenths}分。",
    "cut_year_member": "{year}年{subject}封顶{cap_tenths}分，已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_year_household": "{year}年{subject}一户封顶{cap_tenths}分，本户已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_once_member": "{subject}只奖一次，封顶{cap_tenths}分，已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    "cut_once_household": "{subject}一户只奖一次，封顶{cap_tenths}分，本户已得{used_tenths}分，"
    "本次计{granted_tenths}分。",
    # linked scores and bonuses
    "bonus_pool_short": "奖励池里只有{budget_tenths}分，取不出{needed_tenths}分。请改小再取。",
    "incentive_subject_missing": "这个月的计算里没有这一项。请检查后再看。",
    "row_award": "{title}",
    "row_bonus": "{title}",
    "row_deduction": "扣评价分",
    "row_reversal": "冲正：{title}",
    "row_other": "其他变动",
    "bonus_pool_filled": "已放进奖励池。",
    "bonus_pool_returned": "已退回分行积分。",
    # the public notice
    "books_do_not_hold": "账本检查发现{findings}处问题，没有结账。请联系镇里：{first}",
    "month_has_open_matters": "还有没办完的事：{sessions}场活动没有核对名单，"
    "{denials}条“不是自家的积分”没有答复，{claims}份申报没有审完，"
    "{inspections}次评比没有办完。请先办完；一定要现在结账，请写明原因。",
    "notice_does_not_add_up": "各户合计与全村合计对不上，公示没有生成。请联系镇里。",
    "correction_not_upheld": "不属实的异议不能冲正。请去掉勾选，或选“属实”。",
    "notice_not_found": "没有找到这份公示。请检查二维码或编号。",
    "household_not_on_notice": "公示上没有这个存折号。请照纸上印的号再填一次。",
    "nothing_to_prove": "这一户到月底没有积分，没有要证明的数。",
    "proof_at_office": "这个月的证明不在网上提供，请到村委会要。",
    "notice_day_bad": "张贴的第一天要在 {first_day} 到 {last_day} 之间。请重新填。",
    "notice_days_bad": "公示期要{days_min}到{days_max}天。",
    "notice_not_draft": "这份公示已经贴出，不能再改。",
    "honours_full": "好人好事一期最多写{honours_max}件。要加，请先拿掉一件。",
    "honour_of_a_child": "公示不写孩子的名字。请写家长，或者不写。",
    "redemption_day_past": "集中兑换日已经过了。请改成以后的日子，或空着。",
    "list_not_found": "没有这张表。请从“表格下载”里选。",
    "supplement_not_found": "没有找到这份补充公示。请检查二维码或编号。",
    "supplement_empty": "没有新的更正或答复，不用出补充公示。",
    "notice_not_published": "这份公示还没有贴出。",
    "notice_settled": "这份公示已经结算，签字不能再改。",
    "signature_day_bad": "签字的日子要在 {first_day} 到 {last_day} 之间。请重新填。",
    "notice_still_posted": "公示要贴到{last_day}，过了这一天才能结算。",
    "objections_open": "还有{count}条异议没有答复，先答复再结算。",
    "objection_closed": "公示期已过，不能在这里提异议了。请到村委会反映。",
    "objection_not_found": "没有找到这条异议。",
    "objection_decided": "这条异议已经答复过了。",
    # the love store and its till
    "store_not_found": "没有找到这个爱心超市。",
    "store_name_taken": "已经有“{name}”了。请换一个店名。",
    "store_rate_bad": "折算比例要是整角，例如 1 元或 0.8 元。",
    "good_not_found": "没有找到这样物资。请检查条形码，或从列表里点选。",
    "barcode_not_found": "条形码 {barcode} 在本店没有登记。请检查，或从列表里点选。",
    "barcode_bad": "“{value}”不是正确的条形码。请填 4 到 20 位数字或字母。",
    "barcode_taken": "条形码 {barcode} 已经是“{good}”的。请核对。",
    "barcode_twice": "条形码 {barcode} 在表里出现了两次，只收第一行。请删掉一行。",
    "card_instead_of_barcode": "这是积分卡，不是物资。要换一户，请先返回。",
    "price_out_of_range": "积分要大于 0，最多{max_tenths}分。请改好再传。",
    "whole_number_bad": "“{field}”里的“{value}”不对，请填 0 到 {value_max} 的整数。",
    "day_bad": "“{value}”不是正确的日期。请按 2027-09-01 的样子填。",
    "good_unit_differs": "“{good}”登记的单位是“{unit}”，表里是“{unit_given}”。请改成一样的。",
    "good_not_counted": "“{good}”按次计，是服务，没有库存。",
    "stock_moved": "清点的时候“{good}”又有进出：账上现在是 {book}，您看到的是 {book_seen}。"
    "请重新清点。",
    "quantity_bad": "数量要是 0 到 {quantity_max} 的整数。请检查。",
    "basket_empty": "还没有选物资。请扫条形码或点选。",
    "good_not_offered": "“{good}”已经停止兑换。请拿掉再兑。",
    "good_expired": "“{good}”已过保质期（{expires_on}），不能兑换。请下架并登记报损。",
    "insufficient_stock": "“{good}”不够：货架上还有 {left}{unit}，要 {wanted}{unit}。",
    "good_month_limit": "“{good}”每户每月最多 {month_max}{unit}，这户本月已兑 {taken}{unit}。",
    "redemption_limit": "一次最多兑 {max_tenths}分，这次是 {total_tenths}分。请分开兑。",
    "day_limit": "每户一天最多兑 {max_tenths}分，今天已兑 {today_tenths}分，"
    "这次又要 {total_tenths}分。",
    "redemption_too_soon": "这一户 {seconds} 秒内刚兑换过，没有再扣分。"
    "请先看上一张小票，确实要再兑请稍等。",
    "terminal_required": "这台设备没有登记为兑换终端。请用店里的终端，或先登记。",
    "scan_not_found": "没有找到这次刷卡。请重新刷卡。",
    "scan_ended": "这台终端后来又刷了别的卡，这一笔没有办，没有扣分。请重新刷卡。",
    "scan_used": "这次刷卡已经兑换过，小票 {receipt_number} 号。要再兑别的，请重新刷卡。",
    "redemption_not_found": "没有找到这笔兑换。",
    "redemption_not_made": "这一笔还没有办，没有扣分。请回到刚才的页面再点一次，或重新刷卡。",
    "file_missing": "请先选一个文件，再点上传。",
    "goods_back_missing": "请说明物资放回货架了没有。",
    "already_voided": "小票 {receipt_number} 号已经作废，不能再作废一次。",
    "void_other_clerk": "这张小票是别的店员开的。请由他本人或行长作废。",
    "void_day_over": "店员只能作废当天的小票。请找行长作废。",
    # theme lists and quotas
    "theme_list_not_found": "没有找到这份主题清单。",
    "theme_list_empty": "清单里还没有主题。先加主题，再发布。",
    "theme_list_published": "主题清单已发布，各村都能看到。",
    "theme_not_found": "没有找到这个主题，或它还没有发布。",
    "theme_published": "主题 {theme_code} 已经发布，不能再改。要调整，请用新编号加一个补充主题。",
    "theme_code_twice": "编号 {theme_code} 在表里出现了两次，只收第一次。",
    "theme_saved": "主题已保存。",
    "theme_removed": "主题已删掉。",
    "quota_granted": "额度已拨付，记入该村的账。",
    "bad_month": "“{value}”不是正确的月份。请按 2026-10 的样子填。",
    "bad_number": "“{field}”填的“{value}”不是整数。请填数字。",
    "number_out_of_range": "“{field}”要在{value_min}到{value_max}之间。",
    "points_out_of_range": "分数要大于 0，不超过{points_max_tenths}。",
    # activities
    "activity_not_found": "没有找到这个活动。",
    "session_not_found": "没有找到这场活动，或它不归您组织。",
    "no_rule_version": "{day}还没有生效的积分细则。请先录入表决通过的细则。",
    "organiser_not_found": "选的组织者不在本村工作人员里。请重新选。",
    "session_times_bad": "结束时间要晚于开始时间，一场最多24小时。",
    "session_changed": "已改好，报了名的人在活动页面上会看到改动。贴出去的海报请换新的。",
    "check_in_has_begun": "已经开始签到，不能再改。有变动请当面告诉大家。",
    "seats_only_up": "名额只能增加：现在{seats}个，最多{seats_max}个。",
    "rule_differs_on_day": "{day}用的是另一版积分细则，分数可能不同。请取消这个活动，重新排。",
    "session_in_the_past": "活动时间已经过了。请改成以后的时间。",
    "spending_is_not_hourly": "花积分的活动不能按小时计分。",
    "hourly_needs_an_hour": "按小时计分的活动至少要一小时。",
    "branch_budget_short": "分行额度不够：需要{needed_tenths}分，只剩{budget_tenths}分。"
    "请减少名额，或请总行拨付额度。",
    "activity_scheduled": "活动已排好，等行长批准后开放报名。",
    "activity_approved": "活动已批准，村民可以报名了。",
    "activity_is_cancelled": "活动已取消，占用的额度和积分都已退回。",
    "activity_cancelled": "这个活动已经取消了。",
    "activity_not_approved": "这个活动还没有批准。",
    "session_closed": "这场活动已经结束登记。要改，请用“更正”。",
    # sign-up
    "signup_over": "活动已经开始，不能再网上报名或候补。请直接找组织者。",
    "signup_not_found": "名单里没有这个人。",
    "signed_up_confirmed": "报名成功。",
    "signed_up_waiting": "名额满了，已排入候补。有人取消会按顺序补上。",
    "signup_cancelled": "已取消报名。冻结过积分的，已经退回。",
    "member_not_active": "{name}不在册，不能报名。请核对户籍。",
    # check-in
    "check_in_not_open": "还没到签到时间。开始前30分钟开放：{opens_on} {opens_at}。",
    "check_in_over": "签到时间已过（{ends_at}结束）。请找组织者补登。",
    "not_signed_up": "{name}没有报名。请先在“名单”里给他报名，再签到。",
    "not_checked_in": "还没有签到，不能签退。请先签到。",
    "already_checked_in": "已经签到，不能取消报名。",
    "checked_in": "{at} 签到成功。",
    "already_in": "{at} 已经签到，由{by}登记。没有改动。",
    "waits_for_late": "{at} 到。开始15分钟后算迟到，等组织者确认。",
    "waits_for_seat": "没有名额了，等组织者确认。",
    "waits_for_poster": "已经记下，等组织者确认。",
    "checked_out": "{at} 签退成功。",
    "already_checked_out": "{at} 已经签退，由{by}登记。没有改动。",
    "choose_who_came": "这是整户的卡。请选来的是谁。",
    "code_not_found": "没有找到这个码。请重新扫，或找组织者。",
    "rotating_code_expired": "这个码已经换了。请扫组织者手机上现在的码。",
    "attendance_not_found": "没有找到这条签到。",
    "attendance_confirmed": "已确认到场。",
    "marked_absent": "已记为未到。不扣分。",
    "marked_excused": "已记为请假。",
    "list_taken": "已登记{count}人。",
    "paper_time_bad": "到场时间要在{opens_at}到{ends_at}之间，也不能晚于现在。",
    # closing a session
    "session_not_started": "活动还没有开始，不能结束登记。",
    "attendance_unconfirmed": "还有{count}人等您确认。先逐个确认或记为未到，再结束登记。",
    "session_is_closed": "登记已结束，积分已入账。",
    "session_not_closed": "登记还没有结束，直接改名单就行。",
    "correction_changes_nothing": "和现在的登记一样，没有要更正的。",
    "release_policy_set": "已定下，{starts_on} 起执行。",
    "release_start_past": "最早从 {first_day} 起执行，今天和以前的按原来的办法。请改日期。",
    "attendance_corrected": "已更正：原来的凭证已冲正，新的已入账。",
    **CLAIM_MESSAGES,
    **EXPIRY_MESSAGES,
    **LIFE_MESSAGES,
    **SUPERVISION_MESSAGES,
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a code with its facts: those that end in `_tenths` read as points, days
    that end in `_on` or `day` as people write them.
    """
    shown = {name: _shown(name, value) for name, value in facts.items()}
    return MESSAGES[code].format_map(shown) if code in MESSAGES else MESSAGES["failed"]


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_tenths") and value is not None:
        return format_tenths(value)
    if name.endswith(("_on", "day")) and (found := _ISO_DAY.fullmatch(str(value))):
        year, month, day = map(int, found.groups())
        return f"{year}年{month}月{day}日"
    return value

"""The sentences about points that expire, a part of the one table in `messages`."""

EXPIRY_MESSAGES: dict[str, str] = {
    "expiry_announced": "已公告。各户在“我家的积分”里能看到，下一期公示也会印上。",
    "expiry_asked": "已提交，等监督委员会确认。",
    "expiry_posted": "已入账：{households}户，共{points_tenths}分到期。",
    "expiry_given_back": "已退回这一户，积分可以再用。",
    "expiry_terms_bad": "办法没有写全：按时间到期要填几个月，按上限结转要填多少分，只填一样。",
    "expiry_months_bad": "月数要在{months_min}到{months_max}之间。",
    "expiry_ceiling_bad": "结转上限要大于 0，也不能大得离谱。",
    "expiry_notice_short": "公告以后要留足一个整月，最早 {first_day} 起执行。请改日期。",
    "expiry_not_due": "现在没有到这一天的到期要入账，或者办法已经改了。请刷新后再看。",
    "expiry_same_person": "这是您提交的，要由另一个人确认。",
    "expiry_run_not_found": "没有找到这一次到期。",
    "expiry_line_not_found": "没有找到这一户的到期。",
    "expiry_no_policy": "{day}没有执行中的到期办法，什么都不会到期。",
    "expiry_staff_not_found": "本村没有用户名是 {user_name} 的{role}。",
}

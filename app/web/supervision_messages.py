"""The sentences of supervision, a part of the one table in `messages`."""

SUPERVISION_MESSAGES: dict[str, str] = {
    "finding_burst": "“{title}”签到时，{name}在{seconds}秒里刷了{count}张卡。",
    "finding_one_phone": "一部手机在一次登录里，替{households}户的{members}个人签了到。",
    "finding_staff_session": "“{title}”的{total}笔积分里，{staff}笔是补录的。",
    "finding_staff_grid": "{title}的{total}笔活动积分里，{staff}笔是补录的。",
    "finding_pair": "{name}同意了{passbook_no}户的申报{count}次，"
    "随机分派的话大约是{expected_tenths}次。",
    "recheck_not_drawn": "这笔没有抽到，或者这个月还没有结账。结账以后才抽。",
    "recheck_own_approval": "这笔是您经手的，请监督委员会的别人来查。",
    "recheck_own_household": "这是您自家或者近亲家的，请监督委员会的别人来查。",
    "recheck_note_missing": "有问题的，请写清楚查了什么，哪里不对。",
    "recheck_recorded": "已经记下。",
    "finding_equal_totals": "{count}户这个月的积分合计刚好都是{total_tenths}分，每户都有好几笔。",
}

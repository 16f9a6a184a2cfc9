"""The sentences of supervision, a part of the one table in `messages`."""

SUPERVISION_MESSAGES: dict[str, str] = {
    "finding_burst": "“{title}”签到时，{name}在{seconds}秒里刷了{count}张卡。",
    "finding_one_phone": "一部手机在一次登录里，替{households}户的{members}个人签了到。",
    "finding_staff_session": "“{title}”的{total}笔积分里，{staff}笔是补录的。",
    "finding_staff_grid": "{title}的{total}笔活动积分里，{staff}笔是补录的。",
    "finding_pair": "{name}同意了{passbook_no}户的申报{count}次，"
    "随机分派的话大约是{expected_tenths}次。",
    "finding_equal_totals": "{count}户这个月的积分合计刚好都是{total_tenths}分，每户都有好几笔。",
}

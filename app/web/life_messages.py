"""The sentences about life events, a part of the one table in `messages`."""

LIFE_MESSAGES: dict[str, str] = {
    "life_confirmed": "已办好，花名册和积分都按规则变了。",
    "life_withdrawn": "已撤回，什么都没有变。",
    "life_event_not_found": "没有找到这件家庭变动。",
    "life_event_decided": "这件家庭变动已经办完，不能再改。",
    "life_needs_other": "要动积分，录入的人不能自己确认。请另一个人（行长或监督委员会）来确认。",
    "life_waits_there": "迁到外村，要由那个村的行长接收。",
    "life_target_same": "两边是同一户。请核对户号。",
    "life_target_missing": "还没有写是哪一户或哪个村。请填好再提交。",
    "grid_missing": "还没有选网格。请选好再提交。",
    "household_not_ended": "户号 {passbook_no} 这一户还有在册的人，积分还是他们的，不用继承。",
    "household_taken_in": (
        "户号 {passbook_no} 这一户已经并入别的户或迁到外村，积分跟着人走了，不能再办继承。"
    ),
    "member_elsewhere": "选的人不在这一户。请重新选。",
    "member_in_other_village": (
        "“{name}”跟着全家迁到了外村，那边已经立户。要迁回来，请由那个村办整户迁往外村。"
    ),
    "split_takes_all": "不能全家都分出去。请至少留一个人，或改办搬迁。",
    "split_takes_head": "户主“{name}”不能分出去。请先换户主，再办分户。",
    "points_negative": "分走的积分不能是负数。请改好再提交。",
}

"""Facts as people read them."""

import pytest

from app.web.messages import sentence


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        (
            "notice_still_posted",
            {"last_day": "2026-11-01"},
            "公示要贴到2026年11月1日，过了这一天才能结算。",
        ),
        (
            "good_expired",
            {"good": "挂面", "expires_on": "2026-10-09"},
            "“挂面”已过保质期（2026年10月9日），不能兑换。请下架并登记报损。",
        ),
        # What somebody typed is said back as it was typed.
        (
            "day_bad",
            {"value": "2027-02-30"},
            "“2027-02-30”不是正确的日期。请按 2027-09-01 的样子填。",
        ),
    ],
)
def test_days_are_said_as_people_write_them(code: str, facts: dict[str, str], said: str) -> None:
    assert sentence(code, facts) == said

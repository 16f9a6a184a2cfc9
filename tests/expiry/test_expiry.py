"""From the announcement to the posted line: books, pages, paper, API and command say the same."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.activities import service as activities
from app.activities.models import Signup
from app.expiry import queries, service
from app.expiry.domain import ExpiryKind, Terms
from app.extensions import db
from app.identity.domain import Role
from app.kit.errors import Conflict, Denied, Invalid, NotFound
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    Purpose,
    bonus_pool,
    branch_budget,
    expired,
    household_spendable,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import checker
from app.notices.queries.figures import village_month
from app.people import service as people
from app.people.domain.households import MemberStatus
from app.web.transaction import run_in_transaction
from tests.expiry.village import ACTS_FROM, ANNOUNCED, OLD, OldVillage, make_old_village, on
from tests.printing.paper import read_pages
from tests.support.clients import ApiClient, PageClient
from tests.support.wording import words

Clients = Callable[[str | None], PageClient]
PREVIEW = [
    ("0001", [("2026-10-05", "1"), ("2026-10-12", "2")]),
    ("0002", [("2026-10-06", "3")]),
    ("0003", [("2026-10-07", "2")]),
]
LATER = ACTS_FROM + timedelta(days=1)


@pytest.fixture
def village(app: Flask) -> OldVillage:
    return make_old_village()


def _spendable(village: OldVillage) -> list[int]:
    names = ("王大山", "陈桂兰", "赵建国")
    return [village.month.points_of(name, Purpose.SPENDABLE) for name in names]


def _post(village: OldVillage) -> int:
    with on(ACTS_FROM):
        return village.confirm(village.ask().id).id


def test_what_was_announced_is_posted_line_by_line(village: OldVillage) -> None:
    assert _spendable(village) == [50, 30, 20]
    run_id = _post(village)
    assert _spendable(village) == [20, 0, 0]
    assert village.month.points_of("陈桂兰", Purpose.HELD) == 20
    assert village.month.points_of("赵建国", Purpose.PENDING) == 20
    assert books.balance(expired(village.id)) == 80
    told = queries.posted_lines(village.id, run_id)
    assert [
        (
            each.household.passbook_no,
            [(str(lot.earned_on), lot.amount) for lot in each.lots],
        )
        for each in told
    ] == [
        ("0001", [("2026-10-05", 10), ("2026-10-12", 20)]),
        ("0002", [("2026-10-06", 30)]),
        ("0003", [("2026-10-07", 20)]),
    ]
    with on(LATER):
        assert village.confirm(run_id).posted_at is not None
        assert village.ask().id == run_id
    assert books.balance(expired(village.id)) == 80
    assert checker.check() == []


def test_a_line_is_given_back_once_and_is_as_old_as_before(village: OldVillage) -> None:
    run_id = _post(village)
    line = queries.posted_lines(village.id, run_id)[0].line
    with on(LATER):

        def give_back() -> None:
            service.give_back(village_id=village.id, line_id=line.id, reason="算错了", actor_id=1)

        run_in_transaction(give_back)
        assert _spendable(village) == [50, 0, 0]
        with pytest.raises(Conflict, match="already_reversed"):
            run_in_transaction(give_back)
        (again,) = queries.preview(village.id, OLD, date(2027, 3, 8))
    # By March what was earned in November is too old as well.
    assert (again.household.passbook_no, again.points) == ("0001", 50)
    assert checker.check() == []


def test_nobody_posts_what_was_not_announced_or_alone(village: OldVillage) -> None:
    other = village.month.branch.places.other_village_id
    with on(ACTS_FROM - timedelta(days=1)), pytest.raises(Conflict, match="expiry_not_due"):
        village.ask()
    with on(ACTS_FROM):
        run = village.ask()
        with pytest.raises(Denied, match="expiry_same_person"):
            run_in_transaction(
                lambda: service.confirm_expiry(
                    village_id=village.id, run_id=run.id, actor_id=village.president_id
                )
            )
        with pytest.raises(NotFound, match="expiry_run_not_found"):
            run_in_transaction(
                lambda: service.confirm_expiry(village_id=other, run_id=run.id, actor_id=7)
            )
    with on(date(2027, 3, 8)), pytest.raises(Conflict, match="expiry_not_due"):
        village.confirm(run.id)
    village.announce(Terms(ExpiryKind.NONE), date(2027, 2, 8), date(2027, 2, 8))
    with on(ACTS_FROM), pytest.raises(Conflict, match="expiry_not_due"):
        village.confirm(run.id)
    assert _spendable(village) == [50, 30, 20]


def test_an_announcement_is_a_month_ahead_and_stays_as_it_was(village: OldVillage) -> None:
    first = queries.policies(village.id)[0]
    assert village.announce().id == first.id
    carried = Terms(ExpiryKind.CEILING, ceiling=Tenths(10))
    with pytest.raises(Invalid) as refusal:
        village.announce(carried, date(2027, 2, 28), date(2027, 1, 2))
    assert refusal.value.facts == {"first_day": "2027-03-01"}
    with pytest.raises(Invalid, match="adoption_in_future"):
        village.announce(carried, date(2027, 3, 1), date(2026, 12, 11))
    second = village.announce(carried, date(2027, 3, 1), date(2027, 1, 2))
    assert (second.number, first.terms) == (2, OLD)
    with on(date(2027, 3, 1)):
        found = {
            each.household.passbook_no: each
            for each in queries.preview(village.id, carried, date(2027, 3, 1))
        }
    # One point goes on; 2 of the 5 of household 0002 are held.
    assert {number: each.points for number, each in found.items()} == {
        "0001": 40,
        "0002": 20,
        "0003": 10,
    }


def test_the_household_reads_it_before_and_after(village: OldVillage, page_client: Clients) -> None:
    with on(date(2027, 1, 28)):
        client = page_client(village.month.token("李秀英"))
        warned = "3 分将在2027年2月8日到期，请在这天以前用掉"
        assert warned in words(client, "/me")
        assert f"{warned}。村里的办法：挣到超过3个月还没有用的积分到期。" in words(
            client, "/me/passbook"
        )
    run_id = _post(village)
    line = queries.posted_lines(village.id, run_id)[0].line
    with on(LATER):
        assert "积分到期" in words(client, "/me/passbook")
        assert "2 分将在2027年3月8日到期" in words(client, "/me")
        nothing_left = page_client(village.month.token("陈桂兰"))
        assert "到期" not in words(nothing_left, "/me")
        told = words(client, f"/me/entries/{line.entry_id}")
        assert "2026年12月20日公告的办法：挣到超过3个月还没有用的积分到期。" in told
        assert "2026年10月5日挣的 1 分 王大山 “平安有我”消防安全宣传" in told
        assert "2026年10月12日挣的 2 分 李秀英" in told


def test_the_notice_says_what_will_go_and_what_has_gone(village: OldVillage) -> None:
    january = village.close(Month(2027, 1))
    assert january.pdf is not None
    assert january.content is not None
    note = (
        "2026年12月20日公告（2026年12月12日村民代表会议通过，记录露村会〔2026〕9号）："
        "挣到超过3个月还没有用的积分到期，2027年2月8日起执行。"
        "下一次是2027年2月8日，按现在的账有3户共8分到期"
    )
    assert note in json.loads(january.content)["expiry_note"]
    paper = "".join(page.text for page in read_pages(january.pdf)).replace("\n", "")
    assert "积分到期" in paper
    assert "按现在的账有3户共8分到期" in paper.replace(" ", "")
    _post(village)
    february = village.close(Month(2027, 2))
    assert february.content is not None
    content = json.loads(february.content)
    assert content["village_sums"]["expired"] == "8"
    assert [row["remark"] for row in content["household_rows"]] == ["到期3", "到期3", "到期2"]
    figures = village_month(village.id, Month(2027, 2))
    assert [line.figures.expired for line in figures.households] == [30, 30, 20]
    assert checker.check() == []


def test_the_desk_from_announcing_to_giving_back(village: OldVillage, page_client: Clients) -> None:
    places = village.month.branch.places
    with on(date(2027, 1, 10)):
        president = page_client(places.token(Role.BRANCH_PRESIDENT))
        form = {
            "kind": "ceiling", "ceiling": "4", "acts_from": "2027-02-28",
            "meeting_on": "2027-01-09", "meeting_kind": "村民会议", "present": "50",
            "votes_for": "49", "votes_against": "1", "record_number": "露村会〔2027〕1号",
        }  # fmt: skip
        early = president.post("/desk/expiry/policies", form)
        assert early.status_code == 422
        assert "最早 2027年3月1日 起执行" in early.get_data(as_text=True)
        form["acts_from"] = "2027-03-01"
        president.post("/desk/expiry/policies", form)
        assert "超过4分的部分到期" in words(president, "/desk/expiry")
    with on(ACTS_FROM):
        president = page_client(places.token(Role.BRANCH_PRESIDENT))
        supervision = page_client(places.token(Role.SUPERVISION))
        assert "积分到期待提交" in words(president, "/desk")
        assert "积分到期待" not in words(supervision, "/desk")
        assert "3户，共 8 分" in words(president, "/desk/expiry")
        president.post("/desk/expiry/runs", {"on": str(ACTS_FROM)})
        (run,) = queries.runs(village.id)
        refused = president.post(f"/desk/expiry/runs/{run.id}/confirmation")
        assert refused.status_code == 403
        assert "积分到期待确认" in words(supervision, "/desk")
        assert "确认，到期入账" in words(supervision, "/desk/expiry")
        posted = supervision.post(f"/desk/expiry/runs/{run.id}/confirmation", follow=True)
        assert "已入账：3户，共8分到期。" in posted.get_data(as_text=True)
        line = queries.lines(run.id)[0]
        back = f"/desk/expiry/lines/{line.id}/return"
        president.post(back, {"reason": "算错了"})
        assert "已退回这一户。原因：算错了" in words(president, f"/desk/expiry/lines/{line.id}")
        assert page_client(places.token(Role.CLERK)).get("/desk/expiry").status_code == 403
        assert page_client(None).get("/desk/expiry").status_code == 401
        stranger = page_client(places.token(Role.SUPERVISION, "shishan"))
        assert stranger.get(f"/desk/expiry/runs/{run.id}").status_code == 404
        assert stranger.get(f"/desk/expiry/lines/{line.id}").status_code == 404
    assert checker.check() == []


def _json(response: TestResponse) -> Any:
    return response.json


def test_the_api_does_the_same(village: OldVillage, app: Flask) -> None:
    places = village.month.branch.places
    with on(ACTS_FROM):
        president = ApiClient(app, places.token(Role.BRANCH_PRESIDENT))
        supervision = ApiClient(app, places.token(Role.SUPERVISION))
        member = ApiClient(app, village.month.token("李秀英"))
        assert _json(member.get("/me"))["expiring"] == {"points": "3", "on": str(ACTS_FROM)}
        (policy,) = _json(member.get("/expiry/policies"))
        assert policy["terms"] == {"kind": "age", "months": 3, "ceiling": None}
        assert policy["announced_on"] == str(ANNOUNCED)
        told = _json(supervision.get("/expiry/preview"))
        assert told["total"] == "8"
        assert [
            (each["passbook_no"], [(lot["earned_on"], lot["amount"]) for lot in each["lots"]])
            for each in told["households"]
        ] == PREVIEW
        assert _json(supervision.get("/expiry/preview", on="2026-12-01"))["households"] == []
        body = {
            "kind": "none", "acts_from": "2027-03-01", "meeting_on": "2027-02-01",
            "meeting_kind": "村民会议", "present": 50, "votes_for": 49, "votes_against": 1,
            "record_number": "露村会〔2027〕2号",
        }  # fmt: skip
        assert president.post("/expiry/policies", body).status_code == 201
        assert supervision.post("/expiry/policies", body).status_code == 403
        run = _json(president.post("/expiry/runs", {"on": str(ACTS_FROM)}))
        assert supervision.post("/expiry/runs", {"on": str(ACTS_FROM)}).status_code == 403
        path = f"/expiry/runs/{run['id']}"
        assert president.post(f"{path}/confirmation").status_code == 403
        posted = _json(supervision.post(f"{path}/confirmation", key="once"))
        assert [line["amount"] for line in posted["lines"]] == ["3", "3", "2"]
        assert _json(supervision.post(f"{path}/confirmation", key="once")) == posted
        assert _json(president.get(path)) == posted
        back = f"/expiry/lines/{posted['lines'][0]['id']}/return"
        assert president.post(back, {}).status_code == 422
        assert _json(president.post(back, {"reason": "算错了"}))["reversal_entry_id"]
        assert (
            _json(president.post(back, {"reason": "算错了"}))["error"]["code"] == "already_reversed"
        )
        assert ApiClient(app).get("/expiry/policies").status_code == 401
        stranger = ApiClient(app, places.token(Role.SUPERVISION, "shishan"))
        assert stranger.get(path).status_code == 404


def test_the_command_previews_and_posts(village: OldVillage, app: Flask) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        place = ["--village", "luxi", "--on", str(ACTS_FROM)]
        result = app.test_cli_runner().invoke(args=["expiry", *arguments, *place])
        return result.exit_code, result.output

    who = ("--president", "luxi-branch_president", "--supervision", "luxi-supervision")
    with on(date(2027, 2, 1)):
        code, told = run("preview")
        assert code == 0
        assert "0001户 3分" in told
        assert "2026-10-06 3分" in told
        assert "3户，共8分" in told
        assert "没有到这一天的到期要入账" in run("post", *who)[1]
    with on(ACTS_FROM):
        assert run("post", *who[:3], "luxi-clerk")[0] == 1
        code, posted = run("post", *who)
        assert (code, posted.splitlines()[-1]) == (0, "3户，共8分")
        assert run("post", *who) == (0, posted)
    assert books.balance(expired(village.id)) == 80


def test_two_of_one_family_in_a_team_lose_the_bonus_once(village: OldVillage) -> None:
    """One entry gives the household twice; its points are one lot."""
    home = village.household("王大山")
    given = TransferDraft(bonus_pool(village.id), household_spendable(village.id, home), 10)
    filled = TransferDraft(branch_budget(village.id), bonus_pool(village.id), 20)
    with on(date(2027, 2, 1)):
        _, bonus = run_in_transaction(
            lambda: ledger.post(
                [
                    EntryDraft(village.id, kind, date(2026, 10, 31), 1, kind, transfers)
                    for kind, transfers in (
                        (EntryKind.POOL_RESERVE, (filled,)),
                        (EntryKind.TEAM_BONUS, (given, given)),
                    )
                ]
            )
        )
    run_id = _post(village)
    lots = queries.posted_lines(village.id, run_id)[0].lots
    assert [(lot.earned_on.day, lot.amount) for lot in lots] == [(5, 10), (12, 20), (31, 20)]
    assert lots[-1].earned_entry_id == bonus.entry_id
    assert village.month.points_of("王大山", Purpose.SPENDABLE) == 20


def test_a_late_day_takes_of_what_stood_when_it_ended(village: OldVillage) -> None:
    """3 points are carried over; what is above goes on 1 March, confirmed a week later. Then 0001
    has spent one of its 5 and got 2, 0002 has got 5 and its 2 held ones back: neither was above.
    """
    carried = Terms(ExpiryKind.CEILING, ceiling=Tenths(30))
    acts = date(2027, 3, 1)
    village.announce(carried, acts, date(2027, 1, 2))
    village.settle(village.close(Month(2027, 1)))
    village.earn("王大山", date(2027, 2, 10))
    village.earn("陈桂兰", date(2027, 2, 11), 5, "BZ09")
    february = village.close(Month(2027, 2))

    def told() -> list[tuple[str, int]]:
        found = queries.preview(village.id, carried, acts)
        return [(each.household.passbook_no, each.points) for each in found]

    with on(acts):
        assert told() == [("0001", 20), ("0003", 10)]
        run_id = village.ask(acts).id
    village.settle(february)
    with on(date(2027, 3, 8)):
        village.month.redeem("李秀英", {"牙刷": 1})
        _cancel(village, "陈桂兰")
        assert _spendable(village) == [60, 100, 40]
        assert told() == [("0001", 10), ("0003", 10)]
        village.confirm(run_id)
    assert _spendable(village) == [50, 100, 30]
    assert checker.check() == []


def test_nothing_expires_that_waits_for_heirs(village: OldVillage) -> None:
    with on(date(2027, 2, 1)):
        run_in_transaction(
            lambda: people.record_departure(
                village_id=village.id,
                member_id=village.month.branch.member("陈桂兰"),
                status=MemberStatus.DIED,
                departed_on=date(2027, 2, 1),
            )
        )
        told = queries.preview(village.id, OLD, ACTS_FROM)
    assert [each.household.passbook_no for each in told] == ["0001", "0003"]
    _post(village)
    assert _spendable(village) == [20, 30, 0]


def test_points_that_expired_are_not_told_again(village: OldVillage) -> None:
    """2 points were held when 1 of 5 October and 2 of the 12th expired; they come back as what
    was left: the point of 5 October that nobody took.
    """
    village.hold("王大山", date(2027, 2, 1))
    run_id = _post(village)
    (first, *_) = queries.posted_lines(village.id, run_id)
    assert [(lot.earned_on.day, lot.amount) for lot in first.lots] == [(12, 10)]
    with on(date(2027, 2, 20)):
        _cancel(village, "王大山")
        again = queries.preview(village.id, OLD, date(2027, 3, 8))
    assert [(lot.earned_on.isoformat(), lot.amount) for lot in again[0].lots] == [
        ("2026-10-05", 10), ("2026-10-12", 10), ("2026-11-10", 20),
    ]  # fmt: skip


def _cancel(village: OldVillage, name: str) -> None:
    member_id = village.month.branch.member(name)
    signup = db.session.scalars(select(Signup).where(Signup.member_id == member_id)).one()
    run_in_transaction(
        lambda: activities.cancel_signup(
            village_id=village.id, session_id=signup.session_id, member_id=member_id, actor_id=0
        )
    )
